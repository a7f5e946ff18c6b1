using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.Storage;
using Orchestrator.Jobs.Waits;
using Orchestrator.Web.Api.Describing;
using Orchestrator.Web.Auth;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Web.Api;

/// <summary>What comes to a run from outside while it goes on: signals, approvals, more items.</summary>
internal static class WaitEndpoints
{
    public static void MapWaits(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/runs/{id:guid}/signals/{name}", SignalAsync).For(Role.Operator).WithMetadata(new OwnIdempotency())
            .WithSummary("Send a run a signal; the body is its payload").TakesAnyJson("""{"paid": true}""")
            .Answers(202, new SignalSentJson(true, Examples.Signal)).Fails(404, 409);
        routes.MapPost("/api/runs/{id:guid}/approvals/{step}", ApproveAsync).For(Role.Operator)
            .WithSummary("Answer a step that waits for an approval").TakesBody(body => Read(body))
            .Answers(200, new ApprovalJson(true, "Fine.", "ada", Examples.Time)).Fails(404, 409);
        routes.MapPost("/api/runs/{id:guid}/steps/{step}/items", AddItemsAsync).For(Role.Operator)
            .WithSummary("Add items to an open for_each").TakesBody(body => ReadItems(body))
            .Answers(200, new MoreItemsJson(true, 12)).Fails(404, 409);
    }

    private static (bool Approved, string? Comment) Read(RequestBody body)
    {
        var approved = body.Truth("approved", "Yes or no.", required: true);
        return (approved == true, body.Text("comment", Approvals.MaxComment, about: "Why, for the step's result.", example: "Fine."));
    }

    private static IReadOnlyList<Value> ReadItems(RequestBody body)
    {
        var items = body.Any("items", $"A list of 1 to {MoreItems.MaxAtOnce} items, in the order in which they are worked on.", """[{"name": "Ada"}]""");
        if (items.Kind == ValueKind.Array && items.AsArray().Count is > 0 and <= MoreItems.MaxAtOnce)
        {
            return items.AsArray();
        }

        body.Wrong("items", $"has to be a list of 1 to {MoreItems.MaxAtOnce} items");
        return [];
    }

    private static async Task<IResult> SignalAsync(HttpContext http, Signals signals, Guid id, string name)
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

        if (name.Length > ApiLimits.MaxIdLength)
        {
            return Problems.Of(StatusCodes.Status422UnprocessableEntity, "Wrong name", $"A signal's name has 1 to {ApiLimits.MaxIdLength} characters.");
        }

        var (tenant, run) = (http.User.Tenant(), new RunId(id));
        var signal = new Signal(tenant, run, signals.NewId(tenant, run, key), Workflows.Text.StorableText.Of(name), Value.Parse(body.Value.ToJson()), http.User.Actor());
        switch (await signals.SendAsync(signal, http.RequestAborted))
        {
            case SignalSent sent:
                if (sent.IsReplay)
                {
                    http.Response.Headers[IdempotencyHeader.Replayed] = "true";
                }

                return Results.Json(new SignalSentJson(true, sent.Id), ApiJson.Readable.SignalSentJson, statusCode: StatusCodes.Status202Accepted);
            case SignalReused:
                return IdempotencyHeader.Reused(key!);
            case SignalRefused refused:
                return Problems.Of(StatusCodes.Status409Conflict, "Not in this state", refused.Message);
            default:
                return Problems.Of(StatusCodes.Status404NotFound, "No such run", $"There is no run {id}.");
        }
    }

    private static async Task<IResult> ApproveAsync(HttpContext http, Approvals approvals, Guid id, string step)
    {
        var (body, unreadable) = await RequestBody.ReadAsync(http.Request);
        if (body is null)
        {
            return unreadable!;
        }

        var (approved, comment) = Read(body);
        if (body.Problem() is { } problem)
        {
            return problem;
        }

        var caller = Caller.Of(http.User);
        var wish = new ApprovalWish(caller.Tenant, new RunId(id), step, approved, comment, caller.Name, caller.Role);
        return await approvals.AnswerAsync(wish, http.RequestAborted) switch
        {
            ApprovalDone { Answer: var answer } => Results.Json(
                new ApprovalJson(answer.Approved, answer.Comment, answer.By, answer.At), ApiJson.Readable.ApprovalJson),
            ApprovalUnknown unknown => Problems.Of(StatusCodes.Status404NotFound, "No such step", unknown.Message),
            ApprovalForbidden forbidden => Problems.Of(StatusCodes.Status403Forbidden, "Not an approver", forbidden.Message),
            ApprovalRefused refused => Problems.Of(StatusCodes.Status409Conflict, "Not in this state", refused.Message),
            var other => throw new InvalidOperationException($"{other} is no answer to an approval."),
        };
    }

    private static async Task<IResult> AddItemsAsync(HttpContext http, MoreItems more, Guid id, string step)
    {
        var (body, unreadable) = await RequestBody.ReadAsync(http.Request);
        if (body is null)
        {
            return unreadable!;
        }

        var items = ReadItems(body);
        return body.Problem() ?? await more.AddAsync(http.User.Tenant(), new RunId(id), step, items, http.RequestAborted) switch
        {
            MoreItemsAdded added => Results.Json(new MoreItemsJson(true, added.Total), ApiJson.Readable.MoreItemsJson),
            MoreItemsUnknown unknown => Problems.Of(StatusCodes.Status404NotFound, "No such step", unknown.Message),
            MoreItemsRefused refused => Problems.Of(StatusCodes.Status409Conflict, "Not in this state", refused.Message),
            var other => throw new InvalidOperationException($"{other} is no answer to more items."),
        };
    }
}

internal sealed record SignalSentJson(bool Ok, Guid SignalId);

/// <summary>An answer to a step's question.</summary>
internal sealed record ApprovalJson(bool Approved, string? Comment, string By, DateTime At);

/// <param name="Ok">Always true.</param>
/// <param name="Items">How many the step has now.</param>
internal sealed record MoreItemsJson(bool Ok, int Items);
