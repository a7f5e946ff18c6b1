using Npgsql;

namespace Orchestrator.Web.Api;

internal sealed record HealthAnswer(string Status);

/// <summary>The routes, and what holds for all of them.</summary>
internal static class ApiSetup
{
    public static IServiceCollection AddOrchestratorApi(this IServiceCollection services) =>
        services.AddSingleton<WorkflowNames>().AddExceptionHandler<FailureHandler>().AddRouting();

    public static void UseOrchestratorApi(this WebApplication app)
    {
        app.UseExceptionHandler(_ => { });
        app.UseStatusCodePages(context => context.HttpContext.Response.HasStarted
            ? Task.CompletedTask
            : Problems.WriteAsync(
                context.HttpContext, context.HttpContext.Response.StatusCode, "No such route",
                $"{context.HttpContext.Request.Method} {context.HttpContext.Request.Path} is not a route of this service."));
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapRuns();
        app.MapEvents();
        app.MapTriggers();
        app.MapWorkflows();
        app.MapHealth();
    }

    private static void MapHealth(this WebApplication app)
    {
        app.MapGet("/healthz", () => Results.Json(new HealthAnswer("ok"), ApiJson.Default.HealthAnswer)).AllowAnonymous();
        app.MapGet("/readyz", async (NpgsqlDataSource database, CancellationToken cancellationToken) =>
        {
            try
            {
                await using var command = database.CreateCommand("select 1");
                await command.ExecuteScalarAsync(cancellationToken);
                return Results.Json(new HealthAnswer("ready"), ApiJson.Default.HealthAnswer);
            }
            catch (NpgsqlException)
            {
                return Results.Json(
                    new HealthAnswer("no database"), ApiJson.Default.HealthAnswer, statusCode: StatusCodes.Status503ServiceUnavailable);
            }
        }).AllowAnonymous();
    }
}
