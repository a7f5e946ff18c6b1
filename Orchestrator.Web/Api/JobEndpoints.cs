using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.DeadLetters;
using Orchestrator.Jobs.Queries;
using Orchestrator.Jobs.Storage;
using Orchestrator.Web.Api.Describing;
using Orchestrator.Web.Auth;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.States;

namespace Orchestrator.Web.Api;

/// <summary>Steps of all runs, and what an operator decides about those that died.</summary>
internal static class JobEndpoints
{
    private const int MaxResolution = 1000;

    public static void MapJobs(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/jobs", ListAsync).For(Role.Viewer)
            .WithSummary("List steps of all runs, dead letters among them").TakesQuery(query => Read(query, "")).Answers(200, Examples.Jobs);
        routes.MapPost("/api/jobs/{id:guid}/retry", RetryAsync).For(Role.Operator)
            .WithSummary("Give a dead or failed step one more attempt").TakesBody(body => RunStepEndpoints.ReadReason(body)).Answers(200, Examples.Decided).Fails(404, 409);
        routes.MapPost("/api/jobs/{id:guid}/reset", ResetAsync).For(Role.Operator)
            .WithSummary("Give a dead or failed step all its attempts again, under a new idempotency key")
            .TakesBody(body => RunStepEndpoints.ReadReason(body)).Answers(200, Examples.Decided).Fails(404, 409);
        routes.MapPost("/api/jobs/{id:guid}/resolve", ResolveAsync).For(Role.Operator)
            .WithSummary("Close a dead step with an output of the operator's").TakesBody(body => Read(body, ""))
            .Answers(200, Examples.Decided).Fails(404, 409);
    }

    private static JobFilter Read(RequestQuery query, string tenant)
    {
        var run = query.Id("run_id");
        var (before, last) = (query.Id("cursor") ?? Guid.AllBitsSet, run is { } id ? new RunId(id).LastJob.Value : Guid.AllBitsSet);
        return new JobFilter
        {
            Tenant = tenant,
            Status = query.OneOf("status", Enum.GetValues<StepState>().Select(state => state.Word())),
            WorkflowKey = query.Text("workflow_key"),
            StepId = query.Text("step_id"),
            UserId = query.Text("user_id"),
            After = run ?? Guid.Empty,
            Before = before < last ? before : last,
            Limit = query.Limit(),
        };
    }

    private static ResolveDecision Read(RequestBody body, string actor) => new(
        actor,
        body.Text("resolution", MaxResolution, required: true, about: "Why it is closed, for the log.", example: "Done by hand.") ?? "",
        body.Any("output", "The step's result; null unless said.", """{"ok": true}""") is { IsUndefined: false } output ? output : Value.Null);

    private static async Task<IResult> ListAsync(HttpContext http, JobQueries jobs)
    {
        var query = new RequestQuery(http.Request);
        var filter = Read(query, http.User.Tenant());
        if (query.Problem() is { } problem)
        {
            return problem;
        }

        var (items, next) = await jobs.ListAsync(filter, http.RequestAborted);
        return Results.Json(new JobPage([.. items.Select(JobJson.Of)], next), ApiJson.Readable.JobPage);
    }

    private static Task<IResult> RetryAsync(HttpContext http, DeadLetterDesk desk, Guid id) =>
        DecideAsync(http, desk, id, body => new RetryDecision(http.User.Actor(), RunStepEndpoints.ReadReason(body)));

    private static Task<IResult> ResetAsync(HttpContext http, DeadLetterDesk desk, Guid id) =>
        DecideAsync(http, desk, id, body => new ResetDecision(http.User.Actor(), RunStepEndpoints.ReadReason(body)));

    private static Task<IResult> ResolveAsync(HttpContext http, DeadLetterDesk desk, Guid id) =>
        DecideAsync(http, desk, id, body => Read(body, http.User.Actor()));

    private static async Task<IResult> DecideAsync(
        HttpContext http, DeadLetterDesk desk, Guid id, Func<RequestBody, Decision> read)
    {
        var (body, unreadable) = await RequestBody.ReadAsync(http.Request);
        if (body is null)
        {
            return unreadable!;
        }

        var decision = read(body);
        return body.Problem() ?? Answer(id, await desk.DecideAsync(http.User.Tenant(), new JobId(id), decision, http.RequestAborted));
    }

    /// <summary>The answer to a decision about a step's job.</summary>
    public static IResult Answer(Guid id, DecisionOutcome outcome) => outcome switch
    {
        DecisionDone done => Results.Json(
            new DecisionAnswer(true, done.Job.Value, done.Job.Run.Value, done.StepId!, done.Step.Word(), done.Run.Word()),
            ApiJson.Readable.DecisionAnswer),
        DecisionUnknown => Problems.Of(StatusCodes.Status404NotFound, "No such job", $"There is no job {id}."),
        DecisionRefused refused => Problems.Of(StatusCodes.Status409Conflict, "Not in this state", refused.Message),
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, null),
    };
}

internal sealed record DecisionAnswer(bool Ok, Guid JobId, Guid WorkflowRunId, string StepId, string Status, string RunStatus);

internal sealed record JobPage(IReadOnlyList<JobJson> Items, Guid? NextCursor);

/// <summary>A step of any run, as lists show it.</summary>
internal sealed record JobJson
{
    public required Guid JobId { get; init; }

    public required Guid WorkflowRunId { get; init; }

    public required string WorkflowKey { get; init; }

    public required string RunStatus { get; init; }

    public required string StepId { get; init; }

    public string? UserId { get; init; }

    public string? IntentId { get; init; }

    public required string Status { get; init; }

    public string? WaitingFor { get; init; }

    public required int Priority { get; init; }

    public required string Queue { get; init; }

    /// <summary>All attempts that have begun.</summary>
    public required int Attempts { get; init; }

    /// <summary>Of these, what has used the budget up since the newest reset.</summary>
    public required int UsedAttempts { get; init; }

    public required int MaxAttempts { get; init; }

    public required int Resets { get; init; }

    public DateTime? NextRunAt { get; init; }

    public required DateTime CreatedAt { get; init; }

    public DateTime? StartedAt { get; init; }

    public DateTime? FinishedAt { get; init; }

    public string? Error { get; init; }

    public static JobJson Of(JobRow row) => new()
    {
        JobId = row.JobId,
        WorkflowRunId = row.WorkflowRunId,
        WorkflowKey = row.WorkflowKey,
        RunStatus = row.RunStatus,
        StepId = row.StepId,
        UserId = row.UserId,
        IntentId = row.IntentId,
        Status = row.Status,
        WaitingFor = row.WaitingFor,
        Priority = row.Priority,
        Queue = row.Queue,
        Attempts = row.Attempts,
        UsedAttempts = row.Attempts - row.BaseAttempts - row.Lost,
        MaxAttempts = row.MaxAttempts,
        Resets = row.Resets,
        NextRunAt = row.NextRunAt,
        CreatedAt = row.CreatedAt,
        StartedAt = row.StartedAt,
        FinishedAt = row.FinishedAt,
        Error = row.Error,
    };
}
