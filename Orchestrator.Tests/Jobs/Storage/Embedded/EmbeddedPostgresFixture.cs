using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orchestrator.Jobs.Storage.Embedded;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Storage.Embedded;

/// <summary>A folder of its own for each test, with whatever is needed to start PostgreSQL in it and to ask it.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal abstract class EmbeddedPostgresFixture : IDisposable
{
    protected TestFolder Folder { get; } = TestFolder.Create();

    protected string Home => Folder.Postgres;

    protected EmbeddedPostgresOptions Options => new() { DataFolder = Home };

    public void Dispose() => Folder.Dispose();

    /// <summary>Skips, by name, where this machine has no PostgreSQL.</summary>
    [SetUp]
    public async Task NeedPostgres()
    {
        try
        {
            await InstalledAsync();
        }
        catch (EmbeddedPostgresException missing)
        {
            Assert.Ignore(missing.Message);
        }
    }

    protected Task<EmbeddedPostgres> StartAsync() => StartAsync(Options);

    protected static Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions options) =>
        EmbeddedPostgres.StartAsync(options, NullLogger.Instance, CancellationToken.None);

    protected static async Task<EmbeddedPostgresException> FailureAsync(EmbeddedPostgresOptions options)
    {
        var start = () => StartAsync(options);
        return (await start.Should().ThrowAsync<EmbeddedPostgresException>()).Which;
    }

    protected static Task<string> ScalarAsync(EmbeddedPostgres postgres, string sql) => ScalarAsync(postgres.ConnectionString, sql);

    /// <summary>Makes the folder where npm would put the programs for a project in <see cref="Folder"/>.</summary>
    protected string NpmFolder() =>
        Directory.CreateDirectory(Path.Combine(Folder.Path, "node_modules", BinarySearch.NpmPackage, "native", "bin")).FullName;

    /// <summary>The machine's own PostgreSQL.</summary>
    protected async Task<PostgresBinaries> InstalledAsync() => await PostgresBinaries.FindAsync(
        Options.Binaries, await ServerAccount.ForAsync(Home, CancellationToken.None), major: null, CancellationToken.None);

    protected static async Task<string> ScalarAsync(string connectionString, string sql)
    {
        await using var connection = await OpenAsync(connectionString);
        await using var command = new NpgsqlCommand(sql, connection);
        return (string)(await command.ExecuteScalarAsync())!;
    }

    protected static async Task ExecuteAsync(EmbeddedPostgres postgres, string sql)
    {
        await using var connection = await OpenAsync(postgres.ConnectionString);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Waits until the server answers; as long as it takes, the test's own time limit aside.</summary>
    protected static async Task<string> ScalarWhenUpAsync(string connectionString, string sql)
    {
        while (true)
        {
            try
            {
                return await ScalarAsync(connectionString, sql);
            }
            catch (NpgsqlException)
            {
                await Task.Yield();
            }
        }
    }

    /// <summary>Waits for the end of a server's process: the file that <c>pg_ctl</c> waits for goes just before it.</summary>
    protected static Task GoneAsync(int processId, string dataFolder) =>
        Eventually.IsTrueAsync(() => Task.FromResult(!ServerProcesses.IsServer(processId, dataFolder)), "The server's end");

    private static async Task<NpgsqlConnection> OpenAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }
}
