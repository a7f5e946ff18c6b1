using Hangfire;
using Hangfire.Common;
using Hangfire.PostgreSql;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Orchestrator.Jobs.Agents;
using Orchestrator.Jobs.Alerts;
using Orchestrator.Jobs.Autonomous;
using Orchestrator.Jobs.Bulk;
using Orchestrator.Jobs.Control;
using Orchestrator.Jobs.DeadLetters;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Events;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Executors;
using Orchestrator.Jobs.Idempotency;
using Orchestrator.Jobs.Limits;
using Orchestrator.Jobs.Locks;
using Orchestrator.Jobs.Maintenance;
using Orchestrator.Jobs.Notifications;
using Orchestrator.Jobs.Operators;
using Orchestrator.Jobs.PgCron;
using Orchestrator.Jobs.Queries;
using Orchestrator.Jobs.Recording;
using Orchestrator.Jobs.Scripts;
using Orchestrator.Jobs.Storage;
using Orchestrator.Jobs.Waits;
using Orchestrator.Jobs.Watching;

namespace Orchestrator.Jobs.Hosting;

/// <summary>Composes the orchestrator. No database is needed for that; it is opened when the host starts.</summary>
internal static class OrchestratorServices
{
    /// <summary>The whole of it, as the settings say.</summary>
    public static IServiceCollection AddOrchestrator(this IServiceCollection services, OrchestratorOptions options)
    {
        services
            .AddSingleton(options)
            .AddSingleton(_ => options.Folders)
            .AddSingleton<DatabaseHome>()
            .AddSingleton(provider => provider.GetRequiredService<DatabaseHome>().Database)
            .AddPreparation();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IJobFilterProvider>(provider => new JobFilterProviderCollection(
            GlobalJobFilters.Filters, new JobFilterAttributeFilterProvider(), new StepJobFilters(provider)));
        services.AddHangfire((provider, hangfire) => hangfire
            .UseSimpleAssemblyNameTypeSerializer()
            .UseRecommendedSerializerSettings()
            .UsePostgreSqlStorage(
                storage => storage.UseNpgsqlConnection(provider.GetRequiredService<Database>().ConnectionString),
                StepStorages.Settings(poll: TimeSpan.FromSeconds(4))));
        services
            .AddSingleton(_ => StepJobRows.Create())
            .AddSingleton<StepStorages>()
            .AddSingleton<DeliverySignal>()
            .AddSingleton(provider => new BulkJobs(
                provider.GetRequiredService<Database>(), provider.GetRequiredService<DeliverySignal>()))
            .AddSingleton<WorkflowStore>()
            .AddSingleton<WorkflowCatalog>()
            .AddSingleton(options.Catalog)
            .AddSingleton<RecurringJobs>()
            .AddSingleton<CronTriggers>()
            .AddSingleton<CodeSchedules>()
            .AddSingleton<IOrchestrator, OrchestratorClient>()
            .AddSingleton<WorkflowRegistry>()
            .AddSingleton<Dispatcher>()
            .AddSingleton<CronCatchUp>()
            .AddSingleton<EventDispatcher>()
            .AddSingleton<EventWaits>()
            .AddSingleton<Signals>()
            .AddSingleton<Approvals>()
            .AddSingleton<MoreItems>()
            .AddSingleton<EventQueries>()
            .AddSingleton<AgentStore>()
            .AddSingleton<AlertStore>()
            .AddSingleton<SweepActions>()
            .AddSingleton<WakeUp>()
            .AddSingleton<RunLoader>()
            .AddSingleton<DeadLetterDesk>()
            .AddSingleton<Escalations>()
            .AddSingleton<StepAbort>()
            .AddSingleton<Recoveries>()
            .AddSingleton<StepDeletion>()
            .AddSingleton<HangfireActions>()
            .AddSingleton<Leases>()
            .AddSingleton<NearTimers>()
            .AddSingleton<RunNews>()
            .AddSingleton<RunControl>()
            .AddSingleton<StepInquiry>()
            .AddSingleton<Snapshots>()
            .AddSingleton<Restarts>()
            .AddSingleton<JobQueries>()
            .AddSingleton<RunLooks>()
            .AddSingleton<RunSignals>()
            .AddSingleton<RunQueries>()
            .AddSingleton<IdempotentAnswers>()
            .AddSingleton<LockStore>()
            .AddSingleton<RateLimits>()
            .AddSingleton<ExclusiveLocks>()
            .AddSingleton<RunSlots>()
            .AddSingleton<CycleSignal>()
            .AddSingleton<CycleStart>()
            .AddSingleton<CycleEvents>()
            .AddSingleton<CycleWorkflows>()
            .AddSingleton<CycleQueries>()
            .AddSingleton<CycleExplainer>()
            .AddSingleton<Simulator>()
            .AddSingleton<OutboundClient>()
            .AddSingleton(provider => new HttpHelper(
                provider.GetRequiredService<OutboundClient>(), provider.GetRequiredService<OrchestratorOptions>()))
            .AddBackgroundPart<WorkflowFolder>();
        foreach (var step in options.Steps)
        {
            services.AddSingleton(step).TryAddScoped(step.Executor);
        }

        return options.Role == OrchestratorRole.Web ? services : services.AddWorker();
    }

    /// <summary>First of all, before any service of the host starts.</summary>
    private static IServiceCollection AddPreparation(this IServiceCollection services) => services
        .AddSingleton<Preparation>()
        .AddSingleton<IHostedService>(provider => provider.GetRequiredService<Preparation>());

    /// <summary>What makes this process a worker: it is seen to be alive, sweeps, and runs steps.</summary>
    private static IServiceCollection AddWorker(this IServiceCollection services) => services
        .AddBackgroundPart<WorkerPresence>()
        .AddBackgroundPart<LeaseKeeper>()
        .AddBackgroundPart<Sweeper>()
        .AddSingleton<CycleStep>()
        .AddSingleton<CycleWorkflowCache>()
        .AddSingleton<Evaluator>()
        .AddBackgroundPart<CycleDriver>()
        .AddSingleton(new StayLimits())
        .AddSingleton<Claimer>()
        .AddSingleton<Recorder>()
        .AddSingleton<GivingBack>()
        .AddSingleton<IStepExecutor>(provider => new HttpExecutor(
            provider.GetRequiredService<OutboundClient>(), provider.GetRequiredService<OrchestratorOptions>()))
        .AddSingleton<IStepExecutor, TransformExecutor>()
        .AddSingleton<IStepExecutor, BranchExecutor>()
        .AddSingleton<IStepExecutor, ParallelExecutor>()
        .AddSingleton<IStepExecutor, RaceExecutor>()
        .AddSingleton<IStepExecutor, LoopExecutor>()
        .AddSingleton<IStepExecutor, ForEachExecutor>()
        .AddSingleton<IStepExecutor>(new DelayExecutor(Random.Shared))
        .AddSingleton<IStepExecutor, WaitForEventExecutor>()
        .AddSingleton<IStepExecutor, ApprovalExecutor>()
        .AddSingleton<IStepExecutor, WorkflowExecutor>()
        .AddSingleton<IStepExecutor, CancelExecutor>()
        .AddSingleton<IStepExecutor, EndExecutor>()
        .AddSingleton<IBlockSource, StoredBlocks>()
        .AddSingleton<BlockResults>()
        .AddSingleton<Alternatives>()
        .AddSingleton<Rollbacks>()
        .AddSingleton<IStepExecutor, OwnStepExecutor>()
        .AddSingleton<AgentFinder>()
        .AddSingleton<IStepExecutor>(provider => ActivatorUtilities.CreateInstance<AgentExecutor>(provider, provider.GetRequiredService<OutboundClient>()))
        .AddSingleton<IStepExecutor>(provider => ActivatorUtilities.CreateInstance<NotifyExecutor>(provider, provider.GetRequiredService<OutboundClient>()))
        .AddSingleton<IStepExecutor, EmitEventExecutor>()
        .AddSingleton<Sandbox>()
        .AddSingleton<ModuleFolder>()
        .AddSingleton<IStepExecutor, ScriptExecutor>()
        .AddSingleton(provider => ActivatorUtilities.CreateInstance<AttemptMaker>(provider, Random.Shared))
        .AddSingleton<Admission>()
        .AddSingleton<StepRunner>()
        .AddSingleton<Drain>()
        .AddBackgroundPart<TimedSteps>()
        .AddBackgroundPart<RecurringWork>()
        .AddTransient(provider => new CleanUpJob(provider.GetRequiredService<Database>()))
        .AddTransient(provider => new CycleJob(provider.GetRequiredService<CycleStart>()))
        .AddTransient(provider => new EvaluationJob(provider.GetRequiredService<Evaluator>()))
        .AddTransient(provider => new CronJob(provider.GetRequiredService<Dispatcher>(), provider.GetRequiredService<WorkflowCatalog>()))
        .AddTransient(provider => new PgCronJob(provider.GetRequiredService<WakeUp>(), provider.GetRequiredService<CronCatchUp>()))
        .AddTransient(provider => new StepJob(provider.GetRequiredService<StepRunner>(), provider.GetRequiredService<Drain>()))
        .AddBackgroundPart<StepServers>();
}
