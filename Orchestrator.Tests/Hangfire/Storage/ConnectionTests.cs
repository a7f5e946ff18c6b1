using Hangfire;
using Hangfire.PostgreSql;
using Hangfire.Server;
using Hangfire.Storage;
using Npgsql;
using Orchestrator.Tests.Hangfire.Support;

namespace Orchestrator.Tests.Hangfire.Storage;

/// <summary>The storage's own API: locks, sets, hashes, lists, counters, servers, installation.</summary>
[TestFixture]
internal sealed class ConnectionTests : HangfireFixture
{
    [Test]
    public void ALockIsHeldByOneAtATimeAndGivenBack()
    {
        using var connection = Storage.GetConnection();
        using (connection.AcquireDistributedLock("a", TimeSpan.Zero))
        {
            connection.Invoking(each => each.AcquireDistributedLock("a", TimeSpan.Zero)).Should().Throw<DistributedLockTimeoutException>();
            connection.Invoking(each => each.AcquireDistributedLock("a", TimeSpan.FromMilliseconds(30)))
                .Should().Throw<PostgreSqlDistributedLockException>().Which.Resource.Should().Be("a");
            connection.AcquireDistributedLock("b", TimeSpan.Zero).Dispose();
        }

        connection.AcquireDistributedLock("a", TimeSpan.Zero).Dispose();
    }

    [Test]
    public async Task WhoeverWaitsForALockGetsItWhenItIsGivenBack()
    {
        using var connection = Storage.GetConnection();
        var held = connection.AcquireDistributedLock("a", TimeSpan.Zero);
        var waiting = Task.Factory.StartNew(() => Storage.GetConnection().AcquireDistributedLock("a", Patience), TaskCreationOptions.LongRunning);
        await UntilAsync(() => Scalar<long>("select count(*) from pg_locks where locktype = 'advisory' and not granted") > 0, "somebody waited");
        held.Dispose();
        (await waiting).Dispose();
    }

    [Test]
    public void SetsHashesListsAndCounters()
    {
        using var connection = (JobStorageConnection)Storage.GetConnection();
        using (var transaction = (JobStorageTransaction)connection.CreateWriteTransaction())
        {
            transaction.AddToSet("s", "b", 2);
            transaction.AddToSet("s", "a", 1);
            transaction.AddToSet("s", "a", 3);
            transaction.AddRangeToSet("s", ["c", "d"]);
            transaction.RemoveFromSet("s", "d");
            transaction.SetRangeInHash("h", [new("x", "1"), new("y", "2")]);
            foreach (var value in new[] { "1", "2", "3", "4" }) transaction.InsertToList("l", value);
            transaction.RemoveFromList("l", "4");
            transaction.TrimList("l", 0, 1);
            transaction.ExpireList("l", TimeSpan.FromHours(1));
            transaction.IncrementCounter("n");
            transaction.IncrementCounter("n", TimeSpan.FromHours(1));
            transaction.DecrementCounter("n");
            transaction.Commit();
        }

        connection.GetRangeFromSet("s", 0, 9).Should().Equal("c", "b", "a");
        connection.GetFirstByLowestScoreFromSet("s", 1, 5).Should().Be("b");
        connection.GetFirstByLowestScoreFromSet("s", 0, 5, 2).Should().Equal("c", "b");
        connection.GetSetCount("s").Should().Be(3);
        connection.GetSetCount(["s", "t"], 2).Should().Be(2);
        connection.GetSetContains("s", "a").Should().BeTrue();
        connection.GetSetTtl("s").Should().BeNegative();
        connection.GetAllEntriesFromHash("h").Should().Equal(new Dictionary<string, string> { ["x"] = "1", ["y"] = "2" });
        connection.GetAllEntriesFromHash("none").Should().BeNull();
        connection.GetValueFromHash("h", "y").Should().Be("2");
        connection.GetHashCount("h").Should().Be(2);
        connection.GetAllItemsFromList("l").Should().Equal("3", "2");
        connection.GetListTtl("l").Should().BeCloseTo(TimeSpan.FromHours(1), TimeSpan.FromMinutes(1));
        connection.GetCounter("n").Should().Be(1);
        connection.GetUtcDateTime().Should().BeCloseTo(DateTime.UtcNow, TimeSpan.FromMinutes(1));
    }

    [Test]
    public async Task CountersAreSummedUpAndExpiredRowsGo()
    {
        var housekeeping = new Housekeeping(Storage);
        Execute("insert into hangfire.counter (key, value, expireat) values ('n', 2, null), ('n', 3, null), ('old', 1, now() - interval '1 s')");
        Execute("insert into hangfire.aggregatedcounter (key, value) values ('n', 10)");
        var id = Client.Enqueue<TestJobs>(jobs => jobs.Touch("x"))!;
        Execute("update hangfire.job set expireat = now() - interval '1 s'");
        await housekeeping.AggregateCountersAsync(CancellationToken.None);
        await housekeeping.DeleteExpiredAsync(CancellationToken.None);
        Rows("counter").Should().BeEmpty();
        Rows("aggregatedcounter").Should().ContainSingle().Which["value"].Should().Be(15L);
        StateOf(id).Should().BeNull();
        Rows("state").Should().BeEmpty();
    }

    [Test]
    public void ServersAreAnnouncedAndForgotten()
    {
        using var connection = Storage.GetConnection();
        connection.AnnounceServer("one", new ServerContext { Queues = ["a"], WorkerCount = 3 });
        connection.Heartbeat("one");
        Storage.GetMonitoringApi().Servers().Should().ContainSingle().Which.WorkersCount.Should().Be(3);
        connection.RemoveTimedOutServers(TimeSpan.FromHours(1)).Should().Be(0);
        connection.RemoveServer("one");
        connection.Invoking(static each => each.Heartbeat("one")).Should().Throw<BackgroundServerGoneException>();
    }

    [Test]
    public void AFetchedJobIsGivenBackUnlessItIsRemoved()
    {
        using var connection = Storage.GetConnection();
        var id = Client.Enqueue<TestJobs>(jobs => jobs.Touch("x"));
        using (var fetched = connection.FetchNextJob(["default"], CancellationToken.None)) fetched.JobId.Should().Be(id);
        using (var fetched = connection.FetchNextJob(["default"], CancellationToken.None)) fetched.RemoveFromQueue();
        Rows("jobqueue").Should().BeEmpty();
    }

    [Test]
    public async Task TenProcessesInstallAtOnce()
    {
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Factory.StartNew(
            () =>
            {
                using var connection = new NpgsqlConnection(ConnectionString);
                PostgreSqlObjectsInstaller.Install(connection, "other schema");
            },
            TaskCreationOptions.LongRunning)));
        Scalar<int>("select version from \"other schema\".schema").Should().Be(23);
        CreateStorage(new PostgreSqlStorageOptions { SchemaName = "other schema" }).Database.Dispose();
    }

    [Test]
    public void AMonitorReadsWhatThereIs()
    {
        var id = Client.Enqueue<TestJobs>(jobs => jobs.Touch("x"))!;
        Client.Schedule<TestJobs>(jobs => jobs.Touch("y"), TimeSpan.FromHours(1));
        var monitor = Storage.GetMonitoringApi();
        monitor.Queues().Should().ContainSingle().Which.FirstJobs!.Single().Key.Should().Be(id);
        monitor.ScheduledJobs(0, 10).Single().Value.Job!.Method.Name.Should().Be("Touch");
        monitor.GetStatistics().Should().BeEquivalentTo(new { Enqueued = 1, Scheduled = 1, Queues = 1, Servers = 0, Succeeded = 0 });
        monitor.JobDetails(id)!.History!.Single().StateName.Should().Be("Enqueued");
        monitor.HourlySucceededJobs().Should().HaveCount(24);
        monitor.SucceededByDatesCount().Should().HaveCount(7);
        new[] { monitor.FailedJobs(0, 10).Count, monitor.SucceededJobs(0, 10).Count, monitor.DeletedJobs(0, 10).Count, monitor.ProcessingJobs(0, 10).Count, monitor.FetchedJobs("default", 0, 10).Count }
            .Should().AllBeEquivalentTo(0);
    }
}
