using System.Globalization;
using Hangfire.Dashboard;
using Orchestrator.Jobs.Queries;
using Orchestrator.Web.Api;
using Orchestrator.Web.Auth;

namespace Orchestrator.Web.Runs;

/// <summary>In Hangfire's dashboard: the newest runs, or those found by run id, workflow, user, intent or error.</summary>
internal sealed class RunSearchPage : RazorPage
{
    public const string Path = "/search/runs";

    public override void Execute()
    {
        var http = Context.GetHttpContext();
        var words = (Query("q") ?? "").Trim();
        words = words.Length <= ApiLimits.MaxIdLength ? words : words[..ApiLimits.MaxIdLength];
        var (runs, _) = http.RequestServices.GetRequiredService<RunQueries>().ListAsync(
            new RunFilter { Tenant = http.User.Tenant(), Words = words.Length == 0 ? null : words.ToLowerInvariant() },
            http.RequestAborted).GetAwaiter().GetResult();
        WriteLiteral($"""
            <h1>Runs</h1>
            <form role="search" action="{RunHtml.E(Url.To(Path))}" class="search wide"><label>Run id, workflow, user, intent or error <input type="search" name="q" value="{RunHtml.E(words)}" maxlength="200"></label> <button>Search</button></form>
            {(runs.Count == 0 ? "<p class=\"empty\">Nothing was found.</p>" : "")}
            <table><thead><tr><th>Run</th><th>Workflow</th><th>State</th><th>Created</th></tr></thead><tbody>
            """);
        foreach (var run in runs)
        {
            WriteLiteral(string.Create(CultureInfo.InvariantCulture, $"""
                <tr><td><a href="{RunPages.Of(run.WorkflowRunId)}">{run.WorkflowRunId}</a></td><td>{RunHtml.E(run.WorkflowKey)}</td><td>{RunHtml.E(run.Status)}</td><td>{run.CreatedAt:yyyy-MM-dd HH:mm:ss} UTC</td></tr>

                """));
        }

        WriteLiteral("</tbody></table>");
    }
}
