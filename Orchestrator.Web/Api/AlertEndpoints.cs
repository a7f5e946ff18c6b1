using System.Text.Json;
using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.Alerts;
using Orchestrator.Web.Api.Describing;
using Orchestrator.Web.Auth;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Web.Api;

internal sealed record AlertPage(IReadOnlyList<AlertJson> Items, Guid? NextCursor);

/// <summary>Something that a person should see.</summary>
internal sealed record AlertJson
{
    public required Guid AlertId { get; init; }

    public required string Status { get; init; }

    public Guid? WorkflowRunId { get; init; }

    public string? StepId { get; init; }

    public required string Severity { get; init; }

    public required string Type { get; init; }

    public required string Message { get; init; }

    public JsonElement? Data { get; init; }

    public required DateTime CreatedAt { get; init; }

    public DateTime? AcknowledgedAt { get; init; }

    public string? AcknowledgedBy { get; init; }

    public DateTime? ResolvedAt { get; init; }

    public static AlertJson Of(AlertRow row) => new()
    {
        AlertId = row.AlertId,
        Status = row.ResolvedAt is not null ? "resolved" : row.AcknowledgedAt is not null ? "acknowledged" : "open",
        WorkflowRunId = row.WorkflowRunId,
        StepId = row.StepId,
        Severity = row.Severity,
        Type = row.Type,
        Message = row.Message,
        Data = ApiJson.Raw(row.Data),
        CreatedAt = row.CreatedAt,
        AcknowledgedAt = row.AcknowledgedAt,
        AcknowledgedBy = row.AcknowledgedBy,
        ResolvedAt = row.ResolvedAt,
    };
}

/// <summary>Alerts: listed, acknowledged.</summary>
internal static class AlertEndpoints
{
    public static void MapAlerts(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/alerts", ListAsync).For(Role.Viewer)
            .WithSummary("List alerts, newest first").TakesQuery(query => Read(query)).Answers(200, Examples.Alerts);
        routes.MapPost("/api/alerts/{id:guid}/acknowledge", AcknowledgeAsync).For(Role.Operator)
            .WithSummary("Say that an alert was seen; who did so first stays").Answers(200, Examples.Acknowledged).Fails(404);
    }

    private static AlertFilter Read(RequestQuery query) => new()
    {
        Tenant = "",
        Status = query.OneOf("status", AlertStatus.All),
        Severity = query.OneOf("severity", NotifyAction.Severities),
        Type = query.Text("type", "What raised it, such as notify."),
        WorkflowRunId = query.Id("run_id"),
        Before = query.Id("cursor", "next_cursor of the page before."),
        Limit = query.Limit(),
    };

    private static async Task<IResult> ListAsync(HttpContext http, AlertStore alerts)
    {
        var query = new RequestQuery(http.Request);
        var filter = Read(query) with { Tenant = http.User.Tenant() };
        var limit = filter.Limit;
        if (query.Problem() is { } problem)
        {
            return problem;
        }

        // One more than asked for says whether there is a next page.
        var rows = await alerts.ListAsync(filter with { Limit = limit + 1 }, http.RequestAborted);
        var page = rows.Take(limit).ToArray();
        return Results.Json(
            new AlertPage([.. page.Select(AlertJson.Of)], rows.Count > limit ? page[^1].AlertId : null), ApiJson.Readable.AlertPage);
    }

    private static async Task<IResult> AcknowledgeAsync(HttpContext http, AlertStore alerts, Guid id)
    {
        var (body, unreadable) = await RequestBody.ReadAsync(http.Request);
        if ((unreadable ?? body!.Problem()) is { } problem)
        {
            return problem;
        }

        return await alerts.AcknowledgeAsync(http.User.Tenant(), id, http.User.Actor(), http.RequestAborted) is { } row
            ? Results.Json(AlertJson.Of(row), ApiJson.Readable.AlertJson)
            : Problems.Of(StatusCodes.Status404NotFound, "No such alert", $"There is no alert {id}.");
    }
}
