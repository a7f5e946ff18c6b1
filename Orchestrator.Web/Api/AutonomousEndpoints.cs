using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.Autonomous;
using Orchestrator.Web.Api.Describing;
using Orchestrator.Web.Auth;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Web.Api;

/// <summary>The autonomous cycle: started, watched, explained, simulated (seed 000); under both addresses of the seed.</summary>
internal static class AutonomousEndpoints
{
    private const int MaxSimulated = 10_000, DefaultSimulated = 1_000, DefaultShown = 20, MaxNames = 500;

    public static void MapAutonomous(this IEndpointRouteBuilder routes)
    {
        foreach (var prefix in new[] { "/autonomous", "/api/autonomous" })
        {
            routes.MapPost($"{prefix}/trigger-job", TriggerAsync).For(Role.Operator)
                .WithSummary("Start an autonomous cycle now").TakesBody(body => Read(body, "")).Answers(200, Examples.Triggered).Fails(409);
            routes.MapGet($"{prefix}/jobs", ListAsync).For(Role.Viewer)
                .WithSummary("List autonomous cycles").TakesQuery(query => Read(query)).Answers(200, Examples.Cycles);
            routes.MapGet($"{prefix}/jobs/{{id:long}}/status", StatusAsync).For(Role.Viewer)
                .WithSummary("Read where an autonomous cycle stands").Answers(200, Examples.CycleStatus).Fails(404);
            routes.MapGet($"{prefix}/jobs/{{id:long}}/explain", ExplainAsync).For(Role.Viewer)
                .WithSummary("Ask why a workflow was, or was not, started for an agent").TakesQuery(query => ReadWhy(query))
                .Answers(200, Examples.CycleWhy).Fails(404);
            routes.MapPost($"{prefix}/simulate", SimulateAsync).For(Role.Viewer)
                .WithSummary("Ask what a cycle would do now, without doing it").TakesBody(body => ReadSimulation(body, ""))
                .Answers(200, Examples.Simulated);
        }
    }

    private static CycleWish Read(RequestBody body, string tenant) => new()
    {
        Tenant = tenant,
        Type = "manual",
        Priority = body.Integer("priority", 1, 1000, "Higher is sooner; 1 unless said.") ?? 1,
        Metadata = body.Object("metadata", "Kept with the cycle.", """{"why": "first try"}"""),
    };

    private static (int? Cursor, int Limit) Read(RequestQuery query) =>
        (query.Integer("cursor", 1, int.MaxValue, "next_cursor of the page before."), query.Limit());

    private static (int? Agent, string? Workflow) ReadWhy(RequestQuery query) =>
        (query.Integer("agent_id", 1, int.MaxValue, "The agent."), query.Text("workflow", "The workflow's key, such as feed_review."));

    private static SimulationWish ReadSimulation(RequestBody body, string tenant) => new()
    {
        Tenant = tenant,
        Agents = Numbers(body, "agent_ids", "Only these agents.", "[1, 2]"),
        Workflows = body.Texts("workflows", MaxNames, ApiLimits.MaxIdLength, "Only these workflows.", ["feed_review"]) ?? [],
        BaseThresholds = Thresholds(body),
        MaxAgents = body.Integer("max_agents", 1, MaxSimulated, $"Agents to evaluate; {DefaultSimulated} unless said.") ?? DefaultSimulated,
        Shown = body.Integer("limit", 0, ApiLimits.MaxPage, $"Agents whose numbers are in the answer; {DefaultShown} unless said.") ?? DefaultShown,
    };

    private static async Task<IResult> TriggerAsync(HttpContext http, CycleStart start)
    {
        var (body, unreadable) = await RequestBody.ReadAsync(http.Request);
        if (body is null)
        {
            return unreadable!;
        }

        var wish = Read(body, http.User.Tenant());
        if (body.Problem() is { } problem)
        {
            return problem;
        }

        var started = await start.StartAsync(wish, http.RequestAborted);
        return started.IsOverlap
            ? new CycleRuns(started.Job)
            : Results.Json(new CycleTriggered(true, "Autonomous job triggered", started.Job), ApiJson.Readable.CycleTriggered);
    }

    private static async Task<IResult> ListAsync(HttpContext http, CycleQueries cycles)
    {
        var query = new RequestQuery(http.Request);
        var (cursor, limit) = Read(query);
        if (query.Problem() is { } problem)
        {
            return problem;
        }

        // One more than asked for says whether there is a next page.
        var rows = await cycles.ListAsync(http.User.Tenant(), cursor ?? long.MaxValue, limit + 1, http.RequestAborted);
        var page = rows.Take(limit).ToArray();
        return Results.Json(new CyclePage([.. page.Select(CycleJson.Of)], rows.Count > limit ? page[^1].Id : null), ApiJson.Readable.CyclePage);
    }

    private static async Task<IResult> StatusAsync(HttpContext http, CycleQueries cycles, long id)
    {
        var tenant = http.User.Tenant();
        return await cycles.FindAsync(tenant, id, http.RequestAborted) is not { } cycle
            ? Unknown(id)
            : Results.Json(
                new CycleStatus(
                    CycleJson.Of(cycle),
                    await cycles.StatsAsync(tenant, id, http.RequestAborted),
                    await cycles.ExecutionsAsync(tenant, id, http.RequestAborted)),
                ApiJson.Readable.CycleStatus);
    }

    private static async Task<IResult> ExplainAsync(HttpContext http, CycleQueries cycles, CycleExplainer explainer, long id)
    {
        var query = new RequestQuery(http.Request);
        var (agent, workflow) = ReadWhy(query);
        var tenant = http.User.Tenant();
        if (await cycles.FindAsync(tenant, id, http.RequestAborted) is not { } cycle)
        {
            return Unknown(id);
        }

        if (query.Problem() is { } problem)
        {
            return problem;
        }

        return agent is null || workflow is null
            ? Problems.Of(StatusCodes.Status400BadRequest, "Wrong request", "Say of whom and of what: ?agent_id=1&workflow=feed_review.")
            : Results.Json(
                CycleWhy.Of(id, agent.Value, workflow, await explainer.ExplainAsync(tenant, cycle, agent.Value, workflow, http.RequestAborted)),
                ApiJson.Readable.CycleWhy);
    }

    private static async Task<IResult> SimulateAsync(HttpContext http, Simulator simulator)
    {
        var (body, unreadable) = await RequestBody.ReadAsync(http.Request);
        if (body is null)
        {
            return unreadable!;
        }

        var wish = ReadSimulation(body, http.User.Tenant());
        return body.Problem() ?? Results.Json(
            SimulationJson.Of(await simulator.RunAsync(wish, http.RequestAborted)), ApiJson.Readable.SimulationJson);
    }

    private static IResult Unknown(long id) => Problems.Of(StatusCodes.Status404NotFound, "Job not found", $"There is no autonomous job {id}.");

    private static IReadOnlyList<long> Numbers(RequestBody body, string name, string about, string example)
    {
        var given = body.Any(name, about, example);
        if (given.IsNullish)
        {
            return [];
        }

        if (given.Kind != ValueKind.Array || given.AsArray().Count > MaxNames
            || given.AsArray().Any(one => one.Kind != ValueKind.Number || one.AsNumber() != Math.Floor(one.AsNumber()) || Math.Abs(one.AsNumber()) > 1e15))
        {
            body.Wrong(name, $"has to be a list of at most {MaxNames} whole numbers");
            return [];
        }

        return [.. given.AsArray().Select(one => (long)one.AsNumber())];
    }

    private static IReadOnlyDictionary<string, double> Thresholds(RequestBody body)
    {
        var given = body.Object("base_thresholds", "In place of the workflows' own, by key; * for all others.", """{"*": 0.4, "like": 0.8}""");
        if (given.IsNullish)
        {
            return new Dictionary<string, double>();
        }

        if (given.AsObject().Count > MaxNames || given.AsObject().Values.Any(one => one.Kind != ValueKind.Number || !double.IsFinite(one.AsNumber())))
        {
            body.Wrong("base_thresholds", "has to hold a number for each key");
            return new Dictionary<string, double>();
        }

        return given.AsObject().ToDictionary(one => one.Key, one => one.Value.AsNumber());
    }

    /// <summary>409 with the id of the cycle that runs.</summary>
    private sealed class CycleRuns(long job) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => Problems.WriteAsync(
            httpContext, StatusCodes.Status409Conflict, "A cycle is running",
            $"Autonomous job {job} is running; there is one at a time. GET /autonomous/jobs/{job}/status says where it stands.",
            members: [("job_id", job)]);
    }
}
