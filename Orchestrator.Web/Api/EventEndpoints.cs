using Orchestrator.Jobs.Events;
using Orchestrator.Web.Auth;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Web.Api;

/// <summary>Events: reported, listed, read.</summary>
internal static class EventEndpoints
{
    public static void MapEvents(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/events", ReportAsync);
        routes.MapGet("/api/events", ListAsync);
        routes.MapGet("/api/events/{id:guid}", FindAsync);
    }

    private static async Task<IResult> ReportAsync(HttpContext http, EventDispatcher events, TimeProvider time)
    {
        var (body, unreadable) = await RequestBody.ReadAsync(http.Request);
        if (body is null)
        {
            return unreadable!;
        }

        if (IdempotencyHeader.Read(http.Request, out var key) is { } wrongKey)
        {
            return wrongKey;
        }

        var tenant = http.User.Tenant();
        var payload = body.Object("payload");
        var reported = new IntentEvent
        {
            Tenant = tenant,
            Id = events.NewId(tenant, key),
            Type = body.Text("type", ApiLimits.MaxIdLength, required: true) ?? "",
            UserId = body.Text("user_id", ApiLimits.MaxIdLength, required: true) ?? "",
            IntentId = body.Text("intent_id", ApiLimits.MaxIdLength),
            Payload = payload.IsNullish ? Value.EmptyObject : payload,
            CreatedAt = time.GetUtcNow().UtcDateTime,
        };
        return body.Problem() ?? Answer(http, key, await events.ReportAsync(reported, http.RequestAborted));
    }

    private static IResult Answer(HttpContext http, string? key, EventReceipt? receipt)
    {
        if (receipt is null)
        {
            return Problems.Of(
                StatusCodes.Status422UnprocessableEntity, "Not stored",
                $"The idempotency key '{key}' was used for another event. Send a new key with a new event.");
        }

        if (receipt.IsReplay)
        {
            http.Response.Headers["Idempotency-Replayed"] = "true";
        }

        return Results.Json(
            new EventAnswer(receipt.EventId, [.. receipt.Runs.Select(StartedRunJson.Of)], EventErrorJson.Of(receipt.Errors)),
            ApiJson.Default.EventAnswer, statusCode: StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> ListAsync(HttpContext http, EventQueries events)
    {
        var query = new RequestQuery(http.Request);
        var limit = query.Limit();
        var filter = new EventFilter
        {
            Tenant = http.User.Tenant(),
            Type = query.Text("type"),
            UserId = query.Text("user_id"),
            IntentId = query.Text("intent_id"),
            Before = query.Id("cursor"),
            Limit = limit + 1,
        };
        if (query.Problem() is { } problem)
        {
            return problem;
        }

        // One more than asked for says whether there is a next page.
        var rows = await events.ListAsync(filter, http.RequestAborted);
        var page = rows.Take(limit).ToArray();
        return Results.Json(
            new EventPage([.. page.Select(EventJson.Of)], rows.Count > limit ? page[^1].EventId : null), ApiJson.Default.EventPage);
    }

    private static async Task<IResult> FindAsync(HttpContext http, EventQueries events, Guid id)
    {
        var tenant = http.User.Tenant();
        if (await events.FindAsync(tenant, id, http.RequestAborted) is not { } row)
        {
            return Problems.Of(StatusCodes.Status404NotFound, "No such event", $"There is no event {id}.");
        }

        var runs = await events.RunsAsync(tenant, id, http.RequestAborted);
        return Results.Json(
            new EventDetail(EventJson.Of(row), [.. runs.Select(run => new EventRunJson(run.WorkflowKey, run.WorkflowRunId, run.Status))]),
            ApiJson.Default.EventDetail);
    }
}
