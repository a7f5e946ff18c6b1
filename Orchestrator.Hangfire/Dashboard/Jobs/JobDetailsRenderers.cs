using Hangfire.Storage.Monitoring;

namespace Hangfire.Dashboard;

/// <summary>The job whose page is being made.</summary>
public sealed class JobDetailsRendererDto
{
    public JobDetailsRendererDto(RazorPage page, string jobId, JobDetailsDto jobDetails)
    {
        Page = page;
        JobId = jobId;
        JobDetails = jobDetails;
    }

    public RazorPage Page { get; }

    public string JobId { get; }

    public JobDetailsDto JobDetails { get; }
}

/// <summary>What applications have added to pages of jobs.</summary>
internal static class JobDetailsRenderers
{
    private static readonly Lock Gate = new();
    private static volatile (int Order, Func<JobDetailsRendererDto, NonEscapedString?> Render)[] all = [];

    public static void Add(int order, Func<JobDetailsRendererDto, NonEscapedString?> render)
    {
        lock (Gate) all = [.. all.Append((order, render)).OrderBy(static each => each.Item1)];
    }

    public static NonEscapedString Render(JobDetailsRendererDto job) => Markup.Each(all, each => each.Render(job) ?? Markup.Nothing);
}
