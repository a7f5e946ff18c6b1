using System.Diagnostics;
using Hangfire;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orchestrator.Jobs.Storage.Embedded;
using Orchestrator.Tests.Hangfire.Support;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Hangfire.Faults;

/// <summary>A database of its own that is killed and started again, on the same port, while jobs are made and performed.</summary>
[TestFixture]
[Platform(Include = "Linux,MacOsX")]
internal sealed class DatabaseRestartTests
{
    private const int Callers = 4, Each = 60, Retries = 60;

    [Test]
    public async Task EveryJobThatWasMadeIsPerformedAndNoneIsMadeTwice()
    {
        using var folder = TestFolder.CreateForData();
        await using var postgres = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { DataFolder = folder.Postgres }, NullLogger.Instance, CancellationToken.None);
        var options = new PostgreSqlStorageOptions { QueuePollInterval = TimeSpan.FromSeconds(1) };
        var storage = new PostgreSqlStorage(new NpgsqlConnectionFactory(postgres.ConnectionString + ";Maximum Pool Size=20", options), options);
        string[] keys = [.. Enumerable.Range(0, Callers * Each).Select(static _ => Guid.NewGuid().ToString())];
        using (new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 4 }, storage))
        {
            var made = 0;
            var callers = Enumerable.Range(0, Callers).Select(caller => Task.Factory.StartNew(
                () =>
                {
                    var client = new BackgroundJobClient(storage) { RetryAttempts = Retries };
                    for (var i = 0; i < Each; i++)
                    {
                        var key = keys[caller * Each + i];
                        client.Enqueue<TestJobs>(jobs => jobs.Touch(key)).Should().NotBeNull();
                        if (Interlocked.Increment(ref made) == Callers * Each / 3) Kill(postgres);
                    }
                },
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();

            // The folder's watcher in this process starts it again.
            await Task.WhenAll(callers).WaitAsync(TimeSpan.FromMinutes(2));
            await Eventually.IsTrueAsync(() => Task.FromResult(Count(postgres, "Succeeded") == keys.Length), "all jobs succeeded");
        }

        keys.Select(static key => TestJobs.For(key).Entered).Should().OnlyContain(static times => times >= 1);
        Scalar(postgres, "select count(*) from hangfire.job").Should().Be(keys.Length);
        Scalar(postgres, "select count(*) from hangfire.jobqueue").Should().Be(0);
        Scalar(postgres, "select coalesce(sum(value), 0)::bigint from (select key, value from hangfire.counter union all select key, value from hangfire.aggregatedcounter) c where key = 'stats:succeeded'")
            .Should().Be(keys.Length);
        storage.Database.Dispose();
    }

    private static void Kill(EmbeddedPostgres postgres)
    {
        using var server = Process.GetProcessById(PostmasterFile.Read(postgres.DataFolder)!.ProcessId);
        server.Kill();
    }

    private static long Count(EmbeddedPostgres postgres, string state) => Scalar(postgres, $"select count(*) from hangfire.job where statename = '{state}'");

    private static long Scalar(EmbeddedPostgres postgres, string sql)
    {
        using var connection = new NpgsqlConnection(postgres.ConnectionString + ";Pooling=false");
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        return (long)command.ExecuteScalar()!;
    }
}
