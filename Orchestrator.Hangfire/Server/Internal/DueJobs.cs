using System.Globalization;
using Hangfire.Common;
using Hangfire.Logging;
using Hangfire.PostgreSql;
using Hangfire.States;
using Hangfire.Storage;

namespace Hangfire.Server;

/// <summary>
/// Enqueues scheduled jobs when they are due, many in one statement. It sleeps until the next one is due, or until it is
/// told of an earlier one; jobs that other processes schedule are seen at the polling interval.
/// </summary>
internal sealed class DueJobs(PostgreSqlStorage storage, TimeSpan pollingInterval, IJobFilterProvider filterProvider, Signal signal)
{
    private const int BatchSize = 1000;

    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(10);

    private readonly StateMachine stateMachine = new(filterProvider);
    private readonly BackgroundJobStateChanger stateChanger = new(filterProvider);
    private readonly FailureLog failures = new(LogProvider.For<BackgroundJobServer>());

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            TimeSpan wait;
            try
            {
                while ((wait = await TimeToNextAsync(stopping).ConfigureAwait(false)) <= TimeSpan.Zero)
                {
                    await EnqueueBatchAsync(stopping).ConfigureAwait(false);
                    stopping.ThrowIfCancellationRequested();
                }

                failures.Succeeded("Scheduled jobs are enqueued again.");
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                failures.Failed("Scheduled jobs could not be enqueued; trying again.", failure);
                wait = pollingInterval;
            }

            await WaitAsync(wait, stopping).ConfigureAwait(false);
        }
    }

    private async Task WaitAsync(TimeSpan wait, CancellationToken stopping)
    {
        try
        {
            await signal.WaitAsync(wait, stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The loop ends.
        }
    }

    private async Task<TimeSpan> TimeToNextAsync(CancellationToken cancellationToken)
    {
        var seconds = await storage.Database.ScalarAsync<double?>("GetNextDueTime", cancellationToken).ConfigureAwait(false);
        if (seconds is null || seconds >= pollingInterval.TotalSeconds) return pollingInterval;
        return seconds <= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Max(ShortestWait.TotalSeconds, seconds.Value));
    }

    private async Task EnqueueBatchAsync(CancellationToken cancellationToken)
    {
        var due = await storage.Database.QueryAsync(
            "GetDueJobs",
            static row => (Member: row.GetString(0), Job: row.IsDBNull(1) ? null : JobRow.Read(row, 2)),
            cancellationToken,
            BatchSize).ConfigureAwait(false);
        var moves = new List<Move>(due.Count);
        foreach (var (member, job) in due)
        {
            if (job?.State != ScheduledState.StateName) continue;
            if (job.LoadException is null && Decide(member, job) is { } move) moves.Add(move);
            else ChangeAlone(member, job);
        }

        await EnqueueAsync(moves, [.. due.Select(static each => each.Member)], cancellationToken).ConfigureAwait(false);
    }

    private async Task EnqueueAsync(List<Move> moves, string[] members, CancellationToken cancellationToken)
    {
        await storage.Database.ExecuteAsync(
            "EnqueueDueJobs",
            cancellationToken,
            moves.Select(static move => move.JobId).ToArray(),
            moves.Select(static move => move.Fence).ToArray(),
            moves.Select(static move => StateRow.Reason(move.State)).ToArray(),
            moves.Select(static move => StateRow.Data(move.State)).ToArray(),
            moves.Select(static move => move.Queue).ToArray(),
            members,
            storage.Signals.Notification(moves.Select(static move => move.Queue))).ConfigureAwait(false);
        foreach (var queue in moves.Select(static move => move.Queue).Distinct()) storage.Signals.Wake(queue);
    }

    /// <summary>What becomes of a job, if it is only enqueued; null: its filters want more.</summary>
    private Move? Decide(string member, JobData job)
    {
        if (JobFilterSet.For(filterProvider, job.Job).HasForeignStateFilters) return null;
        using var transaction = new PostgreSqlWriteOnlyTransaction(storage);
        using var connection = storage.GetConnection();
        stateMachine.ApplyState(new(storage, connection, transaction, Describe(member, job), Enqueued(job), job.State) { StateMachine = stateMachine });
        EnqueuedState? state = null;
        string? queue = null;
        foreach (var operation in transaction.Operations)
        {
            switch (operation)
            {
                case Operation.SetState { State: EnqueuedState enqueued } when state is null:
                    state = enqueued;
                    break;
                case Operation.Queue queued when queue is null:
                    queue = queued.Name;
                    break;
                case Operation.Persist or Operation.RemoveFromSet { Key: ScheduledHandler.SetKey or "retries" }:
                    break;
                default:
                    return null;
            }
        }

        return state is null || queue is null
            ? null
            : new(long.Parse(member, CultureInfo.InvariantCulture), job.StateId!.Value, state, queue);
    }

    private void ChangeAlone(string member, JobData job)
    {
        using var connection = storage.GetConnection();
        stateChanger.ChangeState(new(storage, connection, member, Enqueued(job), ScheduledState.StateName));
    }

    private static BackgroundJob Describe(string id, JobData job) => new(id, job.Job, job.CreatedAt, job.ParametersSnapshot);

    private static EnqueuedState Enqueued(JobData job) =>
        new(job.Job?.Queue ?? EnqueuedState.DefaultQueue) { Reason = "Triggered by DelayedJobScheduler" };

    private sealed record Move(long JobId, long Fence, EnqueuedState State, string Queue);
}
