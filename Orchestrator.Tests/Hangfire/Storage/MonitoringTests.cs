using Hangfire;
using Orchestrator.Tests.Hangfire.Support;

namespace Orchestrator.Tests.Hangfire.Storage;

/// <summary>Every member of the monitoring API, on jobs in every state.</summary>
[TestFixture]
internal sealed class MonitoringTests : HangfireFixture
{
    private readonly string key = Guid.NewGuid().ToString();

    [Test]
    public async Task EveryStateIsCountedAndListed()
    {
        var scheduled = Client.Schedule<TestJobs>(jobs => jobs.Add(1, 1), TimeSpan.FromHours(1))!;
        var failed = Client.Enqueue<TestJobs>(jobs => jobs.BoomOnce())!;
        var succeeded = Client.Enqueue<TestJobs>(jobs => jobs.Add(2, 3))!;
        var deleted = Client.Enqueue<TestJobs>(jobs => jobs.BoomDelete())!;
        using var server = StartServer();
        await UntilStateAsync(failed, "Failed");
        await UntilStateAsync(succeeded, "Succeeded");
        await UntilStateAsync(deleted, "Deleted");
        var running = Client.Enqueue<TestJobs>(jobs => jobs.HoldOn(key))!;
        await TestJobs.For(key).Started.Task.WaitAsync(Patience);
        var waiting = Client.Enqueue<TestJobs>(jobs => jobs.Touch("x"))!;
        var awaiting = Client.ContinueJobWith<TestJobs>(waiting, jobs => jobs.Touch("y"))!;

        var monitor = Storage.GetMonitoringApi();
        monitor.ScheduledJobs(0, 9).Single().Key.Should().Be(scheduled);
        monitor.FailedJobs(0, 9).Single().Value.ExceptionMessage.Should().Be("boom once");
        (monitor.SucceededJobs(0, 9).Single().Key, monitor.SucceededJobs(0, 9).Single().Value.Result).Should().Be((succeeded, "5"));
        monitor.DeletedJobs(0, 9).Single().Key.Should().Be(deleted);
        monitor.ProcessingJobs(0, 9).Single().Value.ServerId.Should().StartWith("node1:");
        monitor.EnqueuedJobs("default", 0, 9).Single().Key.Should().Be(waiting);
        monitor.FetchedJobs("default", 0, 9).Single().Key.Should().Be(running);
        monitor.JobDetails(awaiting)!.History!.Single().StateName.Should().Be("Awaiting");
        monitor.JobDetails("4711").Should().BeNull();
        new[]
        {
            monitor.ScheduledCount(), monitor.FailedCount(), monitor.SucceededListCount(), monitor.DeletedListCount(),
            monitor.ProcessingCount(), monitor.EnqueuedCount("default"), monitor.FetchedCount("default"),
        }.Should().AllBeEquivalentTo(1L);
        monitor.EnqueuedCount("none").Should().Be(0);
        monitor.GetStatistics().Should().BeEquivalentTo(new
        {
            Scheduled = 1,
            Failed = 1,
            Succeeded = 1,
            Deleted = 1,
            Processing = 1,
            Enqueued = 1,
            Awaiting = 1,
            Servers = 1,
            Queues = 1,
            Recurring = 0,
            Retries = 0,
        });
        var server1 = monitor.Servers().Single();
        (server1.WorkersCount, server1.Queues).Should().BeEquivalentTo((1, new[] { "critical", "default" }));
        monitor.Queues().Single().Should().BeEquivalentTo(new { Name = "default", Length = 1, Fetched = 1 });
        foreach (var history in new[] { monitor.SucceededByDatesCount(), monitor.FailedByDatesCount(), monitor.HourlySucceededJobs(), monitor.HourlyFailedJobs() })
            history.Values.Sum().Should().Be(1);
        TestJobs.For(key).Gate.SetResult();
    }

    [Test]
    public void ListsComeInPagesTheNewestFirst()
    {
        string[] ids = [.. Enumerable.Range(0, 5).Select(_ => Client.Schedule<TestJobs>(jobs => jobs.Add(1, 1), TimeSpan.FromHours(1))!)];
        foreach (var id in ids) Client.Delete(id);
        var monitor = Storage.GetMonitoringApi();
        monitor.DeletedJobs(0, 2).Select(static each => each.Key).Should().Equal(ids[4], ids[3]);
        monitor.DeletedJobs(4, 2).Select(static each => each.Key).Should().Equal(ids[0]);
        monitor.DeletedJobs(5, 2).Should().BeEmpty();
    }
}
