using System.Security.Cryptography;
using System.Text;
using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.Control;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Storage;
using Orchestrator.Web.Api.Describing;
using Orchestrator.Web.Auth;

namespace Orchestrator.Web.Api;

/// <summary>New runs that go on from others.</summary>
internal static class RestartEndpoints
{
    private const int MaxAddress = 1000;

    public static void MapRestarts(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/runs/{id:guid}/restart", RestartAsync).For(Role.Operator).WithMetadata(new OwnIdempotency())
            .WithSummary("Restart a run that has ended: a new run, from the start or from a step").TakesBody(body => Read(body))
            .Answers(202, Examples.Restarted).Fails(404, 409);
        routes.MapPost("/api/runs/{id:guid}/snapshots/{number:long}/restore", RestoreAsync).For(Role.Operator).WithMetadata(new OwnIdempotency())
            .WithSummary("Go back to a snapshot: the run is cancelled, and a new one goes on from there").TakesBody(body => RunControlEndpoints.ReadReason(body))
            .Answers(202, Examples.Restarted).Fails(404, 409);
    }

    private static RestartWish Read(RequestBody body) => new()
    {
        By = new Orderer("", RunControlEndpoints.ReadReason(body)),
        FromStep = body.Text("from_step", MaxAddress, about: "Address of the step from which it goes on, such as process[3].fetch; what had ended and does not come after it is taken over. The start unless said.", example: "fetch"),
        Variables = body.Object("variables", "Laid over the run's."),
        Version = body.Integer("version", 1, int.MaxValue, "Number of a stored content; the run's own unless said."),
    };

    private static Task<IResult> RestartAsync(HttpContext http, Restarts restarts, Guid id) => AnswerAsync(http, restarts, id, Read);

    private static Task<IResult> RestoreAsync(HttpContext http, Restarts restarts, Guid id, long number) => AnswerAsync(
        http, restarts, id, body => new RestartWish { By = new Orderer("", RunControlEndpoints.ReadReason(body)), Snapshot = (int)Math.Clamp(number, 0, int.MaxValue) });

    private static async Task<IResult> AnswerAsync(HttpContext http, Restarts restarts, Guid id, Func<RequestBody, RestartWish> read)
    {
        var (body, unreadable) = await RequestBody.ReadAsync(http.Request);
        if (body is null)
        {
            return unreadable!;
        }

        var key = IdempotencyHeader.Read(http.Request, out var wrongKey);
        var wish = read(body);
        if ((wrongKey ?? body.Problem()) is { } problem)
        {
            return problem;
        }

        wish = wish with
        {
            By = wish.By with { By = http.User.Actor() },
            Key = key is null ? null : new IdempotencyKey("restart", key, SHA256.HashData(Encoding.UTF8.GetBytes($"{http.Request.Path.Value}\n{body.Value.ToJson()}"))),
        };
        var outcome = await restarts.RestartAsync(http.User.Tenant(), new RunId(id), wish, http.RequestAborted);
        if (outcome is Restarted { IsReplay: true })
        {
            http.Response.Headers[IdempotencyHeader.Replayed] = "true";
        }

        return outcome switch
        {
            Restarted restarted => Results.Json(
                new RestartAnswer(true, restarted.Run.Value, "pending", id), ApiJson.Readable.RestartAnswer, statusCode: StatusCodes.Status202Accepted),
            RestartUnknown unknown => Problems.Of(StatusCodes.Status404NotFound, "Not found", unknown.Message),
            RestartInvalid invalid => Problems.Of(StatusCodes.Status422UnprocessableEntity, "Not restarted", invalid.Message),
            RestartImpossible impossible => Problems.Of(StatusCodes.Status409Conflict, "Not in this state", impossible.Message),
            RestartNotDispatched { Refusal: var refusal } => RunEndpoints.Answer(http, refusal),
            _ => throw new InvalidOperationException($"{outcome} is no outcome."),
        };
    }
}

/// <param name="Ok">True.</param>
/// <param name="WorkflowRunId">The new run.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="RestartedFrom">The other one.</param>
internal sealed record RestartAnswer(bool Ok, Guid WorkflowRunId, string Status, Guid RestartedFrom);
