using System.Globalization;
using Hangfire.Dashboard;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Queries;
using Orchestrator.Jobs.Storage;
using Orchestrator.Web.Api;
using Orchestrator.Web.Auth;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Web.Runs;

/// <summary>
/// What a step's job belongs to, on its page in Hangfire's dashboard: run, step, what it depends on and what depends on
/// it. Read when the page is shown: nothing of it is kept with Hangfire's rows.
/// </summary>
internal static class StepJobDetails
{
    private static readonly NonEscapedString Nothing = new("");

    public static NonEscapedString Render(JobDetailsRendererDto page)
    {
        var http = page.Page.Context.GetHttpContext();
        return page.JobDetails.Job is { } job && job.Type == typeof(StepJob) && job.Args is [string tenant, string id, ..]
            && Guid.TryParse(id, out var step) && Caller.Find(http.User)?.Tenant == tenant
                ? new NonEscapedString(RenderAsync(http, tenant, new JobId(step)).GetAwaiter().GetResult())
                : Nothing;
    }

    private static async Task<string> RenderAsync(HttpContext http, string tenant, JobId job)
    {
        var runs = http.RequestServices.GetRequiredService<RunQueries>();
        if (await runs.FindAsync(tenant, job.Run, http.RequestAborted) is not { } run)
        {
            return "<section class=\"card\"><h2>Run</h2><p>Its run is not kept any more.</p></section>";
        }

        var steps = (await runs.StepsAsync(tenant, job.Run, http.RequestAborted)).ToDictionary(step => step.StepIndex);
        var definition = await http.RequestServices.GetRequiredService<WorkflowNames>()
            .DefinitionAsync(tenant, run.WorkflowKey, run.WorkflowVersion, http.RequestAborted);
        var own = steps.GetValueOrDefault(job.StepIndex);
        return string.Create(CultureInfo.InvariantCulture, $"""
            <section class="card" aria-label="Run"><h2>Run</h2><dl>
            <dt>Run</dt><dd><a href="{RunPages.Of(run.WorkflowRunId)}">{run.WorkflowRunId}</a> {RunHtml.E(run.WorkflowKey)}, {RunHtml.E(run.Status)}</dd>
            <dt>Step</dt><dd>{RunHtml.E(own?.StepId)}, {RunHtml.E(own?.Status)}, attempts {own?.Attempts}</dd>
            {Neighbours("Depends on", definition, steps, definition?.Graph.Parents(job.StepIndex))}
            {Neighbours("Leads to", definition, steps, definition?.Graph.Children(job.StepIndex))}
            </dl></section>
            """);
    }

    private static string Neighbours(
        string title, WorkflowDefinition? definition, Dictionary<int, StepRunRow> steps, IReadOnlyList<int>? neighbours) =>
        definition is null || neighbours is null or [] ? "" : $"<dt>{title}</dt><dd>{string.Join(", ", neighbours.Select(index =>
            steps.TryGetValue(index, out var step)
                ? $"{RunHtml.E(step.StepId)} {RunHtml.JobLink(step)} ({RunHtml.E(step.Status)})"
                : RunHtml.E(definition.Steps[index].Id)))}</dd>";
}
