using Npgsql;

namespace Hangfire.PostgreSql;

/// <summary>
/// The one way from a storage to its database: statements by name, on connections of one pool. Statements that were
/// undone because two of them met (deadlock, serialisation) are made again here, and only here.
/// </summary>
internal sealed class Database(NpgsqlDataSource dataSource, SqlTexts sql) : IDisposable
{
    private const int MaxAttempts = 5;

    public NpgsqlDataSource DataSource => dataSource;

    public SqlTexts Sql => sql;

    /// <summary>The data source of a storage, from its connection string.</summary>
    public static NpgsqlDataSource CreateDataSource(string connectionString, Action<NpgsqlConnection>? setup)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            // Every statement is one of a few dozen fixed texts.
            MaxAutoPrepare = 100,
            AutoPrepareMinUsages = 2,
            // Nothing here leaves a session changed, so there is nothing to reset between two statements.
            NoResetOnClose = true,
            // Calls of one moment share a statement, so it can't belong to the transaction of one of them.
            Enlist = false,
        };
        // A plan made anew for each call costs as much as running it.
        settings.Options = $"{settings.Options} -c plan_cache_mode=force_generic_plan".TrimStart();
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        if (setup is not null)
        {
            builder.UsePhysicalConnectionInitializer(setup, connection =>
            {
                setup(connection);
                return Task.CompletedTask;
            });
        }

        return builder.Build();
    }

    public int Execute(string name, params object?[] values) => Retry(() =>
    {
        using var command = Command(name, values);
        return command.ExecuteNonQuery();
    });

    public T? Scalar<T>(string name, params object?[] values) => Retry(() =>
    {
        using var command = Command(name, values);
        return command.ExecuteScalar() is T value ? value : default;
    });

    public List<T> Query<T>(string name, Func<NpgsqlDataReader, T> read, params object?[] values) => Retry(() =>
    {
        using var command = Command(name, values);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(read(reader));
        return rows;
    });

    public Task<int> ExecuteAsync(string name, CancellationToken cancellationToken, params object?[] values) => RetryAsync(async () =>
    {
        await using var command = Command(name, values);
        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    });

    public Task<T?> ScalarAsync<T>(string name, CancellationToken cancellationToken, params object?[] values) => RetryAsync(async () =>
    {
        await using var command = Command(name, values);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is T value ? value : default;
    });

    public Task<List<T>> QueryAsync<T>(string name, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken, params object?[] values) => RetryAsync(async () =>
    {
        await using var command = Command(name, values);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) rows.Add(read(reader));
        return rows;
    });

    /// <summary>As <see cref="QueryAsync"/>, after other statements of the same transaction, whose effects it sees.</summary>
    public Task<List<T>> QueryAfterAsync<T>(
        (string Name, object?[] Values)[] first, string name, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken, params object?[] values) => RetryAsync(async () =>
    {
        await using var batch = dataSource.CreateBatch();
        foreach (var before in first) batch.BatchCommands.Add(BatchCommand(before.Name, before.Values));
        batch.BatchCommands.Add(BatchCommand(name, values));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        foreach (var _ in first) await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) rows.Add(read(reader));
        return rows;
    });

    /// <summary>How the planner would run a statement, as JSON; it isn't run.</summary>
    public string Explain(string name, params object?[] values)
    {
        using var command = dataSource.CreateCommand("explain (format json) " + sql[name]);
        AddParameters(command.Parameters, values);
        return (string)command.ExecuteScalar()!;
    }

    /// <summary>Makes statements together: all of them happen, or none.</summary>
    public void ExecuteBatch(IEnumerable<(string Name, object?[] Values)> commands) => Retry(() =>
    {
        using var connection = dataSource.OpenConnection();
        using var batch = new NpgsqlBatch(connection);
        foreach (var (name, values) in commands) batch.BatchCommands.Add(BatchCommand(name, values));
        return batch.ExecuteNonQuery();
    });

    public void Dispose() => dataSource.Dispose();

    private NpgsqlCommand Command(string name, object?[] values)
    {
        var command = dataSource.CreateCommand(sql[name]);
        AddParameters(command.Parameters, values);
        return command;
    }

    private NpgsqlBatchCommand BatchCommand(string name, object?[] values)
    {
        var command = new NpgsqlBatchCommand(sql[name]);
        AddParameters(command.Parameters, values);
        return command;
    }

    private static void AddParameters(NpgsqlParameterCollection parameters, object?[] values)
    {
        foreach (var value in values) parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
    }

    private static T Retry<T>(Func<T> action)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return action();
            }
            catch (PostgresException undone) when (attempt < MaxAttempts && IsConflict(undone))
            {
                // The other one has gone through; the next attempt meets nobody, or somebody else.
            }
        }
    }

    private static async Task<T> RetryAsync<T>(Func<Task<T>> action)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await action().ConfigureAwait(false);
            }
            catch (PostgresException undone) when (attempt < MaxAttempts && IsConflict(undone))
            {
                // As above.
            }
        }
    }

    private static bool IsConflict(PostgresException failure) =>
        failure.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure;
}
