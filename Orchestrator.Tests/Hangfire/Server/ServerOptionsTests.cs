using Hangfire;
using Orchestrator.Tests.Hangfire.Support;

namespace Orchestrator.Tests.Hangfire.Server;

/// <summary>Each setting of a server has its effect. Those without one say so where they are declared.</summary>
[TestFixture]
internal sealed class ServerOptionsTests : HangfireFixture
{
    private readonly string key = Guid.NewGuid().ToString();

    [Test]
    public async Task ALightweightServerPerformsJobsAndNothingElse()
    {
        Client.Schedule<TestJobs>(jobs => jobs.Touch(key), DateTimeOffset.UtcNow.AddSeconds(-1));
        Execute("insert into hangfire.job (id, statename, invocationdata, arguments, createdat, expireat) values (77, 'Succeeded', '{}', '[]', now(), now() - interval '1 s')");
        using (StartServer(configure: static options =>
        {
            options.IsLightweightServer = true;
            options.SchedulePollingInterval = TimeSpan.FromMilliseconds(10);
        }))
        {
            for (var i = 0; i < 10; i++) await UntilStateAsync(Client.Enqueue<TestJobs>(jobs => jobs.Add(1, 1))!, "Succeeded");
            TestJobs.For(key).Entered.Should().Be(0);
            StateOf("77").Should().Be("Succeeded");
        }

        using var whole = StartServer();
        await UntilAsync(() => TestJobs.For(key).Entered == 1 && StateOf("77") is null, "what was due was done");
    }

    [Test]
    public async Task ServersWithoutAHeartbeatAreForgotten()
    {
        Execute("insert into hangfire.server (id, data, lastheartbeat) values ('old', '{}', now() - interval '2 minutes')");
        using var server = StartServer(configure: static options =>
        {
            options.ServerTimeout = TimeSpan.FromMinutes(1);
            options.ServerCheckInterval = TimeSpan.FromMilliseconds(20);
            options.HeartbeatInterval = TimeSpan.FromMilliseconds(20);
        });
        await UntilAsync(() => Rows("server").All(static row => !Equals(row["id"], "old")) && Rows("server").Count == 1, "it went");
        var before = Scalar<DateTime>("select lastheartbeat from hangfire.server");
        await UntilAsync(() => Scalar<DateTime>("select lastheartbeat from hangfire.server") > before, "the other's heart beat");
    }

    [Test]
    public async Task AStopWaitsBeforeItTellsJobsToEnd()
    {
        var id = Client.Enqueue<TestJobs>(jobs => jobs.Hold(key, CancellationToken.None))!;
        using var server = StartServer(configure: static options => options.StopTimeout = TimeSpan.FromSeconds(20));
        await TestJobs.For(key).Started.Task.WaitAsync(Patience);
        server.SendStop();
        TestJobs.For(key).Gate.SetResult();
        await server.WaitForShutdownAsync(CancellationToken.None).WaitAsync(Patience);
        StateOf(id).Should().Be("Succeeded");
    }

    [Test]
    public async Task PollingGoesOnWithoutAConnectionThatListens()
    {
        var storage = CreateStorage(new global::Hangfire.PostgreSql.PostgreSqlStorageOptions { QueuePollInterval = TimeSpan.FromMilliseconds(50) });
        using (StartServer(storage: storage))
        {
            await UntilStateAsync(Client.Enqueue<TestJobs>(jobs => jobs.Add(1, 1))!, "Succeeded");
            for (var i = 0; i < 5; i++)
            {
                Execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'listen%'");
                var id = Client.Schedule<TestJobs>(jobs => jobs.Add(1, 1), TimeSpan.FromHours(1))!;
                Execute("update hangfire.job set statename = 'Enqueued' where id = $1", long.Parse(id));
                Execute("insert into hangfire.jobqueue (jobid, queue) values ($1, 'default')", long.Parse(id));
                await UntilStateAsync(id, "Succeeded");
            }
        }

        storage.Database.Dispose();
    }

    [Test]
    public void WrongSettingsAreRefused()
    {
        var options = new BackgroundJobServerOptions();
        foreach (var set in new Action[]
        {
            () => options.WorkerCount = 0, () => options.Queues = [], () => options.Queues = ["No Queue"], () => options.SchedulePollingInterval = TimeSpan.Zero,
            () => options.HeartbeatInterval = TimeSpan.FromSeconds(-1), () => options.ServerCheckInterval = TimeSpan.Zero, () => options.CancellationCheckInterval = TimeSpan.Zero,
        }) set.Should().Throw<ArgumentException>();
    }
}
