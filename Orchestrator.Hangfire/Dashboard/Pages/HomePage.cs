using static Hangfire.Dashboard.Markup;

namespace Hangfire.Dashboard;

/// <summary>Figures, the live graph, and the graph of the last day or week.</summary>
internal sealed class HomePage() : DashboardPage("Overview")
{
    private static readonly Lock Gate = new();

    private static volatile DashboardMetric[] metrics =
    [
        DashboardMetrics.EnqueuedAndQueueCount, DashboardMetrics.ProcessingCount, DashboardMetrics.ScheduledCount,
        DashboardMetrics.SucceededCount, DashboardMetrics.FailedCount, DashboardMetrics.DeletedCount,
        DashboardMetrics.AwaitingCount, DashboardMetrics.RetriesCount, DashboardMetrics.RecurringJobCount, DashboardMetrics.ServerCount,
    ];

    public static void AddMetric(DashboardMetric metric)
    {
        lock (Gate) metrics = [.. metrics.Where(each => each.Name != metric.Name), metric];
    }

    public override void Execute()
    {
        var isWeek = string.Equals(Query("period"), "week", StringComparison.OrdinalIgnoreCase);
        Emit($"""
            <h1>Overview</h1>
            <section class="metrics" aria-label="Figures">{Each(metrics, Html.BlockMetric)}</section>
            {Live()}
            <section class="card" aria-labelledby="history-title">
            <h2 id="history-title">History</h2>
            <nav class="tabs" aria-label="Period"><a href="{Url.Home()}?period=day"{Marked(!isWeek)}>Day</a> <a href="{Url.Home()}?period=week"{Marked(isWeek)}>Week</a></nav>
            {HistoryGraph.Render(isWeek ? HistoryGraph.Week(Storage) : HistoryGraph.Day(Storage))}
            </section>
            """);
    }

    private static NonEscapedString Marked(bool isCurrent) => isCurrent ? Html($" aria-current=\"true\"") : Nothing;

    private NonEscapedString Live() => DashboardOptions.StatsPollingInterval == 0 ? Nothing : Html($"""
        <section class="card" aria-labelledby="live-title">
        <h2 id="live-title">Live</h2>
        <p class="legend"><span class="key succeeded">Succeeded</span> <span class="key failed">Failed</span> <span class="key deleted">Deleted</span> <span class="faint">per second</span> <output id="live-rate"></output></p>
        <svg id="live" class="graph" viewBox="0 0 600 160" preserveAspectRatio="none" role="img" aria-label="Jobs succeeded, failed and deleted each second"></svg>
        <p class="faint" data-without-scripts>The live graph needs scripts; everything else works without.</p>
        </section>
        """);
}
