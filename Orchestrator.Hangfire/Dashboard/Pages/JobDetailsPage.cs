using Hangfire.Continuations;
using Hangfire.States;
using Hangfire.Storage.Monitoring;
using Microsoft.AspNetCore.Http;
using static Hangfire.Dashboard.Markup;

namespace Hangfire.Dashboard;

/// <summary>All that is known of a job.</summary>
internal sealed class JobDetailsPage(string jobId) : DashboardPage($"Job {jobId}")
{
    private const int MaxContinuations = 100, MaxHistory = 200;

    public override void Execute()
    {
        var job = Storage.GetMonitoringApi().JobDetails(jobId);
        Emit($"""<div class="with-sidebar">{Html.JobsSidebar()}<div>""");
        if (job is null) NotFound();
        else Show(job);
        Emit($"</div></div>");
    }

    private void NotFound()
    {
        Context.Response.StatusCode = StatusCodes.Status404NotFound;
        Emit($"""<h1>Job {Html.JobId(jobId)}</h1><p class="empty">There is no such job: it has expired, or never was.</p>""");
    }

    private void Show(JobDetailsDto job)
    {
        var state = job.History is { Count: > 0 } history ? history[0].StateName! : "";
        Emit($"""
            <h1 class="word-break">{(job.Job is null ? Html($"{JobTable.StoredName(job.InvocationData)}") : Html($"{Html.JobName(job.Job)}"))} <small>{Html.JobId(jobId, shorten: false)} {Html.StateLabel(state)}</small></h1>
            <p class="commands">{Forms.Button(this, $"/jobs/actions/requeue/{Uri.EscapeDataString(jobId)}", "Requeue", confirm: state == ProcessingState.StateName || state == SucceededState.StateName ? "Run this job again?" : null)}
            {When(state != DeletedState.StateName, () => Forms.Button(this, $"/jobs/actions/delete/{Uri.EscapeDataString(jobId)}", state == ProcessingState.StateName ? "Cancel" : "Delete", confirm: "Delete this job?"))}</p>
            {When(job.ExpireAt is not null, () => Html($"""<p class="faint">It expires {Html.RelativeTime(job.ExpireAt!.Value)}.</p>"""))}
            <section class="card" aria-label="Call">{Call(job)}</section>
            {Parameters(job)}
            {Continuations(job)}
            {JobDetailsRenderers.Render(new(this, jobId, job))}
            <h2>State</h2>
            {Each((job.History ?? []).Take(MaxHistory), entry => State(entry, job))}
            {When(job.History?.Count > MaxHistory, static () => Html($"""<p class="faint">Only the newest {MaxHistory} states are shown.</p>"""))}
            """);
    }

    /// <summary>Arguments of a job that can't be loaded are not shown: which of them are secret isn't known then.</summary>
    private static NonEscapedString Call(JobDetailsDto job) => job.Job is not null
        ? CallCode.Render(job.Job, job.InvocationData)
        : Html($"""
            <p class="warning">This process does not know the job's class or method: {job.LoadException?.InnerException?.Message ?? job.LoadException?.Message}</p>
            <pre class="code"><code>{job.InvocationData?.Type}
            {job.InvocationData?.Method}</code></pre>
            """);

    private static NonEscapedString Parameters(JobDetailsDto job)
    {
        var shown = (job.Properties ?? new Dictionary<string, string>()).Where(static each => each.Key != Continuation.Parameter).OrderBy(static each => each.Key, StringComparer.Ordinal).ToArray();
        return shown.Length == 0 ? Nothing : Html($"""
            <section class="card"><h2>Parameters</h2><dl>{Each(shown, static each => Html($"<dt>{each.Key}</dt><dd><code>{each.Value}</code></dd>"))}</dl></section>
            """);
    }

    private NonEscapedString Continuations(JobDetailsDto job)
    {
        var parents = (job.History ?? []).Where(static entry => entry.StateName == AwaitingState.StateName)
            .Select(static entry => entry.Data?.TryGetValue("ParentId", out var id) == true ? id : null).OfType<string>().Distinct().ToArray();
        var children = Children(job);
        if (parents.Length == 0 && children.Count == 0) return Nothing;
        var states = Storage.OwnMonitor().JobsById([.. children.Take(MaxContinuations).Select(static child => child.JobId), .. parents])
            .ToDictionary(static each => each.Id);
        return Html($"""
            <section class="card"><h2>Continuations</h2>
            {When(parents.Length > 0, () => Html($"<h3>Parent</h3><ul>{Each(parents, id => Link(id, null))}</ul>"))}
            {When(children.Count > 0, () => Html($"<h3>Children</h3><ul>{Each(children.Take(MaxContinuations), child => Link(child.JobId, child.Options))}</ul>"))}
            {When(children.Count > MaxContinuations, () => Html($"""<p class="faint">The first {MaxContinuations} of {children.Count:N0} are shown.</p>"""))}
            </section>
            """);

        NonEscapedString Link(string id, JobContinuationOptions? options) => states.TryGetValue(id, out var other)
            ? Html($"<li>{Html.JobIdLink(id)} {JobTable.Name(Html, other)} {Html.StateLabel(other.State!)} <span class=\"faint\">{options}</span></li>")
            : Html($"<li>{Html.JobIdLink(id)} <span class=\"faint\">expired</span></li>");
    }

    private static IReadOnlyList<Continuation> Children(JobDetailsDto job)
    {
        try
        {
            return Continuation.ReadAll(job.Properties?.TryGetValue(Continuation.Parameter, out var json) == true ? json : null);
        }
        catch (Newtonsoft.Json.JsonException)
        {
            return [];
        }
    }

    private NonEscapedString State(StateHistoryDto entry, JobDetailsDto job)
    {
        var name = entry.StateName ?? "";
        return Html($"""
            <section class="card history state-border-{JobHistoryRenderer.GetStateCssSuffix(name)}">
            <h3>{Html.StateLabel(name)} <small>{Html.RelativeTime(entry.CreatedAt)}, {Html.LocalTime(entry.CreatedAt)}</small></h3>
            {When(!string.IsNullOrEmpty(entry.Reason), () => Html($"<p>{entry.Reason}</p>"))}
            {Html.RenderHistory(name, Shown(entry, job))}
            </section>
            """);
    }

    /// <summary>Without the result of a job whose arguments are hidden, or aren't known to be shown.</summary>
    private static Dictionary<string, string> Shown(StateHistoryDto entry, JobDetailsDto job)
    {
        var data = new Dictionary<string, string>(entry.Data ?? new Dictionary<string, string>());
        if (data.ContainsKey("Result") && (job.Job is null || Secrets.IsHidden(job.Job.Method))) data["Result"] = "••••••";
        return data;
    }
}
