using Hangfire.PostgreSql;
using static Hangfire.Dashboard.Markup;

namespace Hangfire.Dashboard;

/// <summary>Queues with their first jobs; those that are only served or paused, too.</summary>
internal sealed class QueuesPage() : DashboardPage("Queues")
{
    private const int FirstJobs = 5;

    public override void Execute()
    {
        var monitor = Storage.OwnMonitor();
        var paused = PausedQueues.Read(Storage);
        var counted = monitor.QueueLengths();
        var names = counted.Keys.Concat(paused).Concat(monitor.Servers().SelectMany(static server => server.Queues ?? [])).Distinct().Order(StringComparer.Ordinal).ToArray();
        Emit($"""
            <div class="with-sidebar">
            {Html.JobsSidebar()}
            <div>
            <h1>Queues</h1>
            {When(names.Length == 0, static () => Html($"""<p class="empty">There are none.</p>"""))}
            {Each(names, name => Queue(monitor, name, counted.GetValueOrDefault(name) ?? new(), paused.Contains(name)))}
            </div></div>
            """);
    }

    /// <summary>From the enqueued jobs of a queue to its fetched ones and back.</summary>
    public static NonEscapedString Tabs(RazorPage page, string queue, string current)
    {
        var fetched = page.Url.To("/jobs/enqueued/fetched/" + Uri.EscapeDataString(queue));
        return Html($"""
            <nav class="tabs" aria-label="Jobs of the queue"><a href="{page.Url.Queue(queue)}"{Marked("Enqueued jobs")}>Enqueued</a> <a href="{fetched}"{Marked("Fetched jobs")}>Fetched</a></nav>
            """);

        NonEscapedString Marked(string title) => title == current ? Html($" aria-current=\"true\"") : Nothing;
    }

    private NonEscapedString Queue(PostgreSqlMonitoringApi monitor, string name, EnqueuedAndFetchedCountDto length, bool isPaused)
    {
        var first = length.EnqueuedCount == 0 ? [] : monitor.JobsOfQueue(name, 0, FirstJobs);
        return Html($"""
            <section class="card" aria-label="Queue {name}">
            <h2>{Html.QueueLabel(name)} {When(isPaused, static () => Html($"""<span class="state state-paused">Paused</span>"""))}</h2>
            <p>Length: <a href="{Url.Queue(name)}">{Figures.Rows(length.EnqueuedCount)}</a>, fetched: <a href="{Url.To("/jobs/enqueued/fetched/" + Uri.EscapeDataString(name))}">{Figures.Rows(length.FetchedCount)}</a>
            {(isPaused ? Forms.Button(this, "/queues/resume", "Resume", name) : Forms.Button(this, "/queues/pause", "Pause", name, confirm: $"Pause the queue {name}? Jobs that run go on; no more are taken."))}</p>
            {(first.Count == 0 ? Nothing : JobTable.Render(Html, first, [JobLists.Enqueued(name).Columns[^1]], static (_, _) => null, isSelectable: false))}
            </section>
            """);
    }
}
