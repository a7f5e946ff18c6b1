namespace Hangfire.Dashboard;

/// <summary>An entry of a menu.</summary>
public class MenuItem
{
    public MenuItem(string text, string url)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(url);
        Text = text;
        Url = url;
    }

    public string Text { get; }

    public string Url { get; }

    /// <summary>Whether the reader is there.</summary>
    public bool Active { get; set; }

    /// <summary>A figure beside its text.</summary>
    public DashboardMetric? Metric { get; set; }

    /// <summary>More figures beside its text.</summary>
    public DashboardMetric[]? Metrics { get; set; }

    public IEnumerable<DashboardMetric> GetAllMetrics() => [.. Metric is null ? Array.Empty<DashboardMetric>() : [Metric], .. Metrics ?? []];
}

/// <summary>The menu of every page; an application adds its own entries.</summary>
public static class NavigationMenu
{
    public static readonly List<Func<RazorPage, MenuItem>> Items =
    [
        static page => new("Jobs", page.Url.LinkToQueues())
        {
            Active = page.RequestPath.StartsWith("/jobs", StringComparison.OrdinalIgnoreCase),
            Metrics = [DashboardMetrics.EnqueuedCountOrNull, DashboardMetrics.FailedCountOrNull],
        },
        static page => Entry(page, "Retries", "/retries", DashboardMetrics.RetriesCount),
        static page => Entry(page, "Recurring Jobs", "/recurring", DashboardMetrics.RecurringJobCount),
        static page => Entry(page, "Servers", "/servers", DashboardMetrics.ServerCount),
    ];

    internal static MenuItem Entry(RazorPage page, string text, string path, DashboardMetric metric) => new(text, page.Url.To(path))
    {
        Active = page.RequestPath.StartsWith(path, StringComparison.OrdinalIgnoreCase),
        Metric = metric,
    };
}

/// <summary>The menu beside lists of jobs.</summary>
public static class JobsSidebarMenu
{
    public static readonly List<Func<RazorPage, MenuItem>> Items =
    [
        static page => NavigationMenu.Entry(page, "Enqueued", "/jobs/enqueued", DashboardMetrics.EnqueuedAndQueueCount),
        static page => NavigationMenu.Entry(page, "Scheduled", "/jobs/scheduled", DashboardMetrics.ScheduledCount),
        static page => NavigationMenu.Entry(page, "Processing", "/jobs/processing", DashboardMetrics.ProcessingCount),
        static page => NavigationMenu.Entry(page, "Succeeded", "/jobs/succeeded", DashboardMetrics.SucceededCount),
        static page => NavigationMenu.Entry(page, "Failed", "/jobs/failed", DashboardMetrics.FailedCount),
        static page => NavigationMenu.Entry(page, "Deleted", "/jobs/deleted", DashboardMetrics.DeletedCount),
        static page => NavigationMenu.Entry(page, "Awaiting", "/jobs/awaiting", DashboardMetrics.AwaitingCount),
    ];
}
