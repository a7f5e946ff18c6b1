using Orchestrator.Jobs.Access;
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
    private const int MaxReason = 1000;

    public static void MapRunSteps(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/runs/{id:guid}/steps/{step}/retry", RetryAsync).For(Role.Operator)
            .WithSummary("Give a dead or failed step of a run one more attempt, at any depth").Answers(200, Examples.Decided).Fails(404, 409);
        routes.MapPost("/api/runs/{id:guid}/steps/{step}/skip", SkipAsync).For(Role.Operator)
            .WithSummary("Pass over a dead step: its result says that it was skipped, and why").TakesBody(body => ReadReason(body))
            .Answers(200, Examples.Decided).Fails(404, 409);
    }

    private static string ReadReason(RequestBody body) =>
        body.Text("reason", MaxReason, about: "Why, for the log and the step's result.", example: "Not needed today.") ?? "Skipped by an operator";

    private static Task<IResult> RetryAsync(HttpContext http, DeadLetterDesk desk, JobQueries jobs, Guid id, string step) =>
        DecideAsync(http, desk, jobs, id, step, _ => new RetryDecision(http.User.Actor()));

    private static Task<IResult> SkipAsync(HttpContext http, DeadLetterDesk desk, JobQueries jobs, Guid id, string step) =>
        DecideAsync(http, desk, jobs, id, step, body => Skip(http.User.Actor(), ReadReason(body)));

    private static ResolveDecision Skip(string actor, string reason) =>
        new(actor, reason, Value.Object(("skipped", true), ("reason", reason)));

    private static async Task<IResult> DecideAsync(
        HttpContext http, DeadLetterDesk desk, JobQueries jobs, Guid id, string step, Func<RequestBody, Decision> read)
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
            ? JobEndpoints.Answer(job.Value, await desk.DecideAsync(http.User.Tenant(), job, decision, http.RequestAborted))
            : Problems.Of(StatusCodes.Status404NotFound, "No such step", $"There is no step '{step}' in run {id}.");
    }
}
