using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Storage;
using Orchestrator.Web.Api.Describing;
using Orchestrator.Web.Api.Webhooks;

namespace Orchestrator.Web.Api;

internal sealed record HealthAnswer(string Status);

/// <summary>The routes, and what holds for all of them.</summary>
internal static class ApiSetup
{
    private const string Ready = "ready";
    private static readonly TimeSpan ReadinessPatience = TimeSpan.FromSeconds(3);

    public static IServiceCollection AddOrchestratorApi(this IServiceCollection services) =>
        services.AddSingleton<WorkflowNames>().AddSingleton<WebhookServices>().AddSingleton<RunStreams>().AddExceptionHandler<FailureHandler>().AddRouting().AddOrchestratorOpenApi();

    /// <summary>No browser takes an answer for another type than it says.</summary>
    private static Task NameTypesAsync(HttpContext http, RequestDelegate next)
    {
        http.Response.OnStarting(() =>
        {
            http.Response.Headers.XContentTypeOptions = "nosniff";
            return Task.CompletedTask;
        });
        return next(http);
    }

    public static void UseOrchestratorApi(this WebApplication app)
    {
        app.Use(NameTypesAsync);
        app.UseExceptionHandler(_ => { });
        app.UseStatusCodePages(context => Problems.OfStatusAsync(context.HttpContext));
        app.UseSwaggerPage();
        app.UseAuthentication();
        app.UseAuthorization();
        app.Use(RouteDescription.RefuseUnknownQueryAsync);
        app.UseMiddleware<Idempotency>();
        if (app.Services.GetRequiredService<OrchestratorOptions>().Role == OrchestratorRole.Worker)
        {
            app.MapHealth();
            return;
        }

        app.MapRuns();
        app.MapRunControl();
        app.MapRestarts();
        app.MapWhy();
        app.MapSnapshots();
        app.MapRunEvents();
        app.MapWaits();
        app.MapEvents();
        app.MapTriggers();
        app.MapAutonomous();
        app.MapGraphs();
        app.MapJobs();
        app.MapRunSteps();
        app.MapLocks();
        app.MapWorkflows();
        app.MapWorkflowDiff();
        app.MapWorkflowTrials();
        app.MapAgents();
        app.MapAlerts();
        app.MapKeys();
        app.MapHelpers();
        app.MapRateLimits();
        app.MapWebhooks();
        app.MapHealth();
        app.MapOrchestratorOpenApi();
    }

    private static void MapHealth(this WebApplication app)
    {
        app.MapGet("/healthz", () => Results.Json(new HealthAnswer("ok"), ApiJson.Readable.HealthAnswer)).AllowAnonymous()
            .WithSummary("Say that the process lives").Answers(200, new HealthAnswer("ok"));
        app.MapGet("/readyz", async (Database database, CancellationToken cancellationToken) =>
        {
            var word = await ReadinessAsync(database, cancellationToken);
            return Results.Json(
                new HealthAnswer(word), ApiJson.Readable.HealthAnswer,
                statusCode: word == Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        }).AllowAnonymous()
            .WithSummary("Say whether it can work").Answers(200, new HealthAnswer(Ready)).Answers(503, new HealthAnswer("no database"));
    }

    /// <summary>A network that swallows everything is noticed too.</summary>
    private static async Task<string> ReadinessAsync(Database database, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(ReadinessPatience);
        try
        {
            await using var command = database.Source.CreateCommand("select current_setting('transaction_read_only') = 'on'");
            return await command.ExecuteScalarAsync(patience.Token) is true ? "read-only database" : Ready;
        }
        catch (Exception e) when (Retry.IsPassing(e) || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return "no database";
        }
    }
}
