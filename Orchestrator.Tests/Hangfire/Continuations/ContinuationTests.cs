using Hangfire;
using Hangfire.States;
using Orchestrator.Tests.Hangfire.Support;

namespace Orchestrator.Tests.Hangfire.Continuations;

/// <summary>When children start, when they are deleted, and that none is forgotten.</summary>
[TestFixture]
internal sealed class ContinuationTests : HangfireFixture
{
    private readonly string key = Guid.NewGuid().ToString();

    private TestJobs.Probe Probe => TestJobs.For(key);

    [Test]
    public async Task AChildIsEnqueuedInTheTransactionOfItsParentsEnd()
    {
        var parent = Client.Enqueue<TestJobs>(jobs => jobs.Add(1, 1))!;
        var child = Client.ContinueJobWith<TestJobs>(parent, "critical", jobs => jobs.Touch(key))!;
        using var server = StartServer();
        await UntilStateAsync(child, "Succeeded");
        Scalar<long>("select count(distinct xmin::text) from hangfire.state where (jobid = $1 and name = 'Succeeded') or (jobid = $2 and name = 'Enqueued')", long.Parse(parent), long.Parse(child))
            .Should().Be(1);
        Scalar<string>("select data ->> 'Queue' from hangfire.state where name = 'Enqueued' and jobid = $1", long.Parse(child)).Should().Be("critical");
    }

    [Test]
    public async Task AParentThatHadEndedStartsItsChildAtOnce()
    {
        var parent = Client.Enqueue<TestJobs>(jobs => jobs.Add(1, 1))!;
        using var server = StartServer();
        await UntilStateAsync(parent, "Succeeded");
        var child = Client.ContinueJobWith<TestJobs>(parent, jobs => jobs.Touch(key))!;
        await UntilStateAsync(child, "Succeeded");
        Rows("set").Should().BeEmpty();
        Rows("jobparameter").Should().NotContain(static row => Equals(row["name"], "Continuations"));
    }

    [Test]
    public void ADeletedParentDeletesWhoWaitedForItsSuccess()
    {
        var parent = Client.Enqueue<TestJobs>(jobs => jobs.Add(1, 1))!;
        var child = Client.ContinueJobWith<TestJobs>(parent, jobs => jobs.Touch("child"))!;
        var grandchild = Client.ContinueJobWith<TestJobs>(child, jobs => jobs.Touch("grandchild"))!;
        var other = Client.ContinueJobWith<TestJobs>(child, jobs => jobs.Touch("other"), JobContinuationOptions.OnAnyFinishedState)!;
        Client.Delete(parent).Should().BeTrue();
        new[] { parent, child, grandchild, other }.Select(StateOf).Should().Equal("Deleted", "Deleted", "Deleted", "Enqueued");
        Rows("set").Should().BeEmpty();

        var late = Client.ContinueJobWith<TestJobs>(parent, jobs => jobs.Touch("late"))!;
        StateOf(late).Should().Be("Deleted");
        var wanted = Client.ContinueJobWith<TestJobs>(parent, jobs => jobs.Touch("wanted"), JobContinuationOptions.OnlyOnDeletedState)!;
        StateOf(wanted).Should().Be("Enqueued");
    }

    [Test]
    public void ALongChainIsDeletedWithItsFirstJob()
    {
        var first = Client.Enqueue<TestJobs>(jobs => jobs.Add(1, 1))!;
        var last = Enumerable.Range(0, 300).Aggregate(first, (parent, _) => Client.ContinueJobWith<TestJobs>(parent, jobs => jobs.Add(1, 1))!);
        Client.Delete(first);
        StateOf(last).Should().Be("Deleted");
    }

    [TestCase(JobContinuationOptions.OnlyOnDeletedState, "Deleted")]
    [TestCase(JobContinuationOptions.OnAnyFinishedState, "Enqueued")]
    [TestCase(JobContinuationOptions.OnlyOnDeletedState | JobContinuationOptions.OnlyOnSucceededState, "Enqueued")]
    public async Task ASucceededParentDecidesByTheOptions(JobContinuationOptions options, string expected)
    {
        var parent = Client.Enqueue<TestJobs>("critical", jobs => jobs.Add(1, 1))!;
        var child = Client.ContinueJobWith<TestJobs>(parent, "unserved", jobs => jobs.Touch(key), options: options)!;
        using var server = StartServer();
        await UntilStateAsync(child, expected);
    }

    [Test]
    public async Task AFailedParentHasNotEnded()
    {
        var parent = Client.Enqueue<TestJobs>(jobs => jobs.FailOnce(key))!;
        var child = Client.ContinueJobWith<TestJobs>(parent, jobs => jobs.Add(1, 1))!;
        using var server = StartServer();
        await UntilStateAsync(parent, "Failed");
        StateOf(child).Should().Be("Awaiting");
        Client.Requeue(parent).Should().BeTrue();
        await UntilStateAsync(child, "Succeeded");
    }

    [Test]
    public async Task AChildMayComeWhileItsParentRuns()
    {
        var parent = Client.Enqueue<TestJobs>(jobs => jobs.HoldOn(key))!;
        using var server = StartServer(workers: 2);
        await Probe.Started.Task.WaitAsync(Patience);
        var child = Client.ContinueJobWith<TestJobs>(parent, jobs => jobs.Add(1, 1))!;
        StateOf(child).Should().Be("Awaiting");
        Probe.Gate.SetResult();
        await UntilStateAsync(child, "Succeeded");
        Rows("state").Count(static row => Equals(row["name"], "Succeeded")).Should().Be(2);
    }

    [Test]
    public async Task NoChildIsMissedByAnEndOfTheSameMoment()
    {
        const int Parents = 60, Children = 4;
        using var server = StartServer(workers: 10);
        for (var i = 0; i < Parents; i++)
        {
            var parent = Client.Enqueue<TestJobs>(jobs => jobs.Touch(key))!;

            // Callers of the API block: threads of their own leave the pool to the server.
            await Task.WhenAll(Enumerable.Range(0, Children).Select(_ => Task.Factory.StartNew(
                () => Client.ContinueJobWith<TestJobs>(parent, jobs => jobs.Touch(key)),
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        }

        await UntilAsync(() => Scalar<long>("select count(*) from hangfire.job where statename = 'Succeeded'") == Parents * (Children + 1), "all jobs succeeded");
        Probe.Entered.Should().Be(Parents * (Children + 1));
        Scalar<long>("select count(*) from (select from hangfire.jobparameter where name = 'Continuations' group by jobid having count(*) > 1) as twice").Should().Be(0);
    }

    [Test]
    public async Task AWideFanStartsTogether()
    {
        const int Children = 200;
        var parent = Client.Enqueue<TestJobs>(jobs => jobs.Add(1, 1))!;
        for (var i = 0; i < Children; i++) Client.ContinueJobWith<TestJobs>(parent, jobs => jobs.Touch(key));
        using var server = StartServer(workers: 10);
        await UntilAsync(() => Scalar<long>("select count(*) from hangfire.job where statename = 'Succeeded'") == Children + 1, "all jobs succeeded");
        Scalar<long>("select count(distinct xmin::text) from hangfire.state s where name = 'Enqueued' and jobid <> $1", long.Parse(parent)).Should().Be(1);
    }

    [Test]
    public async Task AChildMayBeScheduledAndMayAwaitAnother()
    {
        var first = Client.Enqueue<TestJobs>(jobs => jobs.Add(1, 1))!;
        var second = Client.Schedule<TestJobs>(jobs => jobs.Add(1, 1), TimeSpan.FromHours(1))!;
        var scheduled = Client.ContinueJobWith<TestJobs>(first, jobs => jobs.Add(2, 2), new ScheduledState(DateTime.UtcNow.AddHours(1)))!;
        var joined = Client.ContinueJobWith<TestJobs>(first, jobs => jobs.Touch(key), new AwaitingState(second))!;
        using var server = StartServer();
        await UntilStateAsync(scheduled, "Scheduled");
        await UntilAsync(() => Rows("state").Count(row => Equals(row["jobid"], long.Parse(joined))) == 2, "the join awaits its second parent");
        StateOf(joined).Should().Be("Awaiting");
        Client.Requeue(second);
        await UntilStateAsync(joined, "Succeeded");
    }

    [Test]
    public async Task AChildThatWasDeletedStaysDeleted()
    {
        var parent = Client.Enqueue<TestJobs>(jobs => jobs.Add(1, 1))!;
        var child = Client.ContinueJobWith<TestJobs>(parent, jobs => jobs.Touch(key))!;
        Client.Delete(child);
        using var server = StartServer();
        await UntilStateAsync(parent, "Succeeded");
        StateOf(child).Should().Be("Deleted");
    }

    [Test]
    public async Task AChildThatNobodyKnowsFailsAlone()
    {
        var parent = Client.Enqueue<TestJobs>(jobs => jobs.Add(1, 1))!;
        var child = Client.ContinueJobWith<TestJobs>(parent, jobs => jobs.Touch(key))!;
        Execute("update hangfire.job set invocationdata = jsonb_set(invocationdata, '{Type}', '\"Gone, Gone\"') where id = $1", long.Parse(child));
        using var server = StartServer();
        await UntilStateAsync(child, "Failed");
        StateOf(parent).Should().Be("Succeeded");
    }

    [TestCase("4711")]
    [TestCase("none")]
    public void AParentThatDoesNotExistCanNotBeAwaited(string parent)
    {
        var act = () => Client.ContinueJobWith<TestJobs>(parent, jobs => jobs.Touch(key));
        act.Should().Throw<BackgroundJobClientException>().WithInnerException<InvalidOperationException>();
        Rows("job").Should().BeEmpty();
    }
}
