using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orchestrator.Jobs.Storage;
using Orchestrator.Jobs.Storage.Embedded;

namespace Orchestrator.Tests.Support;

/// <summary>
/// The one PostgreSQL of a test process: started by the first test that asks, stopped and removed at the end by
/// <see cref="TestClusterLifetime"/>. Not durable, which makes it fast; tests that kill a server start their own.
/// </summary>
internal sealed class TestCluster
{
    /// <summary>The template with our schema.</summary>
    public const string Migrated = EmbeddedPostgres.DatabaseName;

    /// <summary>The template without it.</summary>
    public const string Empty = "template1";

    private static readonly Lazy<Task<TestCluster>> Shared = new(StartAsync);

    private static readonly Dictionary<string, string> Fast = new()
    {
        ["fsync"] = "off",
        ["synchronous_commit"] = "off",
        ["full_page_writes"] = "off",

        // For the services of several fixtures at a time.
        ["max_connections"] = "500",
    };

    private readonly SemaphoreSlim _cloning = new(1, 1);
    private readonly TestFolder _folder;
    private readonly EmbeddedPostgres _postgres;
    private readonly NpgsqlDataSource _administration;
    private readonly string _strategy;
    private int _databases;

    private TestCluster(TestFolder folder, EmbeddedPostgres postgres, Version version)
    {
        (_folder, _postgres) = (folder, postgres);
        _strategy = version.Major >= 15 ? "strategy file_copy" : "";
        _administration = NpgsqlDataSource.Create(ConnectionStringFor("postgres", maximumPoolSize: 4));
    }

    /// <summary>The cluster of this process, started when it is not.</summary>
    public static Task<TestCluster> SharedAsync() => Shared.Value;

    /// <summary>Stops and removes the cluster, if one was started.</summary>
    public static async Task StopAsync()
    {
        if (Shared is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            var cluster = await Shared.Value;
            await cluster._administration.DisposeAsync();
            await cluster._postgres.DisposeAsync();
            cluster._folder.Dispose();
        }
    }

    /// <summary>How to reach a database of the cluster.</summary>
    public string ConnectionStringFor(string database, int maximumPoolSize) =>
        new NpgsqlConnectionStringBuilder(_postgres.ConnectionStringFor(database)) { MaxPoolSize = maximumPoolSize }.ConnectionString;

    /// <summary>Makes a database from a template, one at a time; returns its name.</summary>
    public async Task<string> CloneAsync(string template)
    {
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await _cloning.WaitAsync();
        try
        {
            await ExecuteAsync($"create database {name} template {template} {_strategy}");
        }
        finally
        {
            _cloning.Release();
        }

        await ExecuteAsync($"alter database {name} set search_path = orchestrator, public");
        return name;
    }

    /// <summary>Drops a database, whoever is still connected.</summary>
    public Task DropAsync(string name) => ExecuteAsync($"drop database if exists {name} with (force)");

    private static async Task<TestCluster> StartAsync()
    {
        await TestFolder.RemoveLeftOversAsync();
        var folder = TestFolder.CreateForData();
        var options = new EmbeddedPostgresOptions { DataFolder = folder.Postgres, Settings = Fast };
        var postgres = await EmbeddedPostgres.StartAsync(options, NullLogger.Instance, CancellationToken.None);
        var unpooled = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Pooling = false };
        await using var database = NpgsqlDataSource.Create(unpooled.ConnectionString);
        await using var connection = await database.OpenConnectionAsync();
        await using var schemas = Database.Open(unpooled.ConnectionString);
        await Schemas.MigrateAsync(schemas, NullLogger.Instance, CancellationToken.None);
        return new TestCluster(folder, postgres, connection.PostgreSqlVersion);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _administration.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
