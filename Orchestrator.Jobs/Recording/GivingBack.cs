using Npgsql;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Executors;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Maintenance;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.States;

namespace Orchestrator.Jobs.Recording;

/// <summary>
/// What a worker does with a step of a workflow that it can't read: it gives the step back, for a worker that can. The
/// attempt counts as lost and uses nothing up; the wait grows, so that such a worker has time to come. After
/// <see cref="AttemptMaker.MaxLost"/> of these there is none, and the step is dead.
/// </summary>
internal sealed class GivingBack(
    Database database, StepJobRows jobs, NearTimers timers, OrchestratorOptions options, TimeProvider time)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    /// <summary>Ends the attempt, if it is still this worker's.</summary>
    /// <param name="claimed">The attempt.</param>
    /// <param name="serverId">Name of the worker's Hangfire server.</param>
    /// <param name="problem">Why the workflow can't be read.</param>
    public async Task GiveAsync(ClaimedStep claimed, string serverId, string problem)
    {
        await using var connection = await database.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        if (await ReadAsync(connection, claimed) is not var (state, openSteps, deadStep, row)
            || row.State != StepState.Running || row.Attempts != claimed.Attempt || row.LeaseOwner != claimed.Worker)
        {
            return;
        }

        var rows = new RecordRows(jobs, options.Lease, time);
        var verdict = Judge(claimed, state, problem);
        var record = new StepRecord
        {
            Step = claimed.Job.StepIndex,
            Place = claimed.Place,
            Job = claimed.Job,
            Attempt = claimed.Attempt,
            IsClaimed = true,
            StartedAt = claimed.StartedAt,
            FinishedAt = time.GetUtcNow().UtcDateTime,
            Verdict = verdict,
        };
        var end = verdict switch { VerdictRetry => StepState.Failed, VerdictDead => StepState.Dead, _ => StepState.Cancelled };
        rows.AddAttempt(claimed.Run, serverId, record, new StepEnd(record.Step, end, row.Pending, row.Present));
        rows.AddRun(claimed.Run, end == StepState.Dead ? RunState.Failed : state, end == StepState.Failed || claimed.Place is not null ? openSteps : openSteps - 1, deadStep);
        if (verdict is VerdictDead dead)
        {
            rows.AddRunEnd(claimed.Run, Value.Null, Value.Object(
                ("message", dead.Failure.Message), ("step_id", Value.Null), ("timestamp", record.FinishedAt.ToString("O")), ("attempts", claimed.Attempt)), leavesOpen: true);
        }

        await rows.WriteAsync(connection);
        await using var count = new NpgsqlCommand(SqlText.Load("CountLoss"), connection);
        count.Parameters.One(claimed.Run.Tenant).One(claimed.Job.Value);
        await count.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
        if (verdict is VerdictRetry retry)
        {
            timers.Expect(retry.Delay);
        }
    }

    private static StepVerdict Judge(ClaimedStep claimed, RunState state, string problem)
    {
        var failure = new Failure(FailureKind.Invalid, problem);
        var wait = FirstWait * Math.Pow(2, Math.Min(claimed.Lost, 10));
        return state.IsTerminal() ? new VerdictStopped(failure)
            : claimed.Lost + 1 >= AttemptMaker.MaxLost ? new VerdictDead(failure)
            : new VerdictRetry(failure, wait < LongestWait ? wait : LongestWait, $"Given back: {problem}");
    }

    private static async Task<(RunState State, int OpenSteps, int? DeadStep, StepRow Row)?> ReadAsync(NpgsqlConnection connection, ClaimedStep claimed)
    {
        await using var batch = connection.CreateBatch();
        foreach (var (sql, id) in new[] { (Statements.LockRuns, claimed.Run.Id.Value), (Statements.ReadSteps, claimed.Job.Value) })
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = sql;
            command.Parameters.Texts([claimed.Run.Tenant]).Uuids([id]);
            batch.BatchCommands.Add(command);
        }

        await using var reader = await batch.ExecuteReaderAsync();
        if (!await reader.ReadAsync())
        {
            return null;
        }

        var (state, openSteps, deadStep) = (StateWords.RunStateOf(reader.GetString(2)), reader.GetInt32(3), reader.IsDBNull(4) ? (int?)null : reader.GetInt32(4));
        return await reader.NextResultAsync() && await reader.ReadAsync() ? (state, openSteps, deadStep, StepRow.Read(reader)) : null;
    }
}
