using Hangfire;
using Hangfire.PostgreSql;
using Orchestrator.Tests.Hangfire.Support;

namespace Orchestrator.Tests.Hangfire.Server;

/// <summary>What becomes of jobs when workers, servers and connections don't behave.</summary>
[TestFixture]
internal sealed class WorkerFaultTests : HangfireFixture
{
    private readonly string key = Guid.NewGuid().ToString();

    private TestJobs.Probe Probe => TestJobs.For(key);

    [Test]
    public async Task TheJobsOfADeadServerArePerformedByAnother()
    {
        var id = Client.Enqueue<TestJobs>(jobs => jobs.Touch(key))!;
        LeaveInProcessing(id, serverId: "dead:1", lockKey: 42);

        using var server = StartServer();
        await UntilStateAsync(id, "Succeeded");
        Rows("server").Should().NotContain(static row => Equals(row["id"], "dead:1"));
        Rows("jobqueue").Should().BeEmpty();
    }

    [Test]
    public async Task TheJobsOfALivingServerAreLeftToIt()
    {
        var id = Client.Enqueue<TestJobs>(jobs => jobs.HoldOn(key))!;
        using var first = StartServer();
        await Probe.Started.Task.WaitAsync(Patience);
        using var second = StartServer();
        var other = Client.Enqueue<TestJobs>(jobs => jobs.Add(1, 1))!;
        LeaveInProcessing(Client.Enqueue<TestJobs>(jobs => jobs.Touch("x"))!, "dead:2", lockKey: 43);
        await UntilAsync(() => Rows("server").Count == 2, "the dead server was buried");

        Probe.Entered.Should().Be(1);
        Probe.Gate.SetResult();
        await UntilStateAsync(id, "Succeeded");
        await UntilStateAsync(other, "Succeeded");
    }

    [Test]
    public async Task AJobDeletedWhileItIsQueuedIsDropped()
    {
        var id = Client.Enqueue<TestJobs>(jobs => jobs.Touch(key))!;
        Client.Delete(id);
        using var server = StartServer();
        await UntilAsync(() => Rows("jobqueue").Count == 0, "the job's place in the queue went");
        Probe.Entered.Should().Be(0);
        StateOf(id).Should().Be("Deleted");
    }

    [Test]
    public async Task AJobInTwoPlacesOfAQueueIsPerformedOnce()
    {
        var id = Client.Enqueue<TestJobs>(jobs => jobs.HoldOn(key))!;
        Execute("insert into hangfire.jobqueue (jobid, queue) values ($1, 'default'), ($1, 'critical')", long.Parse(id));
        using var server = StartServer(workers: 5);
        await UntilAsync(() => Rows("jobqueue").Count == 1, "the other places went");
        Execute("insert into hangfire.jobqueue (jobid, queue) values ($1, 'default')", long.Parse(id));
        Wake();
        await UntilAsync(() => Rows("jobqueue").Count == 1, "the place that came later went");
        Probe.Gate.SetResult();
        await UntilStateAsync(id, "Succeeded");
        Probe.Entered.Should().Be(1);
    }

    [Test]
    public async Task AJobThatWritesItsOwnEndIsLeftAlone()
    {
        var id = Client.Enqueue<TestJobs>(jobs => jobs.HoldOn(key))!;
        using var server = StartServer();
        await Probe.Started.Task.WaitAsync(Patience);
        Execute(
            "with s as (insert into hangfire.state (jobid, name, createdat, data) values ($1, 'Succeeded', now(), '{\"Own\": \"1\"}') returning id) update hangfire.job set statename = 'Succeeded', stateid = s.id from s where job.id = $1",
            long.Parse(id));
        Execute("delete from hangfire.jobqueue");
        Probe.Gate.SetResult();
        await AfterAnotherJobAsync();
        Rows("state").Select(static row => row["name"]).Take(3).Should().Equal("Enqueued", "Processing", "Succeeded");
        Rows("state").Count(row => Equals(row["jobid"], long.Parse(id))).Should().Be(3);
    }

    [Test]
    public async Task AWorkerThatLostItsJobWritesNothing()
    {
        var id = Client.Enqueue<TestJobs>(jobs => jobs.HoldOn(key))!;
        using var server = StartServer(workers: 2);
        await Probe.Started.Task.WaitAsync(Patience);
        Client.Requeue(id).Should().BeTrue();
        await UntilAsync(() => Probe.Entered == 2, "the job was performed again");
        Probe.Gate.SetResult();
        await UntilStateAsync(id, "Succeeded");
        await UntilAsync(() => Rows("jobqueue").Count == 0, "the queue was empty");
        Rows("state").Select(static row => row["name"]).Should().Equal("Enqueued", "Processing", "Enqueued", "Processing", "Succeeded");
    }

    [Test]
    public async Task AJobThatIsDeletedWhileItRunsIsToldToEnd()
    {
        var id = Client.Enqueue<TestJobs>(jobs => jobs.Hold(key, CancellationToken.None))!;
        using var server = StartServer(configure: static options => options.CancellationCheckInterval = TimeSpan.FromMilliseconds(20));
        await Probe.Started.Task.WaitAsync(Patience);
        Client.Delete(id);
        await UntilAsync(() => Rows("jobqueue").Count == 0, "the job's place in the queue went");
        StateOf(id).Should().Be("Deleted");
        Rows("state").Should().HaveCount(3);
    }

    [Test]
    public async Task AStopTellsRunningJobsToEndAndGivesThemBack()
    {
        var id = Client.Enqueue<TestJobs>(jobs => jobs.Hold(key, CancellationToken.None))!;
        using (StartServer()) await Probe.Started.Task.WaitAsync(Patience);
        Rows("jobqueue").Single()["fetchedat"].Should().BeNull();
        StateOf(id).Should().Be("Processing");

        Probe.Gate.SetResult();
        using var next = StartServer();
        await UntilStateAsync(id, "Succeeded");
        Probe.Entered.Should().Be(2);
    }

    [Test]
    public async Task AStopGivesBackWhatDoesNotEnd()
    {
        Client.Enqueue<TestJobs>(jobs => jobs.HoldOn(key));
        using (StartServer(configure: static options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(50)))
            await Probe.Started.Task.WaitAsync(Patience);
        Rows("jobqueue").Single()["fetchedat"].Should().BeNull();
        Rows("server").Should().BeEmpty();
        Probe.Gate.SetResult();
    }

    [Test]
    public async Task ALongJobIsRenewedAndALostOneIsTakenAgain()
    {
        var storage = CreateStorage(new PostgreSqlStorageOptions { InvisibilityTimeout = TimeSpan.FromMilliseconds(500) });
        Client.Enqueue<TestJobs>(jobs => jobs.HoldOn(key));
        using (StartServer(workers: 3, storage: storage))
        {
            await Probe.Started.Task.WaitAsync(Patience);
            var fetched = Scalar<DateTime>("select fetchedat from hangfire.jobqueue");
            await UntilAsync(() => Scalar<DateTime>("select fetchedat from hangfire.jobqueue") > fetched.AddSeconds(1), "the job was renewed");
            Probe.Entered.Should().Be(1);

            var lost = Client.Schedule<TestJobs>(jobs => jobs.Add(1, 1), TimeSpan.FromHours(1))!;
            Execute("update hangfire.job set statename = 'Processing' where id = $1", long.Parse(lost));
            Execute("insert into hangfire.jobqueue (jobid, queue, fetchedat) values ($1, 'default', now() - interval '1 hour')", long.Parse(lost));
            await UntilStateAsync(lost, "Succeeded");
            Probe.Gate.SetResult();
        }

        storage.Database.Dispose();
    }

    [Test]
    public async Task ALostConnectionIsMadeAgainAndHears()
    {
        using var server = StartServer();
        await AfterAnotherJobAsync();
        Execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'listen%'");
        await UntilAsync(
            () => Scalar<long>("select count(*) from pg_stat_activity where datname = current_database() and query like 'listen%'") == 1, "the server listened again");

        var id = InsertJob(key);
        Execute("select pg_notify('hangfire_jobqueue', 'default')");
        await UntilStateAsync(id, "Succeeded");
        Rows("server").Should().ContainSingle();
    }

    private void LeaveInProcessing(string id, string serverId, long lockKey)
    {
        Execute("insert into hangfire.server (id, data, lastheartbeat) values ($1, jsonb_build_object('Queues', '[]'::jsonb, 'WorkerCount', 1, 'LockKey', $2::bigint), now())", serverId, lockKey);
        Execute(
            "with s as (insert into hangfire.state (jobid, name, createdat, data) values ($1, 'Processing', now(), jsonb_build_object('ServerId', $2::text)) returning id) update hangfire.job set statename = 'Processing', stateid = s.id from s where job.id = $1",
            long.Parse(id), serverId);
        Execute("update hangfire.jobqueue set fetchedat = now() where jobid = $1", long.Parse(id));
    }

    private string InsertJob(string argument) => Scalar<long>(
        """
        with j as (insert into hangfire.job (statename, invocationdata, arguments, createdat)
          values ('Enqueued', jsonb_build_object('Type', $1::text, 'Method', 'Touch', 'ParameterTypes', '["System.String"]'), jsonb_build_array($2::text), now()) returning id)
        insert into hangfire.jobqueue (jobid, queue) select id, 'default' from j returning jobid
        """,
        "Orchestrator.Tests.Hangfire.Support.TestJobs, Orchestrator.Tests", $"\"{argument}\"").ToString();

    private void Wake() => ((PostgreSqlJobQueue)Storage.QueueProviders.GetProvider("default").GetJobQueue()).FetchNextJob();

    /// <summary>When a job that came later has ended, what was before it has been looked at.</summary>
    private async Task AfterAnotherJobAsync()
    {
        var other = Client.Enqueue<TestJobs>(jobs => jobs.Add(1, 1))!;
        await UntilStateAsync(other, "Succeeded");
    }
}
