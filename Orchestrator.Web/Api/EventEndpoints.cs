using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.Events;
using Orchestrator.Web.Api.Describing;
using Orchestrator.Web.Auth;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Web.Api;

/// <summary>Events: reported, listed, read.</summary>
internal static class EventEndpoints
{
    public static void MapEvents(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/events", ReportAsync).For(Role.Operator).WithMetadata(new OwnIdempotency())
            .WithSummary("Report an event, which starts the workflows that wait for it")
            .TakesBody(body => Read(body)).Answers(202, Examples.Reported);
        routes.MapGet("/api/events", ListAsync).For(Role.Viewer)
            .WithSummary("List events").TakesQuery(query => Read(query)).Answers(200, Examples.Events);
        routes.MapGet("/api/events/{id:guid}", FindAsync).For(Role.Viewer)
            .WithSummary("Read an event with the runs that it started").Answers(200, Examples.Event);
    }

    private static IntentEvent Read(RequestBody body)
    {
        var type = body.Text("type", ApiLimits.MaxIdLength, required: true, about: "What has happened.", example: Examples.EventType) ?? "";
        if (RunEnd.Is(type))
        {
            body.Wrong("type", "is kept for the ends of runs, which the service notes itself");
        }

        var user = body.Text("user_id", ApiLimits.MaxIdLength, required: true, about: "To whom.", example: "ada") ?? "";
        var intent = body.Text("intent_id", ApiLimits.MaxIdLength);
        var payload = body.Object("payload", "The inputs of the runs that it starts.", """{"mood": 2}""");
        return new IntentEvent
        {
            Tenant = "",
            Id = Guid.Empty,
            Type = type,
            UserId = user,
            IntentId = intent,
            Payload = payload.IsNullish ? Value.EmptyObject : payload,
            CreatedAt = default,
        };
    }

    private static EventFilter Read(RequestQuery query) => new()
    {
        Tenant = "",
        Type = query.Text("type"),
        UserId = query.Text("user_id"),
        IntentId = query.Text("intent_id"),
        Before = query.Id("cursor", "next_cursor of the page before."),
        Limit = query.Limit(),
    };

    private static async Task<IResult> ReportAsync(HttpContext http, EventDispatcher events, TimeProvider time)
    {
        var (body, unreadable) = await RequestBody.ReadAsync(http.Request);
        if (body is null)
        {
            return unreadable!;
        }

        var key = IdempotencyHeader.Read(http.Request, out var wrongKey);
        if (wrongKey is not null)
        {
            return wrongKey;
        }

        var tenant = http.User.Tenant();
        var reported = Read(body) with { Tenant = tenant, Id = events.NewId(tenant, key), CreatedAt = time.GetUtcNow().UtcDateTime };
        return body.Problem() ?? Answer(http, key, await events.ReportAsync(reported, http.RequestAborted));
    }

    private static IResult Answer(HttpContext http, string? key, EventReceipt? receipt)
    {
        if (receipt is null)
        {
            return IdempotencyHeader.Reused(key!);
        }

        if (receipt.IsReplay)
        {
            http.Response.Headers[IdempotencyHeader.Replayed] = "true";
        }

        return Results.Json(
            new EventAnswer(receipt.EventId, [.. receipt.Runs.Select(StartedRunJson.Of)], EventErrorJson.Of(receipt.Errors)),
            ApiJson.Readable.EventAnswer, statusCode: StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> ListAsync(HttpContext http, EventQueries events)
    {
        var query = new RequestQuery(http.Request);
        var filter = Read(query) with { Tenant = http.User.Tenant() };
        var limit = filter.Limit;
        if (query.Problem() is { } problem)
        {
            return problem;
        }

        // One more than asked for says whether there is a next page.
        var rows = await events.ListAsync(filter with { Limit = limit + 1 }, http.RequestAborted);
        var page = rows.Take(limit).ToArray();
        return Results.Json(
            new EventPage([.. page.Select(EventJson.Of)], rows.Count > limit ? page[^1].EventId : null), ApiJson.Readable.EventPage);
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
            ApiJson.Readable.EventDetail);
    }
}
