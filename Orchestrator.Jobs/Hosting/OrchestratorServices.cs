using Hangfire;
using Hangfire.PostgreSql;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Events;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Executors;
using Orchestrator.Jobs.Maintenance;
using Orchestrator.Jobs.Queries;
using Orchestrator.Jobs.Recording;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Hosting;

/// <summary>Composes the orchestrator on a prepared database.</summary>
internal static class OrchestratorServices
{
    /// <summary>Everything that dispatches and answers questions; <see cref="AddOrchestratorWorker"/> adds what works.</summary>
    public static IServiceCollection AddOrchestratorCore(
        this IServiceCollection services, PreparedDatabase prepared, OrchestratorOptions options)
    {
        services.AddHangfire(hangfire => hangfire
            .UseSimpleAssemblyNameTypeSerializer()
            .UseRecommendedSerializerSettings()
            .UsePostgreSqlStorage(
                storage => storage.UseNpgsqlConnection(prepared.Database.ConnectionString),
                new PostgreSqlStorageOptions
                {
                    SchemaName = "hangfire",
                    PrepareSchemaIfNecessary = false,
                    QueuePollInterval = TimeSpan.FromSeconds(1),
                    UseSlidingInvisibilityTimeout = true,
                }));
        return services
            .AddSingleton(options)
            .AddSingleton(prepared.Database)
            .AddSingleton(prepared.Database.Source)
            .AddSingleton(prepared.Statements)
            .AddSingleton(TimeProvider.System)
            .AddSingleton(StepJobRows.Create())
            .AddSingleton<DeliverySignal>()
            .AddSingleton<WorkflowStore>()
            .AddSingleton<WorkflowCatalog>()
            .AddSingleton<CronTriggers>()
            .AddSingleton<WorkflowRegistry>()
            .AddSingleton<Dispatcher>()
            .AddSingleton<CronCatchUp>()
            .AddSingleton<EventDispatcher>()
            .AddSingleton<EventQueries>()
            .AddSingleton<SweepActions>()
            .AddSingleton<RunQueries>();
    }

    /// <summary>Workflows come from files; the folder is read by <see cref="WorkflowFolder.LoadAsync"/>, then looked at.</summary>
    public static IServiceCollection AddWorkflowFolder(this IServiceCollection services, ProjectFolders folders) => services
        .AddSingleton(folders)
        .AddSingleton<WorkflowFolder>()
        .AddHostedService(provider => provider.GetRequiredService<WorkflowFolder>());

    /// <summary>What makes this process a worker: it is seen to be alive, sweeps, and runs steps.</summary>
    public static IServiceCollection AddOrchestratorWorker(this IServiceCollection services, OrchestratorOptions options)
    {
        services
            .AddSingleton<WorkerPresence>()
            .AddHostedService(provider => provider.GetRequiredService<WorkerPresence>())
            .AddSingleton<Leases>()
            .AddSingleton<NearTimers>()
            .AddSingleton<Sweeper>()
            .AddHostedService(provider => provider.GetRequiredService<Sweeper>())
            .AddSingleton(new StayLimits())
            .AddSingleton<RunLoader>()
            .AddSingleton<Claimer>()
            .AddSingleton<Recorder>()
            .AddSingleton(new HttpMessageInvoker(Outbound.Handler()))
            .AddSingleton<IStepExecutor, HttpExecutor>()
            .AddSingleton<IStepExecutor, TransformExecutor>()
            .AddSingleton(Random.Shared)
            .AddSingleton<AttemptMaker>()
            .AddSingleton<StepRunner>()
            .AddSingleton<Drain>()
            .AddTransient(provider => new CronJob(provider.GetRequiredService<Dispatcher>(), provider.GetRequiredService<WorkflowCatalog>()))
            .AddTransient(provider => new StepJob(provider.GetRequiredService<StepRunner>(), provider.GetRequiredService<Drain>()));
        return services.AddHangfireServer(server =>
        {
            server.WorkerCount = options.Workers;
            server.Queues = options.Queues;
            server.SchedulePollingInterval = TimeSpan.FromSeconds(5);
            server.StopTimeout = Drain.Patience;
            server.ShutdownTimeout = Drain.Patience + TimeSpan.FromSeconds(5);
        });
    }
}
