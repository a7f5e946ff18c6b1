using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.Agents;
using Orchestrator.Web.Api.Describing;
using Orchestrator.Web.Auth;
using Orchestrator.Workflows.Readiness;

namespace Orchestrator.Web.Api;

/// <summary>What an agent has done: reported, imported, listed.</summary>
internal static class AgentEventEndpoints
{
    private const int MaxEvents = 500;

    /// <summary>How far a reporter's clock may be ahead.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);

    public static void MapAgentEvents(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/agents/{id:long}/events", AddAsync).For(Role.Operator)
            .WithSummary("Report what an agent did: one event, or a list as events").TakesBody(body => Read(body, DateTime.MaxValue))
            .Answers(201, Examples.AgentEventsAdded);
        routes.MapGet("/api/agents/{id:long}/events", ListAsync).For(Role.Viewer)
            .WithSummary("List what an agent did, newest first").TakesQuery(query => Page(query)).Answers(200, Examples.AgentEvents);
    }

    private static (int Limit, long? Cursor) Page(RequestQuery query) =>
        (query.Limit(), query.Number("cursor", "next_cursor of the page before."));

    private static IReadOnlyList<NewAgentEvent> Read(RequestBody body, DateTime latest)
    {
        var many = body.List("events", MaxEvents, one => ReadOne(one, latest, required: true), "Several at once, in place of the fields beside.");
        var single = ReadOne(body, latest, required: false);
        if (many is not null && body.Value.AsObject().Count > 1)
        {
            body.Wrong("events", "stands alone: put each event into the list");
        }
        else if (many is null && single.Type.Length == 0 && body.Value["event_type"].IsNullish && body.Value["events"].IsNullish)
        {
            body.Wrong("event_type", "is required, or a list as events");
        }

        return many ?? [single];
    }

    private static NewAgentEvent ReadOne(RequestBody body, DateTime latest, bool required)
    {
        var type = body.Text("event_type", AgentEvent.MaxTypeLength, required, "What it did.", "post_liked");
        var data = body.Object("data", $"What is known of it, as JSON of up to {NewAgentEvent.MaxData} characters.", """{"post_id": "post-4"}""");
        var at = body.Time("created_at", "For what lies in the past; now where it is left out.");
        if (at > latest)
        {
            body.Wrong("created_at", "lies in the future");
        }

        var json = data.IsNullish ? "{}" : data.ToJson();
        if (json.Length > NewAgentEvent.MaxData)
        {
            body.Wrong("data", $"has {json.Length} characters, more than {NewAgentEvent.MaxData}");
        }

        return new NewAgentEvent(type ?? "", json, at);
    }

    private static async Task<IResult> AddAsync(HttpContext http, AgentStore agents, TimeProvider time, long id)
    {
        var (body, unreadable) = await RequestBody.ReadAsync(http.Request);
        if (body is null)
        {
            return unreadable!;
        }

        var events = Read(body, time.GetUtcNow().UtcDateTime + Tolerance);
        if (body.Problem() is { } problem)
        {
            return problem;
        }

        var rows = await agents.AddEventsAsync(http.User.Tenant(), id, events, http.RequestAborted);
        return rows.Count == 0
            ? AgentEndpoints.NoSuchAgent(id)
            : Results.Json(new AgentEventsAnswer([.. rows.Select(AgentEventJson.Of)]), ApiJson.Readable.AgentEventsAnswer, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> ListAsync(HttpContext http, AgentStore agents, long id)
    {
        var query = new RequestQuery(http.Request);
        var (limit, cursor) = Page(query);
        if (query.Problem() is { } problem)
        {
            return problem;
        }

        var tenant = http.User.Tenant();
        if (await agents.FindAsync(tenant, id, http.RequestAborted) is null)
        {
            return AgentEndpoints.NoSuchAgent(id);
        }

        // One more than asked for says whether there is a next page.
        var rows = await agents.ListEventsAsync(tenant, id, cursor, limit + 1, http.RequestAborted);
        var page = rows.Take(limit).ToArray();
        return Results.Json(
            new AgentEventPage([.. page.Select(AgentEventJson.Of)], rows.Count > limit ? page[^1].Id : null), ApiJson.Readable.AgentEventPage);
    }
}
