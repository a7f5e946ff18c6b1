using Dapper;
using Npgsql;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Operators;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Control;

/// <summary>A run as it stood at a moment.</summary>
internal sealed record SnapshotRow
{
    /// <summary>From 1, in the order in which they were taken.</summary>
    public required int Number { get; init; }

    public required DateTime At { get; init; }

    public required string TakenBy { get; init; }

    /// <summary>The run's state.</summary>
    public required string Status { get; init; }

    /// <summary>JSON; null: not asked for.</summary>
    public string? Variables { get; init; }

    /// <summary>JSON, by address: <c>{status, attempts, job_id, result}</c>; null: not asked for.</summary>
    public string? Steps { get; init; }
}

/// <summary>Snapshots of runs, each taken under the run's lock: no recording is half in it.</summary>
internal sealed class Snapshots(Database database, OrchestratorOptions options)
{
    /// <summary>That a run may have.</summary>
    public const int Max = 1000;

    /// <summary>Who has taken those by the clock.</summary>
    private const string Clock = "interval";

    /// <summary>Takes one. Its number; 0: the run has as many as it may; null: there is no such run.</summary>
    public async Task<int?> TakeAsync(string tenant, RunId run, string by, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await OperatorLog.LockAsync(connection, tenant, run, cancellationToken) is null)
        {
            return null;
        }

        await using var command = Command(connection, [(tenant, run)], by);
        var number = await command.ExecuteScalarAsync(cancellationToken) as int? ?? 0;
        await transaction.CommitAsync(cancellationToken);
        return number;
    }

    /// <summary>Takes one of every run that wants one now (<c>config.snapshot_interval_ms</c>); how many.</summary>
    public async Task<int> TakeDueAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var runs = new List<(string Tenant, RunId Run)>();
        await using (var due = new NpgsqlCommand(SqlText.Load("DueSnapshots"), connection))
        await using (var row = await due.ExecuteReaderAsync(cancellationToken))
        {
            while (await row.ReadAsync(cancellationToken))
            {
                runs.Add((row.GetString(0), new RunId(row.GetGuid(1))));
            }
        }

        await using var command = Command(connection, runs, Clock);
        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return runs.Count;
    }

    private NpgsqlCommand Command(NpgsqlConnection connection, List<(string Tenant, RunId Run)> runs, string by)
    {
        var command = new NpgsqlCommand(SqlText.Load("TakeSnapshots"), connection);
        command.Parameters
            .Texts(runs.ConvertAll(one => one.Tenant))
            .Uuids(runs.ConvertAll(one => one.Run.Value))
            .Uuids(runs.ConvertAll(one => one.Run.LastJob.Value))
            .One(by).One(Max).One(options.KeptSnapshots);
        return command;
    }

    /// <summary>A run's snapshots, newest first, without what they hold; or those of these numbers, with it.</summary>
    public async Task<IReadOnlyList<SnapshotRow>> ReadAsync(string tenant, RunId run, int[]? numbers, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await ReadAsync(connection, tenant, run, numbers, cancellationToken);
    }

    /// <summary>The same on the caller's connection.</summary>
    public static async Task<IReadOnlyList<SnapshotRow>> ReadAsync(
        NpgsqlConnection connection, string tenant, RunId run, int[]? numbers, CancellationToken cancellationToken) =>
        [.. await connection.QueryAsync<SnapshotRow>(new CommandDefinition(
            SqlText.Load("ReadSnapshots"), new { tenant, run = run.Value, numbers }, cancellationToken: cancellationToken))];
}
