using Hangfire;
using Orchestrator.Tests.Hangfire.Support;

namespace Orchestrator.Tests.Hangfire.Server;

/// <summary>Jobs that exclude one another, and jobs that have waited too long.</summary>
[TestFixture]
internal sealed class ConcurrencyFilterTests : HangfireFixture
{
    private readonly string key = Guid.NewGuid().ToString();

    [Test]
    public async Task OneAtATimeRuns()
    {
        using var server = StartServer(workers: 3);
        string[] ids = [.. Enumerable.Range(0, 6).Select(_ => Client.Enqueue<Jobs>(jobs => jobs.Exclusive(key))!)];
        foreach (var id in ids) await UntilStateAsync(id, "Succeeded");
        Jobs.Most.Should().Be(1);
    }

    [Test]
    public async Task AJobWhoseResourceIsTakenFails()
    {
        using var connection = Storage.GetConnection();
        using var held = connection.AcquireDistributedLock($"own:{key}", TimeSpan.Zero);
        using var server = StartServer();
        var id = Client.Enqueue<Jobs>(jobs => jobs.Named(key))!;
        var free = Client.Enqueue<Jobs>(jobs => jobs.Named("other"))!;
        await UntilStateAsync(id, "Failed");
        await UntilStateAsync(free, "Succeeded");
        Scalar<string>("select data ->> 'ExceptionType' from hangfire.state where name = 'Failed'").Should().EndWith("DistributedLockException");
    }

    [Test]
    public async Task AJobThatHasWaitedTooLongIsDeleted()
    {
        var late = Client.Enqueue<Jobs>(jobs => jobs.Impatient(key))!;
        Execute("update hangfire.job set createdat = now() - interval '2 hours'");
        var early = Client.Enqueue<Jobs>(jobs => jobs.Impatient("early"))!;
        using var server = StartServer();
        await UntilStateAsync(early, "Succeeded");
        await UntilStateAsync(late, "Deleted");
        TestJobs.For(key).Entered.Should().Be(0);
    }

    public sealed class Jobs
    {
        private static int running;

        public static int Most { get; private set; }

        [DisableConcurrentExecution(25)]
        public async Task Exclusive(string key)
        {
            var now = Interlocked.Increment(ref running);
            Most = Math.Max(Most, now);
            for (var i = 0; i < 20; i++) await Task.Yield();
            Interlocked.Decrement(ref running);
        }

        [DisableConcurrentExecution("own:{0}", 0), AutomaticRetry(Attempts = 0)]
        public void Named(string key) => TestJobs.For(key).Enter();

        [LatencyTimeout(3600)]
        public void Impatient(string key) => TestJobs.For(key).Enter();
    }
}
