using Hangfire;
using Hangfire.States;
using Orchestrator.Tests.Hangfire.Support;

namespace Orchestrator.Tests.Hangfire.Interoperability;

/// <summary>A database that the official supplier has left is taken over: its jobs are shown, performed, retried, deleted.</summary>
[TestFixture]
internal sealed class TakeoverTests : HangfireFixture
{
    [Test]
    public async Task EnqueuedJobsArePerformed()
    {
        Leave("Enqueue<Steps>");
        Storage.GetMonitoringApi().EnqueuedJobs("default", 0, 1).Single().Value.Job!.Args.Should().Equal("0195", 3, CancellationToken.None);
        using var server = StartServer();
        await UntilStateAsync("1", "Succeeded");
    }

    [Test]
    public async Task AContextIsFilledIn()
    {
        Leave("Create into queue critical");
        using var server = StartServer();
        await UntilStateAsync("1", "Succeeded");
        (await TestJobs.For("a\"b").Context.Task.WaitAsync(Patience)).BackgroundJob.Id.Should().Be("1");
    }

    [Test]
    public async Task ScheduledJobsAreShownBroughtForwardAndPerformed()
    {
        Leave("Schedule in one hour");
        Storage.GetMonitoringApi().ScheduledJobs(0, 1).Single().Value.EnqueueAt.Should().Be(new DateTime(2026, 11, 21, 3, 10, 23, DateTimeKind.Utc).AddTicks(7424148));
        using var server = StartServer();
        Execute("update hangfire.set set score = 1");
        Client.Reschedule("1", TimeSpan.Zero).Should().BeTrue();
        await UntilStateAsync("1", "Succeeded");
        Rows("set").Should().BeEmpty();
    }

    [Test]
    public async Task ContinuationsStart()
    {
        Leave("ContinueJobWith on an enqueued parent");
        Storage.GetMonitoringApi().GetStatistics().Awaiting.Should().Be(1);
        using var server = StartServer();
        await UntilStateAsync("2", "Succeeded");
        Rows("set").Should().BeEmpty();
    }

    [Test]
    public async Task DeletedJobsStayDeletedAndMayBeRequeued()
    {
        Leave("Delete of an enqueued job");
        Storage.GetMonitoringApi().DeletedJobs(0, 1).Single().Value.DeletedAt.Should().NotBeNull();
        using var server = StartServer();
        await UntilAsync(() => Rows("jobqueue").Count == 0, "the place that was left in the queue went");
        StateOf("1").Should().Be("Deleted");
        Client.Requeue("1").Should().BeTrue();
        await UntilStateAsync("1", "Succeeded");
        Storage.GetMonitoringApi().GetStatistics().Deleted.Should().Be(0);
    }

    [Test]
    public async Task RecurringJobsAreShownAndTriggered()
    {
        Leave("RecurringJobManager.AddOrUpdate");
        using (var connection = Storage.GetConnection())
        {
            var shown = global::Hangfire.Storage.StorageConnectionExtensions.GetRecurringJobs(connection).Single();
            (shown.Id, shown.Cron, shown.TimeZoneId, shown.Queue, shown.NextExecution).Should()
                .Be(("daily", "0 7 * * *", "America/New_York", "default", new DateTime(2026, 11, 21, 12, 0, 0, DateTimeKind.Utc)));
        }

        var id = new RecurringJobManager(Storage).TriggerJob("daily")!;
        using var server = StartServer();
        await UntilStateAsync(id, "Succeeded");
    }

    [Test]
    public void SucceededJobsAreShown()
    {
        Leave("A job that succeeds with a result");
        var monitor = Storage.GetMonitoringApi();
        var shown = monitor.SucceededJobs(0, 1).Single().Value;
        (shown.Result, shown.TotalDuration, shown.Job!.Method.Name).Should().Be(("5", 205L, "Add"));
        monitor.GetStatistics().Succeeded.Should().Be(1);
        monitor.JobDetails("1")!.History!.Select(static each => each.StateName).Should().Equal("Succeeded", "Processing", "Enqueued");
    }

    [Test]
    public async Task RetriesGoOnToTheEnd()
    {
        Leave("A job that fails: AutomaticRetry");
        Storage.GetMonitoringApi().GetStatistics().Retries.Should().Be(1);
        Execute("update hangfire.jobparameter set value = '9' where name = 'RetryCount'");
        using var server = StartServer();
        await UntilAsync(() => Rows("jobparameter").Any(static row => Equals(row["name"], "RetryCount") && Equals(row["value"], "10")), "it was tried again");
        await UntilStateAsync("1", "Scheduled");
        Rows("state")[^1]["reason"].Should().Be("Retry attempt 10 of 10: boom");
    }

    [Test]
    public void FailedJobsAreShownRequeuedAndDeleted()
    {
        Leave("A job that fails with no retries left");
        var monitor = Storage.GetMonitoringApi();
        var shown = monitor.FailedJobs(0, 1).Single().Value;
        (shown.ExceptionType, shown.ExceptionMessage, shown.Reason).Should()
            .Be(("System.InvalidOperationException", "boom once", "An exception occurred during performance of the job."));
        monitor.HourlyFailedJobs().Should().HaveCount(24);
        Client.Requeue("1", FailedState.StateName).Should().BeTrue();
        Client.Delete("1").Should().BeTrue();
        StateOf("1").Should().Be("Deleted");
    }

    [Test]
    public async Task AJobThatItsServerLeftInTheMiddleIsPerformedAgain()
    {
        Leave("DisableConcurrentExecution while processing");
        Execute("update hangfire.jobqueue set fetchedat = now() - interval '31 minutes'");
        Execute("update hangfire.server set lastheartbeat = now() - interval '6 minutes'");
        Execute("update hangfire.lock set acquired = now() - interval '11 minutes'");
        Storage.GetMonitoringApi().ProcessingJobs(0, 1).Single().Value.ServerId.Should().StartWith("node1:4043:");
        using var server = StartServer();
        await UntilStateAsync("1", "Succeeded");
        await UntilAsync(() => Rows("lock").Count == 0, "the lock that was left went");
        Rows("server").Should().ContainSingle("the server that is gone is forgotten");
    }

    [TestCaseSource(typeof(OfficialRows), nameof(OfficialRows.Names))]
    public void EveryJobIsShownInFull(string operation)
    {
        Leave(operation);
        var monitor = Storage.GetMonitoringApi();
        foreach (var row in Rows("job"))
        {
            var details = monitor.JobDetails(row["id"]!.ToString()!)!;
            details.LoadException.Should().BeNull();
            details.Job!.Type.Should().Be<Steps>();
            details.History!.First().StateName.Should().Be((string)row["statename"]!);
            details.Properties.Should().ContainKey("CurrentCulture");
        }

        monitor.Servers().Should().HaveCount(Rows("server").Count);
        monitor.Queues().Sum(static queue => queue.Length + queue.Fetched).Should().Be(Rows("jobqueue").Count);
    }

    private void Leave(string operation)
    {
        foreach (var (table, row) in OfficialRows.Of(operation))
            Execute($"insert into hangfire.{table} select * from json_populate_record(null::hangfire.{table}, $1::json)", row);
        foreach (var table in new[] { "job", "state", "jobparameter", "jobqueue", "set", "hash", "counter" })
            Execute($"select setval('hangfire.{table}_id_seq', 100)");
    }
}
