using Hangfire.PostgreSql;
using Hangfire.States;
using static Hangfire.Dashboard.Markup;

namespace Hangfire.Dashboard;

/// <summary>A list of jobs: where they come from, what is shown of each, what can be done with those selected.</summary>
internal sealed record JobListing(string Title, string Path)
{
    public required Func<PostgreSqlMonitoringApi, long> Count { get; init; }

    public required Func<PostgreSqlMonitoringApi, int, int, IReadOnlyList<MonitoredJob>> Read { get; init; }

    /// <summary>Columns besides id and name.</summary>
    public required JobColumn[] Columns { get; init; }

    public JobCommand[] Commands { get; init; } = [];

    /// <summary>What is shown below a job's name.</summary>
    public Func<HtmlHelper, MonitoredJob, NonEscapedString?> Below { get; init; } = static (_, _) => null;

    /// <summary>What is to be known of the list.</summary>
    public string? Note { get; init; }

    /// <summary>The queue whose jobs they are.</summary>
    public string? Queue { get; init; }
}

internal sealed record JobColumn(string Title, Func<HtmlHelper, MonitoredJob, NonEscapedString?> Cell);

internal sealed record JobCommand(string Text, string Path, string? Question = null);

/// <summary>All lists of jobs.</summary>
internal static class JobLists
{
    public static JobListing Scheduled { get; } = new("Scheduled jobs", "/jobs/scheduled")
    {
        Count = static monitor => monitor.ScheduledCount(),
        Read = static (monitor, from, count) => monitor.JobsOfSchedule(from, count),
        Columns = [Time("Enqueue", "EnqueueAt"), Time("Scheduled", "ScheduledAt")],
        Commands = [new("Enqueue now", "/jobs/scheduled/enqueue"), Delete("/jobs/scheduled/delete")],
        Note = "The next one due first.",
    };

    public static JobListing Processing { get; } = new("Processing jobs", "/jobs/processing")
    {
        Count = static monitor => monitor.ProcessingCount(),
        Read = static (monitor, from, count) => monitor.JobsByState(ProcessingState.StateName, from, count),
        Columns = [new("Server", Server), Time("Started", "StartedAt")],
        Commands =
        [
            new("Cancel", "/jobs/processing/delete", "Cancel the selected jobs? Their tokens are cancelled, and they become deleted."),
            new("Requeue", "/jobs/processing/requeue", "Requeue the selected jobs? They run again."),
        ],
        Note = "Cancelling deletes a job; while it runs, its cancellation token tells it so within a few seconds.",
    };

    public static JobListing Succeeded { get; } = new("Succeeded jobs", "/jobs/succeeded")
    {
        Count = static monitor => monitor.SucceededListCount(),
        Read = static (monitor, from, count) => monitor.JobsByState(SucceededState.StateName, from, count),
        Columns = [new("Duration", TotalDuration), Time("Succeeded", "SucceededAt")],
        Commands = [new("Requeue", "/jobs/succeeded/requeue", "Run the selected jobs again?")],
    };

    public static JobListing Failed { get; } = new("Failed jobs", "/jobs/failed")
    {
        Count = static monitor => monitor.FailedCount(),
        Read = static (monitor, from, count) => monitor.JobsByState(FailedState.StateName, from, count),
        Columns = [Time("Failed", "FailedAt")],
        Commands = [new("Requeue", "/jobs/failed/requeue"), Delete("/jobs/failed/delete")],
        Below = static (html, job) => Html($"""
            <details><summary><span class="exception">{job.Value("ExceptionType")}</span>: {job.Value("ExceptionMessage")}</summary>{html.StackTrace(job.Value("ExceptionDetails") ?? "")}</details>
            """),
        Note = "Failed jobs don't expire: requeue or delete them.",
    };

    public static JobListing Deleted { get; } = new("Deleted jobs", "/jobs/deleted")
    {
        Count = static monitor => monitor.DeletedListCount(),
        Read = static (monitor, from, count) => monitor.JobsByState(DeletedState.StateName, from, count),
        Columns = [Time("Deleted", "DeletedAt")],
        Commands = [new("Requeue", "/jobs/deleted/requeue")],
        Below = Reason,
    };

    public static JobListing Awaiting { get; } = new("Awaiting jobs", "/jobs/awaiting")
    {
        Count = static monitor => monitor.AwaitingCount(),
        Read = static (monitor, from, count) => monitor.JobsByState(AwaitingState.StateName, from, count),
        Columns =
        [
            new("Parent", static (html, job) => job.Value("ParentId") is { } parent ? html.JobIdLink(parent) : null),
            new("Options", static (_, job) => Html($"{job.Value("Options")}")),
            new("Since", static (html, job) => Moment(html, job.StateChangedAt)),
        ],
        Commands = [new("Enqueue now", "/jobs/awaiting/enqueue"), Delete("/jobs/awaiting/delete")],
    };

    public static JobListing Retries { get; } = new("Retries", "/retries")
    {
        Count = static monitor => monitor.RetriesCount(),
        Read = static (monitor, from, count) => monitor.JobsOfRetries(from, count),
        Columns =
        [
            new("State", static (html, job) => html.StateLabel(job.State!)),
            new("Retry", static (html, job) => job.Value("EnqueueAt") is null ? null : Moment(html, job.Time("EnqueueAt"))),
        ],
        Commands = [new("Enqueue now", "/jobs/scheduled/enqueue"), Delete("/jobs/scheduled/delete")],
        Below = Reason,
        Note = "Jobs that have failed and wait for their next attempt.",
    };

    public static JobListing Enqueued(string queue) => new("Enqueued jobs", "/jobs/enqueued/" + Uri.EscapeDataString(queue))
    {
        Count = monitor => monitor.EnqueuedCount(queue),
        Read = (monitor, from, count) => monitor.JobsOfQueue(queue, from, count),
        Columns = [new("State", static (html, job) => html.StateLabel(job.State!)), Time("Enqueued", "EnqueuedAt")],
        Commands = [new("Requeue", "/jobs/enqueued/requeue"), Delete("/jobs/enqueued/delete")],
        Queue = queue,
    };

    public static JobListing Fetched(string queue) => new("Fetched jobs", "/jobs/enqueued/fetched/" + Uri.EscapeDataString(queue))
    {
        Count = monitor => monitor.FetchedCount(queue),
        Read = (monitor, from, count) => monitor.FetchedJobsOfQueue(queue, from, count),
        Columns =
        [
            new("State", static (html, job) => html.StateLabel(job.State!)),
            new("Fetched", static (html, job) => Moment(html, job.FetchedAt)),
        ],
        Commands = [new("Cancel", "/jobs/processing/delete", "Cancel the selected jobs?")],
        Queue = queue,
    };

    private static JobCommand Delete(string path) => new("Delete", path, "Delete the selected jobs?");

    private static JobColumn Time(string title, string field) => new(title, (html, job) => Moment(html, job.Time(field)));

    private static NonEscapedString? Moment(HtmlHelper html, DateTime? time) => time is { } known ? html.RelativeTime(known) : null;

    private static NonEscapedString? Reason(HtmlHelper html, MonitoredJob job) =>
        string.IsNullOrEmpty(job.Reason) ? null : Html($"""<p class="faint">{job.Reason}</p>""");

    private static NonEscapedString? Server(HtmlHelper html, MonitoredJob job) => job.Value("ServerId") is { } server ? html.ServerId(server) : null;

    private static NonEscapedString? TotalDuration(HtmlHelper html, MonitoredJob job) =>
        job.Number("PerformanceDuration") is { } duration ? Html($"{html.ToHumanDuration(TimeSpan.FromMilliseconds(duration), displaySign: false)}") : null;
}
