using System.Collections.Concurrent;

namespace Hangfire.Dashboard;

/// <summary>The dashboard's figures; an application adds its own.</summary>
public static class DashboardMetrics
{
    public static readonly DashboardMetric ServerCount = Add(new("servers:count", "Servers", static page => new(page.Statistics.Servers)
    {
        Style = page.Statistics.Servers == 0 ? MetricStyle.Warning : MetricStyle.Default,
        Highlighted = page.Statistics.Servers == 0,
        Title = page.Statistics.Servers > 0 ? null : "No active servers found. Jobs will not be processed.",
    })
    { Url = "/servers" });

    public static readonly DashboardMetric RecurringJobCount =
        Add(new("recurring:count", "Recurring jobs", static page => Figures.OfRows(page.Statistics.Recurring)) { Url = "/recurring" });

    public static readonly DashboardMetric RetriesCount =
        Add(new("retries:count", "Retries", static page => Figures.OfRows(page.Statistics.Retries ?? 0, MetricStyle.Warning)) { Url = "/retries" });

    public static readonly DashboardMetric EnqueuedCountOrNull = Add(new("enqueued:count-or-null", "Enqueued jobs", static page =>
        page.Statistics.Enqueued > 0 ? Figures.OfRows(page.Statistics.Enqueued, MetricStyle.Info) : null)
    { Url = "/jobs/enqueued" });

    public static readonly DashboardMetric FailedCountOrNull = Add(new("failed:count-or-null", "Failed jobs", static page =>
        page.Statistics.Failed > 0 ? Figures.OfRows(page.Statistics.Failed, MetricStyle.Danger) : null)
    { Url = "/jobs/failed" });

    public static readonly DashboardMetric EnqueuedAndQueueCount = Add(new("enqueued-queues:count", "Enqueued / queues", static page =>
        new($"{Figures.Rows(page.Statistics.Enqueued)} / {Figures.Text(page.Statistics.Queues)}")
        {
            IntValue = page.Statistics.Enqueued,
            Style = page.Statistics.Enqueued > 0 ? MetricStyle.Info : MetricStyle.Default,
        })
    { Url = "/jobs/enqueued" });

    public static readonly DashboardMetric ScheduledCount =
        Add(new("scheduled:count", "Scheduled jobs", static page => Figures.OfRows(page.Statistics.Scheduled, MetricStyle.Info)) { Url = "/jobs/scheduled" });

    public static readonly DashboardMetric ProcessingCount =
        Add(new("processing:count", "Processing jobs", static page => Figures.OfRows(page.Statistics.Processing, MetricStyle.Warning)) { Url = "/jobs/processing" });

    public static readonly DashboardMetric SucceededCount =
        Add(new("succeeded:count", "Succeeded jobs", static page => new(page.Statistics.Succeeded)) { Url = "/jobs/succeeded" });

    public static readonly DashboardMetric FailedCount =
        Add(new("failed:count", "Failed jobs", static page => Figures.OfRows(page.Statistics.Failed, MetricStyle.Danger)) { Url = "/jobs/failed" });

    public static readonly DashboardMetric DeletedCount =
        Add(new("deleted:count", "Deleted jobs", static page => new(page.Statistics.Deleted)) { Url = "/jobs/deleted" });

    public static readonly DashboardMetric AwaitingCount =
        Add(new("awaiting:count", "Awaiting jobs", static page => Figures.OfRows(page.Statistics.Awaiting ?? 0, MetricStyle.Info)) { Url = "/jobs/awaiting" });

    /// <summary>
    /// Failures of today: unlike the list of failed jobs, it does not go down when some of them are requeued, which the live
    /// graph would take for no failures.
    /// </summary>
    internal static readonly DashboardMetric FailedToday = new("failed:today", static page =>
        new(page.Storage.GetMonitoringApi().FailedByDatesCount().MaxBy(static day => day.Key).Value));

    private static ConcurrentDictionary<string, DashboardMetric>? metrics;

    /// <summary>Everything that may be polled.</summary>
    internal static IEnumerable<DashboardMetric> All => GetMetrics().Append(FailedToday);

    /// <summary>Adds a figure that may be polled, or replaces the one of its name.</summary>
    public static void AddMetric(DashboardMetric metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        Add(metric);
    }

    public static IEnumerable<DashboardMetric> GetMetrics() => metrics!.Values.OrderBy(static metric => metric.Name, StringComparer.Ordinal);

    /// <summary>Fields are made in their order, and these are the first.</summary>
    private static DashboardMetric Add(DashboardMetric metric)
    {
        LazyInitializer.EnsureInitialized(ref metrics)![metric.Name] = metric;
        return metric;
    }
}
