using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Web.Api.Describing;
using Orchestrator.Web.Auth;
using Orchestrator.Workflows.Comparing;

namespace Orchestrator.Web.Api;

internal sealed record ChangedStepJson(string Id, IReadOnlyList<string> Fields);

/// <summary>How one version differs from another: what only the second has is added.</summary>
internal sealed record WorkflowDiffJson(
    string WorkflowKey, int From, int To, IReadOnlyList<string> Added, IReadOnlyList<string> Removed, IReadOnlyList<ChangedStepJson> Changed,
    IReadOnlyList<string> Fields, IReadOnlyList<string> Templates, string Text);

/// <summary>Versions of a workflow, compared.</summary>
internal static class WorkflowDiffEndpoint
{
    private static WorkflowDiffJson Example { get; } = new(
        "daily", 1, 2, ["thank"], [], [new ChangedStepJson("notify", ["depends_on"])], ["config.timeout_ms"], [],
        "--- daily/1\n+++ daily/2\n@@ -1,1 +1,1 @@\n-config: { timeout_ms: 1000 }\n+config: { timeout_ms: 5000 }\n");

    public static void MapWorkflowDiff(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/workflows/{key}/diff", DiffAsync).For(Role.Viewer)
            .WithSummary("Compare two stored versions of a workflow").TakesQuery(query => Versions(query)).Answers(200, Example).Fails(404);

    private static (int? From, int? To) Versions(RequestQuery query) => (
        query.Integer("from", 1, int.MaxValue, "Number of a stored content; the one before `to` unless said."),
        query.Integer("to", 1, int.MaxValue, "Number of a stored content; the one that a dispatch takes unless said."));

    private static async Task<IResult> DiffAsync(HttpContext http, WorkflowStore store, string key)
    {
        var query = new RequestQuery(http.Request);
        var (from, to) = Versions(query);
        if (query.Problem() is { } problem)
        {
            return problem;
        }

        var tenant = http.User.Tenant();
        if ((to ?? await store.FindHeadAsync(tenant, key, http.RequestAborted)) is not { } second)
        {
            return Problems.Of(StatusCodes.Status404NotFound, "No such workflow", $"There is no workflow '{key}'.");
        }

        var first = from ?? Math.Max(1, second - 1);
        var before = await store.FindAsync(tenant, key, first, http.RequestAborted);
        var after = await store.FindAsync(tenant, key, second, http.RequestAborted);
        if (before is null || after is null)
        {
            return Problems.Of(
                StatusCodes.Status404NotFound, "No such version", $"Workflow '{key}' has no version {(before is null ? first : second)}. GET /api/workflows/{key}/versions lists them.");
        }

        var diff = VersionDiff.Of(before.Content, after.Content, before.TemplateSet.Sources, after.TemplateSet.Sources, $"{key}/{first}", $"{key}/{second}");
        return Results.Json(
            new WorkflowDiffJson(
                key, first, second, diff.Added, diff.Removed, [.. diff.Changed.Select(step => new ChangedStepJson(step.Id, step.Fields))],
                diff.Fields, diff.Templates, diff.Text),
            ApiJson.Readable.WorkflowDiffJson);
    }
}
