using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.Control;
using Orchestrator.Jobs.DeadLetters;
using Orchestrator.Jobs.Queries;
using Orchestrator.Jobs.Storage;
using Orchestrator.Web.Api.Describing;
using Orchestrator.Web.Auth;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Web.Api;

/// <summary>What an operator decides about a step of a run, by the step's address such as <c>process[3].fetch</c>.</summary>
internal static class RunStepEndpoints
{
    public static void MapRunSteps(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/runs/{id:guid}/steps/{step}/retry", RetryAsync).For(Role.Operator)
            .WithSummary("Give a dead or failed step of a run one more attempt, at any depth; one that waits for a decision all of its attempts anew").TakesBody(body => ReadReason(body)).Answers(200, Examples.Decided).Fails(404, 409);
        routes.MapPost("/api/runs/{id:guid}/steps/{step}/skip", SkipAsync).For(Role.Operator)
            .WithSummary("Pass over a dead step, or one that waits for a decision: its result says that it was skipped, and why").TakesBody(body => ReadReason(body))
            .Answers(200, Examples.Decided).Fails(404, 409);
        routes.MapPost("/api/runs/{id:guid}/steps/{step}/abort", AbortAsync).For(Role.Operator)
            .WithSummary("Give up a step that waits for a decision: it is dead, and the run goes on to its end").TakesBody(body => ReadReason(body))
            .Answers(200, Examples.Decided).Fails(404, 409);
    }

    public static string? ReadReason(RequestBody body) =>
        body.Text("reason", Orderer.MaxReason, about: "Why, for the log and the result of a step that is skipped.", example: "Not needed today.");

    private static Task<IResult> RetryAsync(HttpContext http, DeadLetterDesk desk, JobQueries jobs, Guid id, string step) =>
        DecideAsync<Decision>(http, jobs, id, step, body => new RetryDecision(http.User.Actor(), ReadReason(body)), (job, decision) => desk.DecideAsync(http.User.Tenant(), job, decision, http.RequestAborted));

    private static Task<IResult> SkipAsync(HttpContext http, DeadLetterDesk desk, JobQueries jobs, Guid id, string step) => DecideAsync(
        http, jobs, id, step, body => Skip(http.User.Actor(), ReadReason(body) ?? "Skipped by an operator"),
        (job, decision) => desk.DecideAsync(http.User.Tenant(), job, decision, http.RequestAborted));

    private static Task<IResult> AbortAsync(HttpContext http, StepAbort abort, JobQueries jobs, Guid id, string step) => DecideAsync(
        http, jobs, id, step, body => new Orderer(http.User.Actor(), ReadReason(body)),
        (job, by) => abort.AbortAsync(http.User.Tenant(), job, by, http.RequestAborted));

    private static ResolveDecision Skip(string actor, string reason) =>
        new(actor, reason, Value.Object(("skipped", true), ("reason", reason)), IsSkip: true);

    private static async Task<IResult> DecideAsync<T>(
        HttpContext http, JobQueries jobs, Guid id, string step, Func<RequestBody, T> read, Func<JobId, T, Task<DecisionOutcome>> decide)
    {
        var (body, unreadable) = await RequestBody.ReadAsync(http.Request);
        if (body is null)
        {
            return unreadable!;
        }

        var decision = read(body);
        if (body.Problem() is { } problem)
        {
            return problem;
        }

        return await jobs.FindAsync(http.User.Tenant(), new RunId(id), step, http.RequestAborted) is { } job
            ? JobEndpoints.Answer(job.Value, await decide(job, decision))
            : Problems.Of(StatusCodes.Status404NotFound, "No such step", $"There is no step '{step}' in run {id}.");
    }
}
