using Hangfire.Storage;
using static Hangfire.Dashboard.Markup;

namespace Hangfire.Dashboard;

/// <summary>Recurring jobs: when, what, how the last one went.</summary>
internal sealed class RecurringJobsPage() : DashboardPage("Recurring jobs")
{
    private const string Path = "/recurring";

    public override void Execute()
    {
        using var connection = (JobStorageConnection)Storage.GetReadOnlyConnection();
        var pager = PagerOf(connection.GetRecurringJobCount(), Path);
        var jobs = connection.GetRecurringJobs(pager.FromRecord, pager.FromRecord + pager.RecordsPerPage - 1);
        Emit($"""
            <h1>Recurring jobs</h1>
            {(jobs.Count == 0 ? Html($"""<p class="empty">There are none.</p>""") : Form(jobs))}
            <div class="below">{Html.Paginator(pager)}{When(jobs.Count > 0, () => Html.PerPageSelector(pager))}</div>
            """);
    }

    private NonEscapedString Form(List<RecurringJobDto> jobs) => IsReadOnly ? Table(jobs) : Html($"""
        <form method="post" class="jobs">
        {Forms.Hidden(this)}
        <p class="commands" role="group" aria-label="Commands for the selected jobs"><button formaction="{Url.To("/recurring/trigger")}" data-batch>Trigger now</button>
        <button formaction="{Url.To("/recurring/remove")}" data-batch data-confirm="Remove the selected recurring jobs?">Remove</button> <span class="faint" data-selected></span></p>
        {Table(jobs)}
        </form>
        """);

    private NonEscapedString Table(List<RecurringJobDto> jobs) => Html($"""
        <div class="scroll"><table class="job-table"><thead><tr>{When(!IsReadOnly, static () => Html($"<th class=\"pick\"><input type=\"checkbox\" data-all hidden aria-label=\"Select all\"></th>"))}<th scope="col">Id</th><th scope="col">Cron</th><th scope="col">Time zone</th><th scope="col">Job</th><th scope="col">Next run</th><th scope="col">Last run</th><th scope="col">Created</th></tr></thead>
        <tbody>{Each(jobs, Row)}</tbody></table></div>
        """);

    private NonEscapedString Row(RecurringJobDto job) => Html($"""
        <tr>{When(!IsReadOnly, () => Html($"""<td class="pick"><input type="checkbox" name="jobs[]" value="{job.Id}" aria-label="Select {job.Id}"></td>"""))}<td class="word-break">{job.Id}</td>
        <td data-title="Cron"><code>{job.Cron}</code>{When(CronDescription.Of(job.Cron) is not null, () => Html($"""<br><small class="faint">{CronDescription.Of(job.Cron)}</small>"""))}</td>
        <td data-title="Time zone">{Zone(job.TimeZoneId)}</td>
        <td class="word-break" data-title="Job">{(job.Job is not null ? Html($"{Html.JobName(job.Job)}") : Html($"""<em title="{job.LoadException?.InnerException?.Message ?? job.LoadException?.Message}">Can not find the target method.</em>"""))}{When(job.Queue is not null and not "default", () => Html($" {Html.QueueLabel(job.Queue!)}"))}</td>
        <td data-title="Next run">{Next(job)}</td>
        <td data-title="Last run">{Last(job)}</td>
        <td data-title="Created">{(job.CreatedAt is { } created ? Html.RelativeTime(created) : Nothing)}</td></tr>
        """);

    private NonEscapedString Next(RecurringJobDto job) => Html($"""
        {(job.NextExecution is { } next ? Html.RelativeTime(next) : Html($"""<em class="faint">{(job.Error is null ? "Not scheduled" : "Stopped")}</em>"""))}
        {When(job.RetryAttempt > 0, () => Html($"""<span class="faint">attempt {job.RetryAttempt}</span>"""))}
        {When(job.Error is not null, () => Html($"""<details class="bad"><summary>Error</summary>{Html.StackTrace(job.Error!)}</details>"""))}
        """);

    private NonEscapedString Last(RecurringJobDto job)
    {
        if (job.LastExecution is not { } last) return Html($"""<em class="faint">Never</em>""");
        return job.LastJobId is null
            ? Html($"""{Html.RelativeTime(last)} <span class="faint">cancelled</span>""")
            : Html($"""{Html.RelativeTime(last)} <a href="{Url.JobDetails(job.LastJobId)}">{(job.LastJobState is null ? Html($"<span class=\"faint\">Expired</span>") : Html.StateLabel(job.LastJobState))}</a>""");
    }

    private NonEscapedString Zone(string? id)
    {
        if (string.IsNullOrEmpty(id)) return Html($"UTC");
        try
        {
            var zone = (DashboardOptions.TimeZoneResolver ?? new DefaultTimeZoneResolver()).GetTimeZoneById(id);
            return Html($"""<span title="{zone.DisplayName}">{id}</span>""");
        }
        catch (Exception failure) when (failure is TimeZoneNotFoundException or InvalidTimeZoneException)
        {
            return Html($"""<span class="warning" title="{failure.Message}">{id}</span>""");
        }
    }
}
