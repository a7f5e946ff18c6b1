using System.Security.Cryptography;
using System.Text;
using Orchestrator.Jobs;
using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.Agents;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Queries;
using Orchestrator.Jobs.Storage;
using Orchestrator.Web.Api.Describing;
using Orchestrator.Web.Auth;
using Orchestrator.Workflows.States;

namespace Orchestrator.Web.Api;

/// <summary>Dispatch, and what became of it.</summary>
internal static class RunEndpoints
{
    private const string KeyScope = "runs";

    private const string Cursor = "next_cursor of the page before.";

    public static void MapRuns(this IEndpointRouteBuilder routes)
    {
        foreach (var path in new[] { "/functions/v1/orchestrator/dispatch", "/api/runs" })
        {
            routes.MapPost(path, DispatchAsync).For(Role.Operator).WithMetadata(new OwnIdempotency())
                .WithSummary("Dispatch a workflow").TakesBody(body => Read(body)).Answers(202, Examples.Dispatched).Fails(404);
        }

        routes.MapGet("/api/runs", ListAsync).For(Role.Viewer)
            .WithSummary("List runs").TakesQuery(query => Read(query)).Answers(200, Examples.Runs);
        routes.MapGet("/api/runs/{id:guid}", FindAsync).For(Role.Viewer)
            .WithSummary("Read a run with its steps").Answers(200, Examples.Run);
        routes.MapGet("/api/runs/{id:guid}/attempts", AttemptsAsync).For(Role.Viewer)
            .WithSummary("List a run's attempts that have ended, the first first").TakesQuery(query => ReadAfter(query)).Answers(200, Examples.Attempts);
        routes.MapGet("/api/runs/{id:guid}/logs", LogsAsync).For(Role.Viewer)
            .WithSummary("List the lines that a run's attempts left, and what operators decided, the first first").TakesQuery(query => ReadSkip(query)).Answers(200, Examples.Logs);
        routes.MapGet("/api/runs/{id:guid}/handoffs", HandoffsAsync).For(Role.Viewer)
            .WithSummary("List what a run's agents have handed on, the first first").TakesQuery(query => ReadSkip(query)).Answers(200, Examples.Handoffs);
    }

    private static DispatchRequest Read(RequestBody body) => new()
    {
        WorkflowKey = body.Text("workflow_key", 100, required: true, about: "Key of the workflow.", example: Examples.WorkflowKey) ?? "",
        UserId = body.Text("user_id", ApiLimits.MaxIdLength, example: "ada"),
        IntentId = body.Text("intent_id", ApiLimits.MaxIdLength),
        Payload = body.Object("payload", "The inputs.", """{"name": "Ada"}"""),
        Variables = body.Object("variables", "Laid over the workflow's own."),
        Priority = body.Priority("priority"),
        ScheduledAt = body.Time("scheduled_at", "Not before then."),
        Version = body.Integer("version", 1, int.MaxValue, "Number of a stored content; the newest unless said."),
    };

    private static RunFilter Read(RequestQuery query) => new()
    {
        Tenant = "",
        Status = query.OneOf("status", Enum.GetValues<RunState>().Select(state => state.Word())),
        WorkflowKey = query.Text("workflow_key"),
        UserId = query.Text("user_id"),
        IntentId = query.Text("intent_id"),
        Parent = query.Id("parent", "Only runs that steps of this run have started."),
        Tag = query.Text("tag", "A tag of the workflow, in the version that the run started with."),
        Words = query.Text("q", "Part of run id, workflow key, user, intent or error message; in any case.")?.ToLowerInvariant(),
        From = query.Time("from", "Created then or later."),
        To = query.Time("to", "Created before then."),
        Before = query.Id("cursor", "next_cursor of the page before.") ?? Guid.AllBitsSet,
        Limit = query.Limit(),
    };

    private static async Task<IResult> DispatchAsync(HttpContext http, Dispatcher dispatcher)
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

        var request = Read(body) with
        {
            Tenant = http.User.Tenant(),
            Key = key is null ? null : new IdempotencyKey(KeyScope, key, SHA256.HashData(Encoding.UTF8.GetBytes(body.Value.ToJson()))),
        };
        return body.Problem() ?? Answer(http, await dispatcher.DispatchAsync(request, http.RequestAborted));
    }

    /// <summary>The answer to a dispatch, wherever the wish came from.</summary>
    public static IResult Answer(HttpContext http, DispatchOutcome outcome)
    {
        switch (outcome)
        {
            case Dispatched dispatched:
                if (dispatched.IsReplay)
                {
                    http.Response.Headers[IdempotencyHeader.Replayed] = "true";
                }

                return Results.Json(
                    new DispatchAnswer(true, dispatched.Run.Value, dispatched.State.Word()) { Reason = dispatched.Reason }, ApiJson.Readable.DispatchAnswer,
                    statusCode: StatusCodes.Status202Accepted);
            case DispatchRefused refused:
                return Problems.Of(
                    refused.Reason is DispatchRefusal.UnknownWorkflow or DispatchRefusal.UnknownVersion ? StatusCodes.Status404NotFound
                        : refused.Reason is DispatchRefusal.UnreadableWorkflow ? StatusCodes.Status409Conflict
                        : StatusCodes.Status422UnprocessableEntity,
                    "Not dispatched", refused.Message, refused.Problems);
            default:
                throw new ArgumentOutOfRangeException(nameof(outcome), outcome, null);
        }
    }

    private static async Task<IResult> ListAsync(HttpContext http, RunQueries runs)
    {
        var query = new RequestQuery(http.Request);
        var filter = Read(query) with { Tenant = http.User.Tenant() };
        if (query.Problem() is { } problem)
        {
            return problem;
        }

        if (filter.Words is { Length: > ApiLimits.MaxIdLength })
        {
            return Problems.Of(StatusCodes.Status400BadRequest, "Wrong parameters", $"q has at most {ApiLimits.MaxIdLength} characters.");
        }

        var (items, next) = await runs.ListAsync(filter, http.RequestAborted);
        return Results.Json(new RunPage([.. items.Select(RunSummary.Of)], next), ApiJson.Readable.RunPage);
    }

    private static async Task<IResult> FindAsync(HttpContext http, RunQueries runs, WorkflowNames names, Guid id)
    {
        var tenant = http.User.Tenant();
        if (await runs.FindAsync(tenant, new RunId(id), http.RequestAborted) is not { } run)
        {
            return NoSuchRun(id);
        }

        var steps = await runs.StepsAsync(tenant, new RunId(id), http.RequestAborted);
        var types = await names.StepTypesAsync(tenant, run.WorkflowKey, run.WorkflowVersion, http.RequestAborted);
        var handoffs = await ReadHandoffsAsync(http, runs, names, run);
        return Results.Json(RunDetail.Of(run, steps, types, handoffs), ApiJson.Readable.RunDetail);
    }

    /// <summary>A page after an entry.</summary>
    private static (int Limit, Guid? After) ReadAfter(RequestQuery query) => (query.Limit(ApiLimits.MaxPage), query.Id("cursor", Cursor));

    /// <summary>A page after so many entries.</summary>
    private static (int Limit, int Skip) ReadSkip(RequestQuery query) =>
        (query.Limit(ApiLimits.MaxPage), query.Integer("cursor", 1, int.MaxValue, Cursor) ?? 0);

    private static Task<IResult> AttemptsAsync(HttpContext http, RunQueries runs, Guid id) => PageAsync(http, runs, id, ReadAfter, async (run, page) =>
    {
        var items = await runs.AttemptsAsync(http.User.Tenant(), new RunId(run.WorkflowRunId), http.RequestAborted, page.Limit, page.After);
        return Results.Json(
            new AttemptList([.. items.Select(AttemptJson.Of)], items.Count == page.Limit ? items[^1].AttemptId : null), ApiJson.Readable.AttemptList);
    });

    private static Task<IResult> LogsAsync(HttpContext http, RunQueries runs, Guid id) => PageAsync(http, runs, id, ReadSkip, async (run, page) =>
    {
        var items = await runs.LogsAsync(http.User.Tenant(), new RunId(run.WorkflowRunId), http.RequestAborted, page.Limit, page.Skip);
        return Results.Json(
            new LogList([.. items.Select(LogLineJson.Of)], items.Count == page.Limit ? page.Skip + page.Limit : null), ApiJson.Readable.LogList);
    });

    private static Task<IResult> HandoffsAsync(HttpContext http, RunQueries runs, WorkflowNames names, Guid id) => PageAsync(http, runs, id, ReadSkip, async (run, page) =>
    {
        // Each says who comes after it, so all are read.
        var all = await ReadHandoffsAsync(http, runs, names, run);
        var end = page.Skip + page.Limit;
        return Results.Json(new HandoffList([.. all.Skip(page.Skip).Take(page.Limit)], all.Count > end ? end : null), ApiJson.Readable.HandoffList);
    });

    /// <summary>A page of what a run has.</summary>
    private static async Task<IResult> PageAsync<TPage>(
        HttpContext http, RunQueries runs, Guid id, Func<RequestQuery, TPage> read, Func<RunRow, TPage, Task<IResult>> answer)
    {
        var query = new RequestQuery(http.Request);
        var page = read(query);
        return query.Problem()
            ?? (await runs.FindAsync(http.User.Tenant(), new RunId(id), http.RequestAborted) is { } run ? await answer(run, page) : NoSuchRun(id));
    }

    private static async Task<IReadOnlyList<HandoffJson>> ReadHandoffsAsync(HttpContext http, RunQueries runs, WorkflowNames names, RunRow run)
    {
        var tenant = http.User.Tenant();
        var definition = await names.DefinitionAsync(tenant, run.WorkflowKey, run.WorkflowVersion, http.RequestAborted);
        var agents = Handoffs.AgentTasks(definition);
        return definition is not null && agents.Length == 0
            ? []
            : [.. Handoffs.Of(await runs.HandoffsAsync(tenant, new RunId(run.WorkflowRunId), agents, http.RequestAborted), definition).Select(HandoffJson.Of)];
    }

    private static IResult NoSuchRun(Guid id) =>
        Problems.Of(StatusCodes.Status404NotFound, "No such run", $"There is no run {id}.");
}
