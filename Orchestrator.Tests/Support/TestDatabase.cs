using Npgsql;
using Orchestrator.Jobs.Storage.Embedded;

namespace Orchestrator.Tests.Support;

/// <summary>
/// A database of one test's own on the test process's PostgreSQL, dropped when disposed. Where the machine has no
/// PostgreSQL the test is skipped, with a message that says what to install.
/// </summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private const int SmallPool = 20;
    private readonly TestCluster _cluster;
    private readonly Lazy<NpgsqlDataSource> _dataSource;

    private TestDatabase(TestCluster cluster, string name, int maximumPoolSize)
    {
        _cluster = cluster;
        Name = name;
        ConnectionString = cluster.ConnectionStringFor(name, maximumPoolSize);
        _dataSource = new Lazy<NpgsqlDataSource>(() => NpgsqlDataSource.Create(ConnectionString));
    }

    /// <summary>The database's name.</summary>
    public string Name { get; }

    /// <summary>How to reach it, with a small pool.</summary>
    public string ConnectionString { get; }

    /// <summary>A data source on it, disposed with it.</summary>
    public NpgsqlDataSource DataSource => _dataSource.Value;

    /// <summary>A migrated database.</summary>
    public static Task<TestDatabase> CreateAsync() => CreateAsync(SmallPool);

    /// <summary>A migrated database, for at most that many connections a pool.</summary>
    public static async Task<TestDatabase> CreateAsync(int maximumPoolSize)
    {
        var cluster = await SharedAsync();
        return new TestDatabase(cluster, await cluster.CloneAsync(TestCluster.Migrated), maximumPoolSize);
    }

    /// <summary>A database without any schema of ours.</summary>
    public static async Task<TestDatabase> CreateEmptyAsync()
    {
        var cluster = await SharedAsync();
        return new TestDatabase(cluster, await cluster.CloneAsync(TestCluster.Empty), SmallPool);
    }

    /// <summary>Runs one statement.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Reads one value.</summary>
    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Drops the database, whoever is still connected.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_dataSource.IsValueCreated)
        {
            await _dataSource.Value.DisposeAsync();
        }

        await using (var connection = new NpgsqlConnection(ConnectionString))
        {
            NpgsqlConnection.ClearPool(connection);
        }

        await _cluster.DropAsync(Name);
    }

    private static async Task<TestCluster> SharedAsync()
    {
        try
        {
            return await TestCluster.SharedAsync();
        }
        catch (EmbeddedPostgresException missing) when (missing.Problem == EmbeddedPostgresProblem.NoBinaries)
        {
            Assert.Ignore(missing.Message);
            throw;
        }
    }
}
