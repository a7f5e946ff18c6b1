using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;

namespace Orchestrator.Benchmarks.Database;

/// <summary>
/// The bounds: the least that a durable step or job has to write, in plain prepared SQL on two narrow tables, with the
/// same durability, client library and server. What it takes is what PostgreSQL itself costs here.
/// </summary>
internal sealed class BareSql : IAsyncDisposable
{
    private const string Schema =
        """
        create table step (id bigint primary key, state smallint not null, worker text, started_at timestamptz, finished_at timestamptz);
        create index step_ready on step (id) where state = 1;
        create table attempt (id bigserial primary key, step_id bigint not null, n int not null, outcome smallint not null,
                              started_at timestamptz not null, finished_at timestamptz not null);
        """;

    private const string Insert = "insert into step (id, state) select unnest($1), 1";

    private const string Claim =
        """
        update step set state = 2, worker = 'w', started_at = now()
        where id = any(array(select id from step where state = 1 order by id limit $1 for update skip locked)) returning id
        """;

    private const string Complete =
        """
        with d as (update step set state = 3, finished_at = now() where id = any($1) returning id),
             a as (insert into attempt (step_id, n, outcome, started_at, finished_at) select id, 1, 0, now(), now() from d)
        update step s set state = 1 from d where s.id = d.id + 1 and s.state = 0
        """;

    private readonly NpgsqlDataSource _source;
    private long _ids;

    private BareSql(NpgsqlDataSource source) => _source = source;

    public static async Task<BareSql> CreateAsync(Cluster cluster, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(cluster.ConnectionStringFor(await cluster.CreateDatabaseAsync()))
        {
            MaxAutoPrepare = 20,
            AutoPrepareMinUsages = 1,
            NoResetOnClose = true,
        };
        var bare = new BareSql(NpgsqlDataSource.Create(settings));
        await using var command = bare._source.CreateCommand(Schema);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return bare;
    }

    /// <summary>Rows a second, each inserted and committed on its own (or so many in a statement).</summary>
    public Task<double> InsertAsync(int callers, int count, int batch, CancellationToken cancellationToken) =>
        RateAsync(callers, count, batch, (connection, ids) => ExecuteAsync(connection, Insert, ids, cancellationToken));

    /// <summary>Steps a second: so many in one statement are done, with their attempts.</summary>
    public async Task<double> CompleteAsync(int count, int batch, CancellationToken cancellationToken)
    {
        var first = await FillAsync(count, 2, cancellationToken);
        return await RateAsync(2, count, batch, (connection, ids) => ExecuteAsync(connection, Complete, ids, cancellationToken), first);
    }

    /// <summary>Steps a second: so many in one transaction are claimed, and so many done, with their attempts.</summary>
    public async Task<double> ClaimAndCompleteAsync(int count, int batch, CancellationToken cancellationToken)
    {
        await FillAsync(count, 1, cancellationToken);
        var held = new long[2][];
        return await RateAsync(2, count, batch, async (connection, _, caller) =>
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await ExecuteAsync(connection, Complete, held[caller] ?? [], cancellationToken);
            held[caller] = await ClaimAsync(connection, batch, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        });
    }

    /// <summary>Milliseconds for one after the other, each a statement and a commit that completes so many steps.</summary>
    public async Task<double> SequenceAsync(IReadOnlyList<int> sizes, CancellationToken cancellationToken)
    {
        var first = await FillAsync(sizes.Sum(), 2, cancellationToken);
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        var start = Stopwatch.GetTimestamp();
        foreach (var size in sizes)
        {
            await ExecuteAsync(connection, Complete, Ids(first, size), cancellationToken);
            first += size;
        }

        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    /// <summary>Milliseconds from before a job's insert until it is claimed, on one connection.</summary>
    public async Task<double> InsertAndClaimAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        var start = Stopwatch.GetTimestamp();
        await ExecuteAsync(connection, Insert, Ids(Take(1), 1), cancellationToken);
        await ClaimAsync(connection, 1, cancellationToken);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private long Take(int count) => Interlocked.Add(ref _ids, count + 1) - count;

    private static long[] Ids(long first, int count) => [.. Enumerable.Range(0, count).Select(i => first + i)];

    /// <summary>A fresh table of so many steps in a state.</summary>
    private async Task<long> FillAsync(int count, int state, CancellationToken cancellationToken)
    {
        var first = Take(count);
        await using var batch = _source.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("truncate step, attempt"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"insert into step (id, state) select g, {state} from generate_series({first}, {first + count - 1}) g"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("analyze step"));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return first;
    }

    private Task<double> RateAsync(int callers, int count, int batch, Func<NpgsqlConnection, long[], Task> act, long? first = null) =>
        RateAsync(callers, count, batch, (connection, ids, _) => act(connection, ids), first);

    private async Task<double> RateAsync(
        int callers, int count, int batch, Func<NpgsqlConnection, long[], int, Task> act, long? first = null)
    {
        var from = first ?? Take(count);
        var next = 0;
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            await using var connection = await _source.OpenConnectionAsync();
            while (Interlocked.Add(ref next, batch) - batch is var at && at < count)
            {
                await act(connection, Ids(from + at, Math.Min(batch, count - at)), caller);
            }
        })));
        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, long[] ids, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = ids, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<long[]> ClaimAsync(NpgsqlConnection connection, int limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Claim, connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        var ids = new List<long>(limit);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetInt64(0));
        }

        return [.. ids];
    }
}
