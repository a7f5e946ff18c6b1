using Hangfire;
using Hangfire.Logging;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using Npgsql;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Hangfire.Support;

/// <summary>A database and a storage in it for each test.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Parallelizable(ParallelScope.All)]
internal abstract class HangfireFixture
{
    /// <summary>Far above what anything here takes; a test that reaches it has failed.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private TestDatabase database = null!;

    protected PostgreSqlStorage Storage { get; private set; } = null!;

    protected BackgroundJobClient Client { get; private set; } = null!;

    protected string ConnectionString => database.ConnectionString;

    [SetUp]
    public async Task CreateStorageAsync()
    {
        LogProvider.SetCurrentLogProvider(TestLog.Instance);
        database = await TestDatabase.CreateAsync();
        Storage = CreateStorage(new PostgreSqlStorageOptions());
        Client = new BackgroundJobClient(Storage);
    }

    [TearDown]
    public async Task DropStorageAsync()
    {
        Storage.Database.Dispose();
        await database.DisposeAsync();
    }

    protected PostgreSqlStorage CreateStorage(PostgreSqlStorageOptions options) =>
        new(new NpgsqlConnectionFactory(database.ConnectionString + ";Maximum Pool Size=20", options), options);

    protected BackgroundJobServer StartServer(int workers = 1, PostgreSqlStorage? storage = null, Action<BackgroundJobServerOptions>? configure = null)
    {
        var options = new BackgroundJobServerOptions { WorkerCount = workers, Queues = ["critical", "default"], ServerName = "node1" };
        configure?.Invoke(options);
        return new BackgroundJobServer(options, storage ?? Storage);
    }

    protected T? Scalar<T>(string sql, params object[] values)
    {
        using var connection = new NpgsqlConnection(database.ConnectionString);
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command.ExecuteScalar() is T result ? result : default;
    }

    protected void Execute(string sql, params object[] values) => Scalar<object>(sql, values);

    /// <summary>A table's rows as JSON, in the order of their ids.</summary>
    protected List<Dictionary<string, object?>> Rows(string table)
    {
        using var connection = new NpgsqlConnection(database.ConnectionString);
        connection.Open();
        using var command = new NpgsqlCommand($"select * from hangfire.{table} order by 1", connection);
        using var reader = command.ExecuteReader();
        var rows = new List<Dictionary<string, object?>>();
        while (reader.Read())
            rows.Add(Enumerable.Range(0, reader.FieldCount).ToDictionary(reader.GetName, index => reader.IsDBNull(index) ? null : reader.GetValue(index)));
        return rows;
    }

    protected string? StateOf(string jobId) => Scalar<string>("select statename from hangfire.job where id = $1", long.Parse(jobId));

    /// <summary>Waits until a condition on the database holds.</summary>
    protected static Task UntilAsync(Func<bool> condition, string what) =>
        Eventually.IsTrueAsync(() => Task.FromResult(condition()), what);

    protected Task UntilStateAsync(string jobId, string state) => UntilAsync(() => StateOf(jobId) == state, $"job {jobId} got to {state}");
}
