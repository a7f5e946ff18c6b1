using Npgsql;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Limits;

/// <summary>
/// Locks of exclusive steps, in seed 000's table of locks: held by an attempt from its admission until its recording, renewed
/// with its lease, free when its worker is dead or when they expire. Who finds one held stands in line (<c>step_waits</c>)
/// and is told when it is his turn: by the recording that gives the lock back, or by a sweeper's next look.
/// </summary>
internal sealed class ExclusiveLocks(Database database, OrchestratorOptions options)
{
    /// <summary>What keeps the names apart from other locks; a name of all runs can't be that of one.</summary>
    private const string OfAllRuns = "exclusive:all:";
    private const string OfOneRun = "exclusive:run:";

    /// <summary>The key of a step's lock.</summary>
    /// <param name="exclusive">As the file says.</param>
    /// <param name="run">The step's run.</param>
    /// <param name="name">As it was rendered, with <c>run:</c> before it where the file has that.</param>
    public static string Key(ExclusiveLock exclusive, RunId run, string name) =>
        exclusive.OfRun ? $"{OfOneRun}{run}:{name["run:".Length..]}" : OfAllRuns + name;

    /// <summary>Takes the lock for an attempt; null: it is not the step's turn, and the step is in line for it.</summary>
    /// <param name="claimed">The attempt.</param>
    /// <param name="stepId">The step's address: with the run and the attempt it says who has the lock, so items must differ in it.</param>
    /// <param name="key">The lock's.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<StepLock?> TakeAsync(ClaimedStep claimed, string stepId, string key, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var take = new NpgsqlCommand(SqlText.Load("TakeExclusive"), connection);
        take.Parameters
            .One(claimed.Run.Tenant).One(key).One(claimed.Job.Value).One($"{claimed.Run.Id}:{stepId}:{claimed.Attempt}").One(options.Lease);
        take.Parameters.Add(new NpgsqlParameter
        {
            Value = Value.Object(("workflow_run_id", claimed.Run.Id.ToString()), ("step_id", stepId), ("attempt", claimed.Attempt)).ToJson(),
            NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Jsonb,
        });
        take.Parameters.One(claimed.Worker);
        var token = await take.ExecuteScalarAsync(cancellationToken) as long?;
        if (token is null)
        {
            await using var wait = new NpgsqlCommand(SqlText.Load("WaitForLock"), connection);
            wait.Parameters.One(claimed.Run.Tenant).One(claimed.Job.Value).One(key);
            await wait.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return token is { } held ? new StepLock(claimed.Run.Tenant, key, held) : null;
    }

    /// <summary>Gives a lock back where no recording does, and wakes the first in line; one that is another's by now stays.</summary>
    public async Task ReleaseAsync(StepLock held)
    {
        await using var batch = database.Source.CreateBatch();
        AddRelease(batch, [held]);
        await batch.ExecuteNonQueryAsync();
    }

    /// <summary>The same as part of a transaction: two statements, of which the second sees who came while the first waited.</summary>
    public static void AddRelease(NpgsqlBatch batch, IReadOnlyList<StepLock> locks)
    {
        var release = batch.CreateBatchCommand();
        release.CommandText = SqlText.Load("ReleaseExclusive");
        release.Parameters
            .Texts([.. locks.Select(held => held.Tenant)]).Texts([.. locks.Select(held => held.Key)]).Longs([.. locks.Select(held => held.Token)]);
        batch.BatchCommands.Add(release);
        var wake = batch.CreateBatchCommand();
        wake.CommandText = SqlText.Load("WakeWaiters");
        wake.Parameters.Texts([.. locks.Select(held => held.Tenant)]).Texts([.. locks.Select(held => held.Key)]);
        batch.BatchCommands.Add(wake);
    }

    /// <summary>Makes the time of locks longer; the answer holds those that are still held.</summary>
    public async Task<IReadOnlySet<StepLock>> RenewAsync(IReadOnlyCollection<StepLock> locks, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(SqlText.Load("RenewExclusive"));
        command.Parameters
            .Texts([.. locks.Select(held => held.Tenant)]).Texts([.. locks.Select(held => held.Key)]).Longs([.. locks.Select(held => held.Token)])
            .One(options.Lease);
        var held = new HashSet<StepLock>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            held.Add(new StepLock(row.GetString(0), row.GetString(1), row.GetInt64(2)));
        }

        return held;
    }

    /// <summary>Wakes the first in line for every lock that is free; whether there was one.</summary>
    public async Task<bool> WakeAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(SqlText.Load("WakeWaiters"));
        command.Parameters.Add(new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Text });
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }
}
