using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.Control;
using Orchestrator.Jobs.DeadLetters;
using Orchestrator.Jobs.Queries;
using Orchestrator.Jobs.Storage;
using Orchestrator.Web.Api.Describing;
using Orchestrator.Web.Auth;
using Orchestrator.Workflows.States;

namespace Orchestrator.Web.Api;

/// <summary>What an operator does with runs: one, or all that a filter finds.</summary>
internal static class RunControlEndpoints
{
    private const string Restart = "restart";

    public static void MapRunControl(this IEndpointRouteBuilder routes)
    {
        Map(RunOrder.Cancel, "Cancel a run and everything that is open in it");
        Map(RunOrder.Pause, "Pause a run: nothing of it starts, its timers stand still");
        Map(RunOrder.Resume, "Let a paused run go on, or a failed one from where it failed");
        routes.MapPost("/api/runs/bulk", BulkAsync).For(Role.Operator)
            .WithSummary("Cancel, pause, resume or restart all runs of a filter").TakesBody(body => Read(body)).Answers(200, Examples.Bulk);

        void Map(RunOrder order, string summary) => routes
            .MapPost($"/api/runs/{{id:guid}}/{order.Word}", (HttpContext http, RunControl control, DeadLetterDesk desk, RunQueries runs, Guid id) => GiveAsync(http, control, desk, runs, order, id))
            .For(Role.Operator).WithSummary(summary).TakesBody(body => ReadOrder(body, order)).Answers(200, Examples.Ordered).Fails(404, 409);
    }

    private static string? ReadOrder(RequestBody body, RunOrder order)
    {
        if (order == RunOrder.Resume && body.Truth("from_checkpoint", "True, as without it: what has ended well stays as it is.") == false)
        {
            body.Wrong("from_checkpoint", "has to be true: a run that is resumed goes on from where it stood. POST /api/runs/{id}/restart starts anew, in a new run");
        }

        return ReadReason(body);
    }

    public static string? ReadReason(RequestBody body) =>
        body.Text("reason", Orderer.MaxReason, about: "Why, for the run's log.", example: "No longer needed.");

    private static (string? Action, RunFilter? Filter, bool IsAll, string? Reason) Read(RequestBody body)
    {
        var word = body.OneOf("action", [.. RunOrder.All.Select(order => order.Word), Restart], required: true, "What to do with them.", "cancel");
        var filter = body.Part("filter", ReadFilter, "As the parameters of GET /api/runs.", """{"status": "running", "workflow_key": "greet"}""");
        var isAll = body.Truth("all", "Needed where the filter says nothing: all runs of the tenant.") ?? false;
        var cursor = body.Text("cursor", 36, about: "next_cursor of the answer before.");
        if (filter is null or { IsEmpty: true } && !isAll)
        {
            body.Wrong("filter", "says nothing: give at least one of its fields, or all: true for every run");
        }

        if (cursor is not null && !Guid.TryParse(cursor, out _))
        {
            body.Wrong("cursor", "has to be the next_cursor of an answer");
            cursor = null;
        }

        filter ??= new RunFilter { Tenant = "" };
        return (word, cursor is null ? filter : filter with { Before = Guid.Parse(cursor) }, isAll, ReadReason(body));
    }

    private static RunFilter ReadFilter(RequestBody body) => new()
    {
        Tenant = "",
        Status = body.OneOf("status", [.. Enum.GetValues<RunState>().Select(state => state.Word())]),
        WorkflowKey = body.Text("workflow_key", 100),
        UserId = body.Text("user_id", ApiLimits.MaxIdLength),
        IntentId = body.Text("intent_id", ApiLimits.MaxIdLength),
        Parent = body.Id("parent"),
        Tag = body.Text("tag", ApiLimits.MaxIdLength),
        Words = body.Text("q", ApiLimits.MaxIdLength)?.ToLowerInvariant(),
        From = body.Time("from"),
        To = body.Time("to"),
    };

    private static async Task<IResult> GiveAsync(HttpContext http, RunControl control, DeadLetterDesk desk, RunQueries runs, RunOrder order, Guid id)
    {
        var (body, unreadable) = await RequestBody.ReadAsync(http.Request);
        if (body is null)
        {
            return unreadable!;
        }

        var by = new Orderer(http.User.Actor(), ReadOrder(body, order));
        if (body.Problem() is { } problem)
        {
            return problem;
        }

        var (tenant, run) = (http.User.Tenant(), new RunId(id));
        return await control.GiveAsync(tenant, run, order, by, http.RequestAborted) switch
        {
            OrderRefused when order == RunOrder.Resume && await runs.FindAsync(tenant, run, http.RequestAborted) is { Status: "failed" } =>
                ToAnswer(id, await desk.ResumeAsync(tenant, run, new ResumeDecision(by.By), http.RequestAborted)),
            OrderDone done => Results.Json(new OrderAnswer(true, id, done.State.Word()), ApiJson.Readable.OrderAnswer),
            OrderRefused refused => Problems.Of(StatusCodes.Status409Conflict, "Not in this state", refused.Message),
            _ => Problems.Of(StatusCodes.Status404NotFound, "No such run", $"There is no run {id}."),
        };
    }

    private static IResult ToAnswer(Guid id, DecisionOutcome outcome) => outcome switch
    {
        DecisionDone done => Results.Json(new OrderAnswer(true, id, done.Run.Word()), ApiJson.Readable.OrderAnswer),
        DecisionRefused refused => Problems.Of(StatusCodes.Status409Conflict, "Not in this state", refused.Message),
        _ => Problems.Of(StatusCodes.Status409Conflict, "Overtaken", "The run was changed at the same moment. Look at it, and ask again if need be."),
    };

    private static async Task<IResult> BulkAsync(HttpContext http, RunControl control, Restarts restarts)
    {
        var (body, unreadable) = await RequestBody.ReadAsync(http.Request);
        if (body is null)
        {
            return unreadable!;
        }

        var (action, wanted, _, reason) = Read(body);
        if (body.Problem() is { } problem)
        {
            return problem;
        }

        var (filter, by) = (wanted! with { Tenant = http.User.Tenant() }, new Orderer(http.User.Actor(), reason));
        var (count, next) = action == Restart
            ? await restarts.RestartAsync(filter, by, http.RequestAborted)
            : await control.GiveAsync(filter, RunOrder.All.First(order => order.Word == action), by, http.RequestAborted);
        return Results.Json(new BulkAnswer(true, action!, count, next), ApiJson.Readable.BulkAnswer);
    }
}

internal sealed record OrderAnswer(bool Ok, Guid WorkflowRunId, string Status);

/// <param name="Ok">True.</param>
/// <param name="Action">What was done.</param>
/// <param name="Count">With so many runs.</param>
/// <param name="NextCursor">Where the next request goes on; null: these were all.</param>
internal sealed record BulkAnswer(bool Ok, string Action, int Count, Guid? NextCursor);
