using Hangfire.PostgreSql;
using static Hangfire.Dashboard.Markup;

namespace Hangfire.Dashboard;

/// <summary>A list of jobs, with selection, commands and pages.</summary>
internal sealed class JobListPage(JobListing list) : DashboardPage(list.Title)
{
    public override void Execute()
    {
        var monitor = Storage.OwnMonitor();
        var total = list.Count(monitor);
        var pager = PagerOf(Math.Min(total, BoundedCount.Limit), list.Path);
        var jobs = pager.FromRecord < BoundedCount.Limit ? list.Read(monitor, pager.FromRecord, pager.RecordsPerPage) : [];
        Emit($"""
            <div class="with-sidebar">
            {Html.JobsSidebar()}
            <div>
            <h1>{list.Title}{When(list.Queue is not null, () => Html($" <small>in {Html.QueueLabel(list.Queue!)}</small>"))}</h1>
            {When(list.Queue is not null, () => QueuesPage.Tabs(this, list.Queue!, list.Title))}
            {When(list.Note is not null, () => Html($"""<p class="faint">{list.Note}</p>"""))}
            {When(total > BoundedCount.Limit, () => Html($"""<p class="faint">The first {Figures.Text(BoundedCount.Limit)} of {Figures.Rows(total)} are listed; the search finds the others by id.</p>"""))}
            {(jobs.Count == 0 ? Html($"""<p class="empty">{(total == 0 ? "There are none." : "There are none on this page.")}</p>""") : Table(jobs))}
            <div class="below">{Html.Paginator(pager)}{When(jobs.Count > 0, () => Html.PerPageSelector(pager))}</div>
            </div></div>
            """);
    }

    private NonEscapedString Table(IReadOnlyList<MonitoredJob> jobs)
    {
        var commands = IsReadOnly ? [] : list.Commands;
        var table = JobTable.Render(Html, jobs, list.Columns, list.Below, isSelectable: commands.Length > 0);
        return commands.Length == 0 ? table : Html($"""
            <form method="post" class="jobs">
            {Forms.Hidden(this)}
            <p class="commands" role="group" aria-label="Commands for the selected jobs">{Each(commands, command =>
                Html($"""<button formaction="{Url.To(command.Path)}" data-batch{Forms.Confirm(command.Question)}>{command.Text}</button> """))}<span class="faint" data-selected></span></p>
            {table}
            </form>
            """);
    }
}

/// <summary>A table of jobs.</summary>
internal static class JobTable
{
    public static NonEscapedString Render(
        HtmlHelper html, IReadOnlyList<MonitoredJob> jobs, JobColumn[] columns, Func<HtmlHelper, MonitoredJob, NonEscapedString?> below, bool isSelectable) => Html($"""
        <div class="scroll"><table class="job-table"><thead><tr>{When(isSelectable, static () => Html($"<th class=\"pick\"><input type=\"checkbox\" data-all hidden aria-label=\"Select all\"></th>"))}<th scope="col">Id</th><th scope="col">Job</th>{Each(columns, static column => Html($"<th scope=\"col\">{column.Title}</th>"))}</tr></thead>
        <tbody>{Each(jobs, job => Html($"""
        <tr>{When(isSelectable, () => Html($"""<td class="pick"><input type="checkbox" name="jobs[]" value="{job.Id}" aria-label="Select job {job.Id}"></td>"""))}<td>{html.JobIdLink(job.Id)}</td><td class="word-break">{Name(html, job)}{below(html, job)}</td>{Each(columns, column => Html($"<td data-title=\"{column.Title}\">{column.Cell(html, job)}</td>"))}</tr>
        """))}</tbody></table></div>
        """);

    /// <summary>What is known of a job whose class this process hasn't.</summary>
    public static NonEscapedString Name(HtmlHelper html, MonitoredJob job) => job.Job is not null
        ? html.JobNameLink(job.Id, job.Job)
        : Html($"""<a class="job" href="{html.Page.Url.JobDetails(job.Id)}"><em>{StoredName(job.Invocation)}</em></a> <span class="faint">not loadable here</span>""");

    public static string StoredName(Storage.InvocationData? stored) =>
        stored is null ? "Can not find the target method." : $"{stored.Type.Split(',')[0].Split('.')[^1]}.{stored.Method}";
}

internal static class OwnStorage
{
    /// <exception cref="NotSupportedException">The storage is of another kind.</exception>
    public static PostgreSqlMonitoringApi OwnMonitor(this JobStorage storage) => storage.GetMonitoringApi() as PostgreSqlMonitoringApi
        ?? throw new NotSupportedException($"This dashboard shows jobs of {nameof(PostgreSqlStorage)} only.");
}
