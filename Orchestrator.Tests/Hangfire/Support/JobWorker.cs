using Hangfire;
using Hangfire.Common;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using Npgsql;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Hangfire.Support;

/// <summary>A server in a process of its own, which a test can pause and kill. Its invisibility timeout is short.</summary>
internal static class JobWorker
{
    public static readonly TimeSpan InvisibilityTimeout = TimeSpan.FromSeconds(2);

    /// <summary>The database that <see cref="RemoteJobs"/> write to in this process.</summary>
    public static string ConnectionString { get; set; } = "";

    public static async Task RunAsync(string connectionString, TimeSpan clockOffset)
    {
        ConnectionString = connectionString;
        LocalClock.Provider = new ShiftedTime(clockOffset);
        var options = new PostgreSqlStorageOptions { InvisibilityTimeout = InvisibilityTimeout };
        var storage = new PostgreSqlStorage(new NpgsqlConnectionFactory(connectionString, options), options);
        using var server = new BackgroundJobServer(
            new BackgroundJobServerOptions { WorkerCount = 2, ServerName = "child", HeartbeatInterval = TimeSpan.FromMilliseconds(200) }, storage);
        Console.WriteLine(ChildProgram.Ready);
        await Console.In.ReadLineAsync();
    }

    private sealed class ShiftedTime(TimeSpan offset) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + offset;
    }
}

/// <summary>Jobs that say in a table where they are performed, and wait there to be let go.</summary>
public sealed class RemoteJobs
{
    /// <summary>Makes the tables.</summary>
    public const string Schema = "create table public.performed (key text, process int); create table public.gate (key text)";

    public async Task Hold(string key)
    {
        await using var source = NpgsqlDataSource.Create(JobWorker.ConnectionString + ";Pooling=false");
        await ExecuteAsync(source, "insert into public.performed (key, process) values ($1, $2)", key, Environment.ProcessId);
        while (await ExecuteAsync(source, "select 1 from public.gate where key = $1", key) is null) await Task.Delay(20);
    }

    [DisableConcurrentExecution("exclusive", 20)]
    public Task Exclusive(string key) => Hold(key);

    [AutomaticRetry(DelaysInSeconds = [1])]
    public async Task FailFirst(string key)
    {
        await using var source = NpgsqlDataSource.Create(JobWorker.ConnectionString + ";Pooling=false");
        await ExecuteAsync(source, "insert into public.performed (key, process) values ($1, $2)", key, Environment.ProcessId);
        if (await ExecuteAsync(source, "select count(*) from public.performed where key = $1", key) is 1L) throw new InvalidOperationException("the first time");
    }

    [LatencyTimeout(600)]
    public void Impatient(string key)
    {
        // That it is performed at all is what the test looks at.
    }

    private static async Task<object?> ExecuteAsync(NpgsqlDataSource source, string sql, params object[] values)
    {
        await using var command = source.CreateCommand(sql);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return await command.ExecuteScalarAsync();
    }
}
