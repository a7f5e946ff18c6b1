using System.Security.Cryptography;
using System.Text;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Queries;
using Orchestrator.Jobs.Storage;
using Orchestrator.Web.Auth;
using Orchestrator.Workflows.States;

namespace Orchestrator.Web.Api;

/// <summary>Dispatch, and what became of it.</summary>
internal static class RunEndpoints
{
    private const string KeyScope = "runs";

    public static void MapRuns(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/functions/v1/orchestrator/dispatch", DispatchAsync);
        routes.MapPost("/api/runs", DispatchAsync);
        routes.MapGet("/api/runs", ListAsync);
        routes.MapGet("/api/runs/{id:guid}", FindAsync);
        routes.MapGet("/api/runs/{id:guid}/attempts", AttemptsAsync);
        routes.MapGet("/api/runs/{id:guid}/logs", LogsAsync);
    }

    private static async Task<IResult> DispatchAsync(HttpContext http, Dispatcher dispatcher)
    {
        var (body, unreadable) = await RequestBody.ReadAsync(http.Request);
        if (body is null)
        {
            return unreadable!;
        }

        if (IdempotencyKey(http.Request, body, out var key) is { } wrongKey)
        {
            return wrongKey;
        }

        var request = new DispatchRequest
        {
            Tenant = http.User.Tenant(),
            WorkflowKey = body.Text("workflow_key", 100, required: true) ?? "",
            UserId = body.Text("user_id", ApiLimits.MaxIdLength),
            IntentId = body.Text("intent_id", ApiLimits.MaxIdLength),
            Payload = body.Object("payload"),
            Variables = body.Object("variables"),
            Priority = body.Priority("priority"),
            ScheduledAt = body.Time("scheduled_at"),
            Version = body.Integer("version", 1, int.MaxValue),
            Key = key,
        };
        return body.Problem() ?? Answer(http, await dispatcher.DispatchAsync(request, http.RequestAborted));
    }

    private static IResult Answer(HttpContext http, DispatchOutcome outcome)
    {
        switch (outcome)
        {
            case Dispatched dispatched:
                if (dispatched.IsReplay)
                {
                    http.Response.Headers["Idempotency-Replayed"] = "true";
                }

                return Results.Json(
                    new DispatchAnswer(true, dispatched.Run.Value, "pending"), ApiJson.Default.DispatchAnswer,
                    statusCode: StatusCodes.Status202Accepted);
            case DispatchRefused refused:
                return Problems.Of(
                    refused.Reason is DispatchRefusal.UnknownWorkflow or DispatchRefusal.UnknownVersion
                        ? StatusCodes.Status404NotFound
                        : StatusCodes.Status422UnprocessableEntity,
                    "Not dispatched", refused.Message, refused.Problems);
            default:
                throw new ArgumentOutOfRangeException(nameof(outcome), outcome, null);
        }
    }

    private static IResult? IdempotencyKey(HttpRequest request, RequestBody body, out IdempotencyKey? key)
    {
        var problem = IdempotencyHeader.Read(request, out var header);
        key = header is null ? null : new IdempotencyKey(KeyScope, header, SHA256.HashData(Encoding.UTF8.GetBytes(body.Value.ToJson())));
        return problem;
    }

    private static async Task<IResult> ListAsync(HttpContext http, RunQueries runs)
    {
        var query = new RequestQuery(http.Request);
        var limit = query.Limit();
        var filter = new RunFilter
        {
            Tenant = http.User.Tenant(),
            Status = query.OneOf("status", Enum.GetValues<RunState>().Select(state => state.Word())),
            WorkflowKey = query.Text("workflow_key"),
            UserId = query.Text("user_id"),
            IntentId = query.Text("intent_id"),
            From = query.Time("from"),
            To = query.Time("to"),
            Before = query.Id("cursor"),
            Limit = limit + 1,
        };
        if (query.Problem() is { } problem)
        {
            return problem;
        }

        // One more than asked for says whether there is a next page.
        var rows = await runs.ListAsync(filter, http.RequestAborted);
        var page = rows.Take(limit).ToArray();
        return Results.Json(
            new RunPage([.. page.Select(RunSummary.Of)], rows.Count > limit ? page[^1].WorkflowRunId : null), ApiJson.Default.RunPage);
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
        return Results.Json(RunDetail.Of(run, steps, types), ApiJson.Default.RunDetail);
    }

    private static async Task<IResult> AttemptsAsync(HttpContext http, RunQueries runs, Guid id) =>
        await EndedAttemptsAsync(http, runs, id) is { } attempts
            ? Results.Json(new AttemptList([.. attempts.Select(AttemptJson.Of)]), ApiJson.Default.AttemptList)
            : NoSuchRun(id);

    private static async Task<IResult> LogsAsync(HttpContext http, RunQueries runs, Guid id) =>
        await EndedAttemptsAsync(http, runs, id) is { } attempts
            ? Results.Json(new LogList([.. attempts.SelectMany(LogLineJson.Of)]), ApiJson.Default.LogList)
            : NoSuchRun(id);

    /// <summary>Null: there is no such run.</summary>
    private static async Task<IReadOnlyList<AttemptRow>?> EndedAttemptsAsync(HttpContext http, RunQueries runs, Guid id)
    {
        var tenant = http.User.Tenant();
        return await runs.FindAsync(tenant, new RunId(id), http.RequestAborted) is null
            ? null
            : await runs.AttemptsAsync(tenant, new RunId(id), http.RequestAborted);
    }

    private static IResult NoSuchRun(Guid id) =>
        Problems.Of(StatusCodes.Status404NotFound, "No such run", $"There is no run {id}.");
}
