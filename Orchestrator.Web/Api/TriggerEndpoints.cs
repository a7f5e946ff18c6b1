using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Maintenance;
using Orchestrator.Web.Api.Describing;
using Orchestrator.Web.Auth;

namespace Orchestrator.Web.Api;

/// <summary>
/// The routes that seed 001's own cron calls. The service needs neither: its sweeper and Hangfire's scheduler do the same by
/// themselves. A body is not read.
/// </summary>
internal static class TriggerEndpoints
{
    public static void MapTriggers(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/functions/v1/orchestrator/worker", WakeAsync).For(Role.Operator)
            .WithSummary("Queue due work now, as the service does by itself every second")
            .Answers(200, new WorkerAnswer(true, 2, 0));
        routes.MapPost("/functions/v1/cron-orchestrator", CatchUpAsync).For(Role.Operator)
            .WithSummary("Dispatch now what cron triggers owe").Answers(200, Examples.CaughtUp);
    }

    private static async Task<IResult> WakeAsync(HttpContext http, WakeUp wakeUp)
    {
        var (promoted, requeued) = await wakeUp.RunAsync(http.RequestAborted);
        return Results.Json(new WorkerAnswer(true, promoted, requeued), ApiJson.Readable.WorkerAnswer);
    }

    private static async Task<IResult> CatchUpAsync(HttpContext http, CronCatchUp cron)
    {
        var started = await cron.RunAsync(http.User.Tenant(), http.RequestAborted);
        return Results.Json(
            new CronAnswer(true, [.. started.Select(run => new CronRunJson(run.WorkflowKey, run.Run.Value, run.Occurrence))]),
            ApiJson.Readable.CronAnswer);
    }
}
