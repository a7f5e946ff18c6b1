using Npgsql;
using Orchestrator.Jobs.Storage;
using Orchestrator.Web.Api.Describing;

namespace Orchestrator.Web.Api;

internal sealed record HealthAnswer(string Status);

/// <summary>The routes, and what holds for all of them.</summary>
internal static class ApiSetup
{
    public static IServiceCollection AddOrchestratorApi(this IServiceCollection services) =>
        services.AddSingleton<WorkflowNames>().AddExceptionHandler<FailureHandler>().AddRouting().AddOrchestratorOpenApi();

    public static void UseOrchestratorApi(this WebApplication app)
    {
        app.UseExceptionHandler(_ => { });
        app.UseStatusCodePages(context => Problems.OfStatusAsync(context.HttpContext));
        app.UseSwaggerPage();
        app.UseAuthentication();
        app.UseAuthorization();
        app.Use(RouteDescription.RefuseUnknownQueryAsync);
        app.UseMiddleware<Idempotency>();
        app.MapRuns();
        app.MapEvents();
        app.MapTriggers();
        app.MapGraphs();
        app.MapJobs();
        app.MapWorkflows();
        app.MapKeys();
        app.MapHealth();
        app.MapOrchestratorOpenApi();
    }

    private static void MapHealth(this WebApplication app)
    {
        app.MapGet("/healthz", () => Results.Json(new HealthAnswer("ok"), ApiJson.Default.HealthAnswer)).AllowAnonymous()
            .WithSummary("Say that the process lives").Answers(200, new HealthAnswer("ok"));
        app.MapGet("/readyz", async (Database database, CancellationToken cancellationToken) =>
        {
            try
            {
                await using var command = database.Source.CreateCommand("select 1");
                await command.ExecuteScalarAsync(cancellationToken);
                return Results.Json(new HealthAnswer("ready"), ApiJson.Default.HealthAnswer);
            }
            catch (NpgsqlException)
            {
                return Results.Json(
                    new HealthAnswer("no database"), ApiJson.Default.HealthAnswer, statusCode: StatusCodes.Status503ServiceUnavailable);
            }
        }).AllowAnonymous()
            .WithSummary("Say whether it can work").Answers(200, new HealthAnswer("ready")).Answers(503, new HealthAnswer("no database"));
    }
}
