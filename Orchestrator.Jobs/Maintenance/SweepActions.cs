using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Recording;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Maintenance;

/// <summary>The sweeper's acts on the database, a transaction each. Every act answers with how many steps it has put into which queues.</summary>
internal sealed class SweepActions(
    Database database, StepJobRows jobs, ILogger<SweepActions> log)
{
    private const int PromoteBatch = 1000;

    public async Task<SweepLook> LookAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(SqlText.Load("SweepLook"));
        command.Parameters.One(WorkerPresence.LockClass);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new SweepLook(
            row.GetBoolean(0), row.GetBoolean(1), row.GetInt32(2), row.GetBoolean(3),
            Time(row, 4), row.GetBoolean(5), row.GetBoolean(6), row.GetBoolean(7), Time(row, 8), row.GetBoolean(9), row.GetBoolean(10), Time(row, 11), Time(row, 12), row.GetBoolean(13), Time(row, 14));
    }

    private static TimeSpan? Time(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : TimeSpan.FromMilliseconds(row.GetDouble(column));

    public async Task<IReadOnlyList<(string Queue, int Steps)>> TakeBackAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var dead = await ReadAsync(
            connection, SqlText.Load("RemoveDeadWorkers"), p => p.One(WorkerPresence.LockClass),
            row => $"{row.GetInt32(0)} ({row.GetString(1)})", cancellationToken);
        var runs = await ReadRunsAsync(connection, SqlText.Load("RunsWithLostLeases"), cancellationToken);
        var queues = new List<(string Queue, int Steps)>();
        if (runs.Count > 0)
        {
            await ReadAsync(connection, Statements.LockRuns, p => Runs(p, runs), row => row.GetGuid(1), cancellationToken);
            queues = await ReadAsync(
                connection, Statements.TakeBack, p => Runs(p, runs), row => (row.GetString(0), row.GetInt32(1)), cancellationToken);
        }

        if (dead.Count > 0)
        {
            await ReadAsync(connection, SqlText.Load("ReleaseOfTheDead"), _ => { }, row => 0, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        if (queues.Count > 0)
        {
            Log.TookBack(log, queues.Sum(queue => queue.Steps), dead.Count > 0 ? string.Join(", ", dead) : "silent for a lease's time");
        }

        return queues;
    }

    public async Task<IReadOnlyList<(string Queue, int Steps)>> PromoteAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await ReadAsync(
            connection, Statements.Promote, p => p.One(PromoteBatch), row => (row.GetString(0), row.GetInt32(1)), cancellationToken);
    }

    /// <summary>Steps that were told to look have their turn now; how many were told.</summary>
    public async Task<int> WakeAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(SqlText.Load("WakeSteps"));
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Fails runs whose time is over, or looks when it will be; how many it has looked at.</summary>
    public async Task<int> FailOverdueAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var runs = await LockAsync(connection, "OverdueRuns", cancellationToken);
        var failed = await ReadAsync(
            connection, SqlText.Load("FailOverdue"), p => WithJobs(p, runs), row => (row.GetString(0), new RunId(row.GetGuid(1))), cancellationToken);
        await ReadAsync(connection, Statements.CancelRest, p => WithJobs(p, failed), row => row.GetInt32(0), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (failed.Count > 0)
        {
            Log.Overdue(log, failed.Count);
        }

        return runs.Count;
    }

    /// <summary>Cancels runs that a step waited for which has ended before, with what is under way in them; how many.</summary>
    public async Task<int> CancelOrphansAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var runs = await LockAsync(connection, "OrphanRuns", cancellationToken);
        var cancelled = await ReadAsync(
            connection, SqlText.Load("CancelRuns"),
            p => WithJobs(p, runs).One("The step that waited for this run has ended before it.")
                .Add(new NpgsqlParameter { Value = """{"action": "cancel", "by": "parent"}""", NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Jsonb }),
            row => row.GetGuid(0), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (cancelled.Count > 0)
        {
            Log.Orphans(log, cancelled.Count);
        }

        return cancelled.Count;
    }

    /// <summary>Locks the runs that a statement finds.</summary>
    private static async Task<List<(string Tenant, RunId Id)>> LockAsync(NpgsqlConnection connection, string find, CancellationToken cancellationToken)
    {
        var runs = await ReadRunsAsync(connection, SqlText.Load(find), cancellationToken);
        await ReadAsync(connection, Statements.LockRuns, p => Runs(p, runs), row => row.GetGuid(1), cancellationToken);
        return runs;
    }

    /// <summary>Runs, each with the greatest id that a job of it can have.</summary>
    private static NpgsqlParameterCollection WithJobs(NpgsqlParameterCollection parameters, List<(string Tenant, RunId Id)> runs) =>
        Runs(parameters, runs).Uuids(runs.ConvertAll(run => run.Id.LastJob.Value));

    public async Task<IReadOnlyList<(string Queue, int Steps)>> RedeliverAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var queues = await ReadAsync(
            connection, Statements.Redeliver, p => p.One(jobs.Invocation).One(jobs.Arguments),
            row => (Queue: row.GetString(0), Steps: row.GetInt32(1)), cancellationToken);
        if (queues.Count > 0)
        {
            Log.Redelivered(log, queues.Sum(queue => queue.Steps));
        }

        return queues;
    }

    /// <summary>Open steps whose Hangfire job is deleted.</summary>
    public async Task<IReadOnlyList<(string Tenant, JobId Job)>> FindDeletedAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await ReadAsync(
            connection, SqlText.Load("DeletedJobs"), _ => { }, row => (row.GetString(0), new JobId(row.GetGuid(1))), cancellationToken);
    }

    private static NpgsqlParameterCollection Runs(NpgsqlParameterCollection parameters, List<(string Tenant, RunId Id)> runs) =>
        parameters.Texts(runs.ConvertAll(run => run.Tenant)).Uuids(runs.ConvertAll(run => run.Id.Value));

    private static Task<List<(string Tenant, RunId Id)>> ReadRunsAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken) =>
        ReadAsync(connection, sql, _ => { }, row => (row.GetString(0), new RunId(row.GetGuid(1))), cancellationToken);

    private static async Task<List<T>> ReadAsync<T>(
        NpgsqlConnection connection, string sql, Action<NpgsqlParameterCollection> parameters, Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        parameters(command.Parameters);
        var rows = new List<T>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
