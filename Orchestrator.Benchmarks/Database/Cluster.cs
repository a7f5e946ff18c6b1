using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orchestrator.Jobs.Storage.Embedded;

namespace Orchestrator.Benchmarks.Database;

/// <summary>
/// A PostgreSQL of the benchmarks' own, durable as the embedded one is, in a temporary folder. It counts statements
/// where it has the library for that. Disposing it stops it and removes the folder.
/// </summary>
internal sealed class Cluster : IAsyncDisposable
{
    private const string Library = "pg_stat_statements";

    private readonly string _folder;
    private readonly EmbeddedPostgres _postgres;
    private int _databases;

    private Cluster(string folder, EmbeddedPostgres postgres, bool countsStatements)
    {
        (_folder, _postgres, CountsStatements) = (folder, postgres, countsStatements);
        Administration = NpgsqlDataSource.Create(ConnectionStringFor("postgres"));
    }

    /// <summary>Connections to a database that nothing measured lies in.</summary>
    public NpgsqlDataSource Administration { get; }

    /// <summary>Whether the server counts the statements that it runs.</summary>
    public bool CountsStatements { get; }

    public static async Task<Cluster> StartAsync(CancellationToken cancellationToken)
    {
        // Not CreateTempSubdirectory: the server's user has to pass through.
        var name = $"orchestrator-benchmarks-{Environment.ProcessId}-{Guid.NewGuid():N}";
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), name)).FullName;
        try
        {
            var (postgres, counts) = await StartAsync(folder, cancellationToken);
            var cluster = new Cluster(folder, postgres, counts);
            if (counts)
            {
                await cluster.ExecuteAsync($"create extension {Library}");
            }

            return cluster;
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>Processor time used so far.</summary>
    public CpuTimes Cpu() => CpuTimes.Read(_postgres.ProcessId);

    public string ConnectionStringFor(string database) => _postgres.ConnectionStringFor(database);

    /// <summary>Makes an empty database; returns its name.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"benchmark_{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync($"create database {name}");
        return name;
    }

    public async ValueTask DisposeAsync()
    {
        await Administration.DisposeAsync();
        await _postgres.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Starts it plain to see whether the library is there, and again with it: a missing one would stop the start.</summary>
    private static async Task<(EmbeddedPostgres Postgres, bool Counts)> StartAsync(string folder, CancellationToken cancellationToken)
    {
        var options = new EmbeddedPostgresOptions { DataFolder = Path.Combine(folder, "postgres") };
        var plain = await EmbeddedPostgres.StartAsync(options, NullLogger.Instance, cancellationToken);
        try
        {
            await using var connection = new NpgsqlConnection(
                new NpgsqlConnectionStringBuilder(plain.ConnectionString) { Pooling = false }.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            await using var look = new NpgsqlCommand($"select exists (select from pg_available_extensions where name = '{Library}')", connection);
            if (await look.ExecuteScalarAsync(cancellationToken) is not true)
            {
                return (plain, false);
            }
        }
        catch
        {
            await plain.DisposeAsync();
            throw;
        }

        await plain.DisposeAsync();
        var counting = options with { Settings = new Dictionary<string, string> { ["shared_preload_libraries"] = Library } };
        return (await EmbeddedPostgres.StartAsync(counting, NullLogger.Instance, cancellationToken), true);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = Administration.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
