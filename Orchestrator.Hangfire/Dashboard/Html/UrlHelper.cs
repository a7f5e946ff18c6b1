namespace Hangfire.Dashboard;

/// <summary>Addresses within the dashboard.</summary>
public class UrlHelper
{
    private readonly DashboardContext context;

    public UrlHelper(DashboardContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        this.context = context;
    }

    /// <summary>The address of a path of the dashboard, which begins with a slash.</summary>
    public string To(string relativePath) => context.Options.PrefixPath + context.Request.PathBase + relativePath;

    public string Home() => To("/");

    public string JobDetails(string jobId) => To("/jobs/details/" + Uri.EscapeDataString(jobId));

    public string LinkToQueues() => To("/jobs/enqueued");

    public string Queue(string queue) => To("/jobs/enqueued/" + Uri.EscapeDataString(queue));
}
