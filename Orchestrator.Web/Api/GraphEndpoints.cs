using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Queries;
using Orchestrator.Jobs.Storage;
using Orchestrator.Web.Api.Describing;
using Orchestrator.Web.Auth;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Drawing;

namespace Orchestrator.Web.Api;

/// <summary>The steps of a run or of a workflow and who depends on whom: as JSON, as an image, as Mermaid text.</summary>
internal static class GraphEndpoints
{
    public static void MapGraphs(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/runs/{id:guid}/graph", OfRun(Json)).For(Role.Viewer)
            .WithSummary("Read a run's steps as nodes and edges").Answers(200, Examples.Graph).Fails(404, 422);
        routes.MapGet("/api/runs/{id:guid}/graph.svg", OfRun(Svg)).For(Role.Viewer)
            .WithSummary("Draw a run's steps and their states").AnswersText(200, "image/svg+xml").Fails(404, 422);
        routes.MapGet("/api/runs/{id:guid}/graph.mmd", OfRun(Mermaid)).For(Role.Viewer)
            .WithSummary("Write a run's steps as Mermaid").AnswersText(200, "text/plain").Fails(404, 422);
        routes.MapGet("/api/workflows/{key}/graph", OfWorkflow(Json)).For(Role.Viewer)
            .WithSummary("Read a workflow's steps as nodes and edges").TakesQuery(query => Version(query))
            .Answers(200, Examples.Graph).Fails(404, 422);
        routes.MapGet("/api/workflows/{key}/graph.svg", OfWorkflow(Svg)).For(Role.Viewer)
            .WithSummary("Draw a workflow's steps").TakesQuery(query => Version(query)).AnswersText(200, "image/svg+xml").Fails(404, 422);
        routes.MapGet("/api/workflows/{key}/graph.mmd", OfWorkflow(Mermaid)).For(Role.Viewer)
            .WithSummary("Write a workflow's steps as Mermaid").TakesQuery(query => Version(query)).AnswersText(200, "text/plain").Fails(404, 422);
    }

    /// <summary>A run's drawing, for a route that is none of the API's.</summary>
    public static Delegate DrawingOfRun { get; } = OfRun(Svg);

    private static int? Version(RequestQuery query) => query.Integer("version", 1, int.MaxValue, "Of a stored content; the newest unless said.");

    private static Delegate OfRun(Func<HttpContext, ShownGraph, IResult> show) =>
        async (HttpContext http, RunQueries runs, WorkflowNames names, Guid id) =>
        {
            var tenant = http.User.Tenant();
            if (await runs.FindAsync(tenant, new RunId(id), http.RequestAborted) is not { } run)
            {
                return Problems.Of(StatusCodes.Status404NotFound, "No such run", $"There is no run {id}.");
            }

            if (await names.DefinitionAsync(tenant, run.WorkflowKey, run.WorkflowVersion, http.RequestAborted) is not { } definition)
            {
                return Unreadable(run.WorkflowKey, run.WorkflowVersion);
            }

            var rows = await runs.StepsAsync(tenant, new RunId(id), http.RequestAborted);
            return show(http, new ShownGraph($"{run.WorkflowKey} · {run.Status}", definition, rows.ToLookup(row => row.DefinitionId)));
        };

    private static Delegate OfWorkflow(Func<HttpContext, ShownGraph, IResult> show) =>
        async (HttpContext http, WorkflowStore store, WorkflowNames names, string key) =>
        {
            var query = new RequestQuery(http.Request);
            var wanted = Version(query);
            if (query.Problem() is { } problem)
            {
                return problem;
            }

            var tenant = http.User.Tenant();
            var version = wanted ?? await store.FindHeadAsync(tenant, key, http.RequestAborted);
            if (version is not { } number || await store.FindAsync(tenant, key, number, http.RequestAborted) is null)
            {
                return Problems.Of(
                    StatusCodes.Status404NotFound, "No such workflow",
                    wanted is null ? $"There is no workflow '{key}'." : $"Workflow '{key}' has no version {wanted}.");
            }

            return await names.DefinitionAsync(tenant, key, number, http.RequestAborted) is { } definition
                ? show(http, new ShownGraph(key, definition, Array.Empty<StepRunRow>().ToLookup(row => row.DefinitionId)))
                : Unreadable(key, number);
        };

    private static IResult Json(HttpContext http, ShownGraph shown) => Results.Json(shown.ToJson(), ApiJson.Readable.GraphJson);

    private static IResult Svg(HttpContext http, ShownGraph shown)
    {
        try
        {
            var image = SvgDrawing.Write(shown.Drawn.Graph, shown.Steps, shown.Title, shown.Drawn.Kinds);
            http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
            return Results.Text(image, "image/svg+xml");
        }
        catch (DrawingTooLargeException e)
        {
            return Problems.Of(
                StatusCodes.Status422UnprocessableEntity, "Too large to be drawn", $"{e.Message} The same address without .svg has it as JSON.");
        }
    }

    private static IResult Mermaid(HttpContext http, ShownGraph shown) =>
        Results.Text(MermaidText.Write(shown.Drawn.Graph, shown.Steps, shown.Drawn.Kinds), "text/plain; charset=utf-8");

    private static IResult Unreadable(string key, int version) => Problems.Of(
        StatusCodes.Status422UnprocessableEntity, "Unreadable workflow", $"Version {version} of workflow '{key}' can't be read by this program.");
}

/// <summary>A definition, with the steps of a run where one is shown.</summary>
internal sealed record ShownGraph(string Title, WorkflowDefinition Definition, ILookup<string, StepRunRow> Rows)
{
    public DrawnGraph Drawn { get; } = DrawnGraph.Of(Definition);

    public IReadOnlyList<DrawnStep> Steps { get; } = [.. DrawnStep.Of(Definition).Select((step, index) =>
        GraphNodeJson.Of(Definition.Steps[index], [.. Rows[step.Id]]) is { Status: not null } node ? step with { Status = node.Status, Attempts = node.Attempts!.Value } : step)];

    public GraphJson ToJson() => new(
        [.. Definition.Steps.Select(step => GraphNodeJson.Of(step, [.. Rows[step.Id]]))],
        [.. DrawnEdge.Of(Definition).Select(edge => new GraphEdgeJson(Definition.Steps[edge.From].Id, Definition.Steps[edge.To].Id, edge.Kind))]);
}

internal sealed record GraphJson(IReadOnlyList<GraphNodeJson> Nodes, IReadOnlyList<GraphEdgeJson> Edges);

/// <summary>How a step leads to another: <see cref="DrawnEdge.Kind"/>.</summary>
internal sealed record GraphEdgeJson(string From, string To, string Kind);

/// <summary>A step; the state and what follows it only of a run, and of a step that is there several times of all of them.</summary>
internal sealed record GraphNodeJson(
    string StepId, string? Name, string Type, string? Status, string? WaitingFor, int? Attempts, DateTime? StartedAt, DateTime? FinishedAt)
{
    /// <summary>Of many steps the state that a reader looks for first: what is open, then what went wrong.</summary>
    private static readonly string[] Foremost = ["running", "leased", "queued", "failed", "waiting", "dead", "success", "skipped", "cancelled"];

    public static GraphNodeJson Of(StepDefinition step, IReadOnlyList<StepRunRow> rows)
    {
        var shown = rows.MinBy(row => Array.IndexOf(Foremost, row.Status));
        return new GraphNodeJson(
            step.Id, step.Name, step.Action.Type, shown?.Status, shown?.WaitingFor,
            shown is null ? null : rows.Sum(row => row.Attempts),
            rows.Min(row => row.StartedAt),
            rows.All(row => row.FinishedAt is not null) ? rows.Max(row => row.FinishedAt) : null);
    }
}
