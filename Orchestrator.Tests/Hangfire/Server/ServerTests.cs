using System.Collections.Concurrent;
using Hangfire;
using Hangfire.PostgreSql;
using Hangfire.Server;
using Orchestrator.Tests.Hangfire.Support;

namespace Orchestrator.Tests.Hangfire.Server;

/// <summary>Jobs on servers that behave.</summary>
[TestFixture]
internal sealed class ServerTests : HangfireFixture
{
    private readonly string key = Guid.NewGuid().ToString();

    private TestJobs.Probe Probe => TestJobs.For(key);

    [Test]
    public async Task TwoServersPerformEachJobOnce()
    {
        const int Count = 400;
        using var first = StartServer(workers: 10);
        var other = CreateStorage(new PostgreSqlStorageOptions());
        using (StartServer(workers: 10, storage: other))
        {
            string[] keys = [.. Enumerable.Range(0, Count).Select(_ => Guid.NewGuid().ToString())];
            Parallel.ForEach(keys, each => Client.Enqueue<TestJobs>(jobs => jobs.Touch(each)));
            await UntilAsync(() => Scalar<long>("select count(*) from hangfire.job where statename = 'Succeeded'") == Count, "all jobs succeeded");
            keys.Select(each => TestJobs.For(each).Entered).Should().AllBeEquivalentTo(1);
        }

        other.Database.Dispose();
        Scalar<long>("select sum(value)::bigint from (select * from hangfire.counter union all select * from hangfire.aggregatedcounter) as c where key = 'stats:succeeded'").Should().Be(Count);
        Rows("jobqueue").Should().BeEmpty();
    }

    [Test]
    public async Task QueuesAreServedInTheirOrder()
    {
        string[] keys = [.. Enumerable.Range(0, 4).Select(_ => Guid.NewGuid().ToString())];
        Client.Enqueue<TestJobs>(jobs => jobs.Touch(keys[0]));
        Client.Enqueue<TestJobs>(jobs => jobs.Touch(keys[1]));
        Client.Enqueue<TestJobs>(jobs => jobs.Urgent(keys[2]));
        Client.Enqueue<TestJobs>("critical", jobs => jobs.Touch(keys[3]));
        using var server = StartServer(workers: 1);
        await UntilAsync(() => Scalar<long>("select count(*) from hangfire.job where statename = 'Succeeded'") == 4, "all jobs succeeded");
        Rows("state").Where(static row => Equals(row["name"], "Processing")).Select(static row => row["jobid"]).Should().Equal(3L, 4L, 1L, 2L);
    }

    [Test]
    public async Task AJobBehindDeletedOnesDoesNotWaitForAPoll()
    {
        for (var i = 0; i < 5; i++) Client.Delete(Client.Enqueue<TestJobs>(jobs => jobs.Touch("deleted"))!);
        var id = Client.Enqueue<TestJobs>(jobs => jobs.Touch(key))!;
        var patient = CreateStorage(new PostgreSqlStorageOptions { QueuePollInterval = TimeSpan.FromHours(1) });
        using (StartServer(storage: patient)) await UntilStateAsync(id, "Succeeded");
        patient.Database.Dispose();
    }

    [Test]
    public async Task AFailedJobIsRetriedUntilItSucceeds()
    {
        var id = Client.Enqueue<TestJobs>(jobs => jobs.FailUntil(key, 3))!;
        using var server = StartServer();
        await UntilStateAsync(id, "Succeeded");
        Probe.Entered.Should().Be(3);
        Rows("jobparameter").Should().Contain(static row => Equals(row["name"], "RetryCount") && Equals(row["value"], "2"));
    }

    [Test]
    public async Task AJobMayBeDeletedWhenItsRetriesAreUsedUp()
    {
        var id = Client.Enqueue<TestJobs>(jobs => jobs.BoomDelete())!;
        using var server = StartServer();
        await UntilStateAsync(id, "Deleted");
        Rows("state").Select(static row => row["name"]).Should().Equal("Enqueued", "Processing", "Failed", "Deleted");
    }

    [Test]
    public async Task AnExceptionThatCanNotBeStoredIsStoredAsFarAsItCan()
    {
        var id = Client.Enqueue<TestJobs>(jobs => jobs.BoomUnprintably())!;
        using var server = StartServer();
        await UntilStateAsync(id, "Failed");
        Storage.GetMonitoringApi().FailedJobs(0, 1).Single().Value.ExceptionMessage.Should().Be("a\uFFFDb\uFFFDc\ud83d\ude00");
    }

    [Test]
    public async Task AScheduledJobIsPerformedWhenItIsDueAndNotEarlier()
    {
        using var server = StartServer();
        var due = DateTimeOffset.UtcNow.AddSeconds(1.2);
        var id = Client.Schedule<TestJobs>(jobs => jobs.Touch(key), due)!;
        await UntilStateAsync(id, "Succeeded");
        var started = Scalar<DateTime>("select createdat from hangfire.state where jobid = $1 and name = 'Enqueued'", long.Parse(id));
        started.Should().BeOnOrAfter(due.UtcDateTime).And.BeBefore(due.UtcDateTime.AddSeconds(10));
        Rows("set").Should().BeEmpty();
    }

    [Test]
    public async Task AScheduledJobCanBeBroughtForward()
    {
        using var server = StartServer();
        var id = Client.Schedule<TestJobs>(jobs => jobs.Urgent(key), TimeSpan.FromHours(1))!;
        Client.Reschedule(id, TimeSpan.Zero).Should().BeTrue();
        await UntilStateAsync(id, "Succeeded");
        Rows("state").Select(static row => row["name"]).Should().Equal("Scheduled", "Scheduled", "Enqueued", "Processing", "Succeeded");
        Newtonsoft.Json.Linq.JObject.Parse((string)Rows("state")[2]["data"]!)["Queue"]!.ToString().Should().Be("critical");
        Rows("set").Should().BeEmpty();
    }

    [Test]
    public async Task RowsOfTheOfficialSupplierArePerformed()
    {
        const string Core = "System.Private.CoreLib, Version=8.0.0.0, Culture=neutral, PublicKeyToken=7cec85d7bea7798e";
        Execute(
            """
            insert into hangfire.job (id, stateid, statename, invocationdata, arguments, createdat) values (1001, 1001, 'Enqueued', $1::jsonb, $2::jsonb, now());
            """.Trim(),
            $$"""
            {"Type": "Orchestrator.Tests.Hangfire.Support.TestJobs, Orchestrator.Tests", "Method": "Note", "Arguments": "[\"\\\"{{key}}\\\"\",null]",
             "ParameterTypes": "[\"System.String, {{Core}}\",\"Hangfire.Server.PerformContext, Hangfire.Core, Version=1.8.24.0, Culture=neutral, PublicKeyToken=null\"]"}
            """,
            $$"""["\"{{key}}\"", null]""");
        Execute("insert into hangfire.state (id, jobid, name, createdat, data) values (1001, 1001, 'Enqueued', now(), '{\"Queue\": \"default\", \"EnqueuedAt\": \"2026-11-21T02:10:23.4720336Z\"}')");
        Execute("insert into hangfire.jobparameter (jobid, name, value) values (1001, 'CurrentCulture', '\"\"'), (1001, 'Own', '7')");
        Execute("insert into hangfire.jobqueue (jobid, queue) values (1001, 'default')");

        using var server = StartServer();
        var context = await Probe.Context.Task.WaitAsync(Patience);
        context.BackgroundJob.Id.Should().Be("1001");
        context.GetJobParameter<int>("Own").Should().Be(7);
        await UntilStateAsync("1001", "Succeeded");
    }

    [Test]
    public async Task AJobThatNobodyKnowsFails()
    {
        Execute("insert into hangfire.job (id, statename, invocationdata, arguments, createdat) values (7, 'Enqueued', '{\"Type\": \"Gone, Gone\", \"Method\": \"Run\", \"ParameterTypes\": \"[]\"}', '[]', now())");
        Execute("insert into hangfire.jobqueue (jobid, queue) values (7, 'default')");
        using var server = StartServer();
        await UntilStateAsync("7", "Failed");
        Rows("jobqueue").Should().BeEmpty();
    }

    [Test]
    public async Task AJobEnqueuedByAnotherProcessIsHeardOf()
    {
        using var server = StartServer();
        var other = CreateStorage(new PostgreSqlStorageOptions());
        var id = new BackgroundJobClient(other).Enqueue<TestJobs>(jobs => jobs.Touch(key))!;
        await UntilStateAsync(id, "Succeeded");
        other.Database.Dispose();
    }

    [Test]
    public async Task ManyBlockingJobsDoNotStopTheServer()
    {
        using var server = StartServer(workers: 8);
        string[] ids = [.. Enumerable.Range(0, 8).Select(_ => Client.Enqueue<TestJobs>(jobs => jobs.HoldOn(key))!)];
        await UntilAsync(() => Probe.Entered == 8, "all workers were busy");
        Probe.Gate.SetResult();
        foreach (var id in ids) await UntilStateAsync(id, "Succeeded");
    }

    [Test]
    public async Task AdditionalProcessesRunUntilTheServerStops()
    {
        var process = new CountingProcess();
        using (new BackgroundJobServer(new BackgroundJobServerOptions(), Storage, [process]))
            await process.Twice.Task.WaitAsync(Patience);
        process.HasEnded.Should().BeTrue();
    }

    [Test]
    public async Task ManyCallersStoreTheirJobsTogether()
    {
        var ids = new ConcurrentBag<string?>();
        await Parallel.ForEachAsync(Enumerable.Range(0, 200), async (each, _) =>
        {
            await Task.Yield();
            ids.Add(Client.Enqueue<TestJobs>(jobs => jobs.Add(each, each)));
        });
        ids.Should().OnlyHaveUniqueItems().And.HaveCount(200);
        Rows("job").Should().HaveCount(200).And.OnlyContain(static row => Equals(row["statename"], "Enqueued"));
        Rows("jobparameter").Should().HaveCount(400);
    }

    [Test]
    public void ATextThatTheDatabaseRefusesIsOneCallersFault()
    {
        var bad = () => Client.Enqueue<TestJobs>(jobs => jobs.AddLater("a\ud800", ""));
        var stored = 0;
        Parallel.For(0, 40, each =>
        {
            if (each % 10 == 0) bad.Should().Throw<BackgroundJobClientException>();
            else if (Client.Enqueue<TestJobs>(jobs => jobs.Add(each, 1)) is not null) Interlocked.Increment(ref stored);
        });
        stored.Should().Be(36);
        Rows("job").Should().HaveCount(36);
    }

    private sealed class CountingProcess : IBackgroundProcess
    {
        private int count;

        public TaskCompletionSource Twice { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool HasEnded { get; private set; }

        public void Execute(BackgroundProcessContext context)
        {
            if (++count == 2) Twice.SetResult();
            if (count < 2) return;
            try
            {
                context.Wait(Timeout.InfiniteTimeSpan);
            }
            finally
            {
                HasEnded = true;
            }
        }
    }
}
