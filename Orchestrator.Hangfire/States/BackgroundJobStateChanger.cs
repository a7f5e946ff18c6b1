using Hangfire.Common;
using Hangfire.PostgreSql;
using Hangfire.Storage;

namespace Hangfire.States;

/// <summary>
/// Reads a job, lets filters elect its state, and commits on condition that nobody has moved it meanwhile: otherwise
/// it begins again. No lock is held while filters run.
/// </summary>
public class BackgroundJobStateChanger : IBackgroundJobStateChanger
{
    private readonly StateMachine stateMachine;

    public BackgroundJobStateChanger()
        : this(JobFilterProviders.Providers)
    {
    }

    public BackgroundJobStateChanger(IJobFilterProvider filterProvider)
        : this(new StateMachine(filterProvider))
    {
    }

    public BackgroundJobStateChanger(StateMachine stateMachine)
    {
        ArgumentNullException.ThrowIfNull(stateMachine);
        this.stateMachine = stateMachine;
    }

    /// <inheritdoc/>
    public IState? ChangeState(StateChangeContext context)
    {
        ArgumentNullException.ThrowIfNull(context);

        // A storage of another kind can't fence a commit by the job's state: there the job is locked instead.
        using var jobLock = context.Connection is PostgreSqlConnection
            ? null
            : context.Connection.AcquireDistributedJobLock(context.BackgroundJobId, TimeSpan.FromMinutes(1));
        while (true)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            var job = context.Connection.GetJobData(context.BackgroundJobId);
            if (job is null || !IsExpected(context, job.State)) return null;
            try
            {
                return Apply(context, job);
            }
            catch (JobMovedException)
            {
                // Somebody was faster: what is expected and elected depends on where the job is now.
                context.ProcessedJob = null;
            }
        }
    }

    private static bool IsExpected(StateChangeContext context, string? state) =>
        context.ExpectedStates?.Contains(state, StringComparer.OrdinalIgnoreCase) ?? true;

    private IState Apply(StateChangeContext context, JobData job)
    {
        var (machine, newState) = Choose(context, job);
        var backgroundJob = context.ProcessedJob
            ?? new BackgroundJob(context.BackgroundJobId, job.Job, job.CreatedAt, job.ParametersSnapshot);
        var own = context.Transaction is null ? context.Connection.CreateWriteTransaction() : null;
        using (own)
        {
            var transaction = context.Transaction ?? own!;
            (transaction as PostgreSqlWriteOnlyTransaction)?.RequireState(context.BackgroundJobId, job.StateId);
            var applied = machine.ApplyState(new(context.Storage, context.Connection, transaction, backgroundJob, newState, job.State)
            {
                CustomData = context.CustomData,
                StateMachine = stateMachine,
            });
            if (context.CompleteJob is { } fetched) (transaction as JobStorageTransaction)?.RemoveFromQueue(fetched);
            own?.Commit();
            return applied;
        }
    }

    /// <summary>A job whose call can't be loaded fails instead, and no filter may retry it.</summary>
    private (IStateMachine Machine, IState State) Choose(StateChangeContext context, JobData job)
    {
        if (job.LoadException is not null && !context.NewState.IgnoreJobLoadException)
        {
            return (stateMachine.InnerStateMachine, FailedState.Unloadable(job.LoadException, context.NewState.Name, context.ServerId));
        }

        return (context.DisableFilters ? stateMachine.InnerStateMachine : stateMachine, context.NewState);
    }
}
