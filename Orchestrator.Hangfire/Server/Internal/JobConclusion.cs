using Hangfire.Common;
using Hangfire.PostgreSql;
using Hangfire.States;

namespace Hangfire.Server;

/// <summary>
/// Moves a job of this server through the state machine. The writes that come out of it are recognised where they are the
/// usual ones, and share a statement with those of other jobs; otherwise they are a transaction of their own with the
/// same fence. An application's own state filters see only jobs that are still this server's.
/// </summary>
internal sealed class JobConclusion(PostgreSqlStorage storage, IJobFilterProvider filterProvider)
{
    private readonly JobFinisher finisher = new(storage);

    /// <summary>
    /// Processing is written with the claim. Filters of the application hear of it here and may elect another state:
    /// then the job goes there, and the answer is false.
    /// </summary>
    public async Task<bool> EnterProcessingAsync(ClaimedJob claimed, BackgroundJob job, string serverId, StateMachine stateMachine)
    {
        if (!JobFilterSet.For(filterProvider, job.Job).HasForeignStateFilters) return true;

        while (true)
        {
            var processing = new ProcessingState(serverId, claimed.WorkerId, claimed.StartedAt);
            using var transaction = Apply(job, processing, claimed.OldState, stateMachine, out var elected);
            var isElected = elected == processing;
            var writes = isElected ? transaction.Operations.Where(static each => !IsWrittenByClaim(each)) : transaction.Operations;
            if (Commit(claimed, [.. writes], removeFromQueue: !isElected)) return isElected;
            if (!await DropIfMovedAsync(claimed).ConfigureAwait(false)) return false;
            job = Reread(job);
        }
    }

    /// <summary>
    /// Records the end of a job, if it is still this server's, and starts the jobs that wait for it. Children that came
    /// after it was decided let it be decided again.
    /// </summary>
    public async Task ConcludeAsync(ClaimedJob claimed, BackgroundJob job, IState end, StateMachine stateMachine)
    {
        // Who elects a state may log or write by himself, so he is asked only about a job that is still ours.
        var asksFirst = end is FailedState || JobFilterSet.For(filterProvider, job.Job).HasForeignStateFilters;
        if (asksFirst && !await DropIfMovedAsync(claimed).ConfigureAwait(false)) return;
        while (!await RecordAsync(claimed, Decide(job, end, stateMachine)).ConfigureAwait(false)) job = Reread(job);
    }

    /// <summary>Whether the job is still this server's; if not, its place in the queue goes.</summary>
    public async Task<bool> DropIfMovedAsync(ClaimedJob claimed) =>
        await finisher.FinishAsync(new(claimed)).ConfigureAwait(false) == FinishOutcome.Recorded;

    /// <summary>False: the job is still ours, but something that was decided on is not so any more.</summary>
    private async Task<bool> RecordAsync(ClaimedJob claimed, IReadOnlyList<Operation> operations)
    {
        if (FinishRequest.Recognize(claimed, operations) is { } request)
            return await finisher.FinishAsync(request).ConfigureAwait(false) != FinishOutcome.ContinuationsChanged;
        return Commit(claimed, operations, removeFromQueue: true) || !await DropIfMovedAsync(claimed).ConfigureAwait(false);
    }

    private BackgroundJob Reread(BackgroundJob job)
    {
        using var connection = storage.GetConnection();
        return new(job.Id, job.Job, job.CreatedAt, connection.GetJobData(job.Id)?.ParametersSnapshot);
    }

    private static bool IsWrittenByClaim(Operation operation) =>
        operation is Operation.SetState { State: ProcessingState } or Operation.Persist;

    /// <summary>A result that can't be stored, or a filter that throws, makes the job fail.</summary>
    private IReadOnlyList<Operation> Decide(BackgroundJob job, IState end, StateMachine stateMachine)
    {
        try
        {
            if (end is SucceededState succeeded) _ = succeeded.SerializeData();
            using var transaction = Apply(job, end, ProcessingState.StateName, stateMachine, out _);
            return transaction.Operations;
        }
        catch (Exception failure) when (end is not FailedState)
        {
            var failed = new FailedState(failure) { Reason = $"The job could not be moved to the state '{end.Name}'." };
            using var transaction = Apply(job, failed, ProcessingState.StateName, stateMachine, out _);
            return transaction.Operations;
        }
    }

    private PostgreSqlWriteOnlyTransaction Apply(
        BackgroundJob job, IState state, string oldState, StateMachine stateMachine, out IState elected)
    {
        var transaction = new PostgreSqlWriteOnlyTransaction(storage);
        using var connection = storage.GetConnection();
        var machine = job.Job is null ? stateMachine.InnerStateMachine : stateMachine;
        elected = machine.ApplyState(new(storage, connection, transaction, job, state, oldState) { StateMachine = stateMachine });
        return transaction;
    }

    /// <summary>Writes what was decided, if the job is still this server's and as it was decided on; otherwise false.</summary>
    private bool Commit(ClaimedJob claimed, IReadOnlyList<Operation> operations, bool removeFromQueue)
    {
        if (operations.Count == 0) return true;
        using var transaction = new PostgreSqlWriteOnlyTransaction(storage);
        transaction.RequireState(claimed.JobId, claimed.Fence);
        transaction.Add(operations);
        if (removeFromQueue) transaction.Add("RemoveFromQueue", claimed.QueueId);
        try
        {
            transaction.Commit();
            return true;
        }
        catch (JobMovedException)
        {
            return false;
        }
    }
}
