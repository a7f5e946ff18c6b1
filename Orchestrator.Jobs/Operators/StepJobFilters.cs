using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Operators;

/// <summary>
/// The filter of steps' jobs in this host's Hangfire clients and dashboards; jobs of others have none, and workers ask
/// others, so that a step costs nothing more. It sees what an operator does before that is committed, and looks for it
/// until it is. Lost with the process; the delivery or a sweeper finds it then.
/// </summary>
internal sealed class StepJobFilters : IJobFilterProvider, IElectStateFilter, IApplyStateFilter
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    private readonly IServiceProvider _services;
    private readonly JobFilter[] _filters;

    public StepJobFilters(IServiceProvider services) =>
        (_services, _filters) = (services, [new JobFilter(this, JobFilterScope.Global, null)]);

    public IEnumerable<JobFilter> GetFilters(Job? job) => job?.Type == typeof(StepJob) ? _filters : [];

    /// <summary>Hangfire puts a requeued job into the default queue; a step's belongs to its own lane.</summary>
    public void OnStateElection(ElectStateContext context)
    {
        if (context.CandidateState is EnqueuedState enqueued && StepOf(context.BackgroundJob) is var (tenant, step))
        {
            using var command = _services.GetRequiredService<Database>().Source.CreateCommand(SqlText.Load("FindLane"));
            command.Parameters.One(tenant).One(step.Value);
            enqueued.Queue = command.ExecuteScalar() as string ?? enqueued.Queue;
        }
    }

    public void OnStateApplied(ApplyStateContext context, IWriteOnlyTransaction transaction)
    {
        if (context.NewState is EnqueuedState or DeletedState && StepOf(context.BackgroundJob) is var (tenant, step))
        {
            var actions = _services.GetRequiredService<HangfireActions>();
            var time = _services.GetRequiredService<TimeProvider>();
            var log = _services.GetRequiredService<ILogger<StepJobFilters>>();
            _ = Task.Run(() => ReactAsync(actions, tenant, step, time, log));
        }
    }

    public void OnStateUnapplied(ApplyStateContext context, IWriteOnlyTransaction transaction)
    {
    }

    private static (string Tenant, JobId Step)? StepOf(BackgroundJob job) =>
        job.Job?.Args is [string tenant, string id, ..] && Guid.TryParse(id, out var step) ? (tenant, new JobId(step)) : null;

    private static async Task ReactAsync(HangfireActions actions, string tenant, JobId job, TimeProvider time, ILogger log)
    {
        try
        {
            for (var wait = FirstWait; wait < LongestWait; wait *= 2)
            {
                await Task.Delay(wait, time);
                if (await actions.ReactAsync(tenant, job, CancellationToken.None) != OperatorAction.None)
                {
                    return;
                }
            }
        }
        catch (Exception e)
        {
            // The operator has had his answer; what is left of his wish is the sweeper's.
            Log.ReactionFailed(log, job.Run, job.StepIndex, e.Message);
        }
    }
}
