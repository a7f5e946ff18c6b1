using System.Globalization;
using System.Net;
using System.Text;
using Orchestrator.Jobs.Queries;
using Orchestrator.Web.Hosting;

namespace Orchestrator.Web.Runs;

/// <summary>A run as HTML. Whatever comes from a workflow, a caller or a target is escaped.</summary>
internal static class RunHtml
{
    /// <summary>Attempts that are listed for a step; the API has all of them.</summary>
    private const int MaxAttempts = 20;

    public static string Write(RunRow run, IReadOnlyList<StepRunRow> steps, ILookup<string, AttemptRow> attempts, IReadOnlyList<LogRow> log)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"""
            <nav><a href="{Dashboards.HangfirePath}">Hangfire</a> · <a href="{Dashboards.HangfirePath}{RunSearchPage.Path}">Runs</a></nav>
            <h1>{E(run.WorkflowKey)} <small class="{E(run.Status)}">{E(run.Status)}</small></h1>
            <dl><dt>Run</dt><dd><code>{run.WorkflowRunId}</code></dd><dt>Version</dt><dd>{run.WorkflowVersion}</dd><dt>Trigger</dt><dd>{E(run.Trigger)}{From(run)}</dd>{Optional("User", run.UserId)}{Optional("Intent", run.IntentId)}<dt>Created</dt><dd>{Time(run.CreatedAt)}</dd>{Optional("Started", run.StartedAt)}{Optional("Ended", run.FinishedAt)}<dt>Open steps</dt><dd>{run.OpenSteps}</dd></dl>
            {(run.Error is null ? "" : $"<h2>Error</h2><pre>{E(run.Error)}</pre>")}
            {(run.Output is null ? "" : $"<h2>Output</h2><pre>{E(run.Output)}</pre>")}
            <h2>Steps</h2>
            <p class="scroll"><img src="{RunPages.Of(run.WorkflowRunId)}/graph.svg" alt="Graph of the steps; the table below has them all"></p>
            <div class="scroll"><table><thead><tr><th>Step</th><th>State</th><th>Attempts</th><th>Started</th><th>Ended</th><th>Job</th><th>Error</th></tr></thead><tbody>
            """);
        foreach (var step in steps)
        {
            page.Append(CultureInfo.InvariantCulture, $"""
                <tr id="{E(step.StepId)}"><td>{E(step.StepId)}</td><td class="{E(step.Status)}">{E(step.Status)}{Waiting(step)}</td><td>{step.Attempts}{Attempts(attempts[step.StepId])}</td><td>{Time(step.StartedAt)}</td><td>{Time(step.FinishedAt)}</td><td>{JobLink(step)}</td><td class="error">{E(step.Error)}</td></tr>

                """);
        }

        page.Append("</tbody></table></div>");
        var lines = log.Where(line => line.Attempt is null).ToArray();
        if (lines.Length > 0)
        {
            page.Append("<h2>Log</h2><ul>");
            foreach (var line in lines)
            {
                page.Append(CultureInfo.InvariantCulture, $"<li>{Time(line.At)} {E(line.StepId)} {E(line.Message)}</li>");
            }

            page.Append("</ul>");
        }

        return page.ToString();
    }

    /// <summary>To the step's job in Hangfire's dashboard.</summary>
    public static string JobLink(StepRunRow step) => step.HangfireJobId is { } job
        ? $"<a href=\"{Dashboards.HangfirePath}/jobs/details/{job}\">#{job}</a>"
        : "";

    public static string E(string? text) => WebUtility.HtmlEncode(text) ?? "";

    private static string From(RunRow run) => run.RestartedFrom is { } old ? $" of <a href=\"{RunPages.Of(old)}\">{old}</a>" : "";

    private static string Waiting(StepRunRow step) => step switch
    {
        { TakenFrom: not null } => ", taken over",
        { NextRunAt: { } next } => $" for {E(step.WaitingFor)}, until {Time(next)}",
        { WaitingFor: { } reason } => $" for {E(reason)}",
        _ => "",
    };

    private static string Attempts(IEnumerable<AttemptRow> attempts)
    {
        var ended = attempts.ToArray();
        return ended.Length == 0 ? "" : $"<details><summary>ended</summary><ol>{string.Concat(ended.TakeLast(MaxAttempts).Select(attempt =>
            $"<li value=\"{attempt.Attempt}\">{(attempt.Success ? "success" : "failed")} {attempt.StatusCode} {Time(attempt.FinishedAt)} {E(attempt.ErrorText)}</li>"))}</ol></details>";
    }

    private static string Optional(string name, string? value) => value is null ? "" : $"<dt>{name}</dt><dd>{E(value)}</dd>";

    private static string Optional(string name, DateTime? value) => value is null ? "" : $"<dt>{name}</dt><dd>{Time(value)}</dd>";

    private static string Time(DateTime? at) => at is null ? "" : string.Create(
        CultureInfo.InvariantCulture, $"<time datetime=\"{at:yyyy-MM-ddTHH:mm:ss.fffZ}\">{at:yyyy-MM-dd HH:mm:ss} UTC</time>");
}
