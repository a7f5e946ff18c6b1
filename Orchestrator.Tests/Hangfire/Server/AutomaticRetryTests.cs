using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Orchestrator.Tests.Hangfire.Support;

namespace Orchestrator.Tests.Hangfire.Server;

/// <summary>Every setting of retries.</summary>
[TestFixture]
internal sealed class AutomaticRetryTests : HangfireFixture
{
    [Test]
    public async Task DelaysAreTakenOneAfterTheOtherAndTheLastAgain()
    {
        var id = Client.Enqueue<Jobs>(jobs => jobs.WithDelays())!;
        using var server = StartServer();
        foreach (var seconds in new[] { 100, 200, 200 })
        {
            await UntilStateAsync(id, "Scheduled");
            DelayOf(id).Should().BeApproximately(seconds, 1);
            Client.Requeue(id).Should().BeTrue();
            await UntilAsync(() => StateOf(id) is "Scheduled" or "Failed", "it had failed again");
        }

        StateOf(id).Should().Be("Failed", "three retries are used up");
        Scalar<DateTime?>("select expireat from hangfire.job").Should().BeNull("failed jobs are kept");
    }

    [Test]
    public async Task WithoutDelaysTheyGrow()
    {
        var id = Client.Enqueue<Jobs>(jobs => jobs.Plain())!;
        using var server = StartServer();
        await UntilStateAsync(id, "Scheduled");
        DelayOf(id).Should().BeInRange(14, 46);
        Execute("update hangfire.jobparameter set value = '8' where name = 'RetryCount'");
        Client.Requeue(id);
        await UntilAsync(() => Rows("state").Count(static row => Equals(row["name"], "Scheduled")) == 2, "it was retried");
        DelayOf(id).Should().BeInRange(4096, 4500, "the ninth comes after the fourth power of eight and more");
    }

    [Test]
    public async Task ADelayMayBeComputed()
    {
        var filters = new JobFilterCollection { new AutomaticRetryAttribute { DelayInSecondsByAttemptFunc = static attempt => (int)attempt * 1000 } };
        var id = Client.Enqueue<Jobs>(jobs => jobs.Unmarked())!;
        using var server = StartServer(configure: options => options.FilterProvider = filters);
        await UntilStateAsync(id, "Scheduled");
        DelayOf(id).Should().BeApproximately(1000, 1);
    }

    [TestCase(nameof(Jobs.Excepted), "Failed")]
    [TestCase(nameof(Jobs.ExceptedOther), "Scheduled")]
    [TestCase(nameof(Jobs.Only), "Scheduled")]
    [TestCase(nameof(Jobs.OnlyOther), "Failed")]
    [TestCase(nameof(Jobs.Deleted), "Deleted")]
    public async Task TheExceptionDecides(string method, string state)
    {
        var id = Client.Create(new Job(typeof(Jobs), typeof(Jobs).GetMethod(method)!), new EnqueuedState())!;
        using var server = StartServer();
        await UntilStateAsync(id, state);
        if (state == "Deleted") Scalar<string>("select data ->> 'Exception' from hangfire.state where name = 'Deleted'").Should().Contain("boom");
    }

    private double DelayOf(string id) => Scalar<double>(
        "select extract(epoch from (data ->> 'EnqueueAt')::timestamptz - (data ->> 'ScheduledAt')::timestamptz)::double precision from hangfire.state where name = 'Scheduled' and jobid = $1 order by id desc limit 1",
        long.Parse(id));

    public sealed class Jobs
    {
        [AutomaticRetry(Attempts = 3, DelaysInSeconds = [100, 200])]
        public void WithDelays() => Fail();

        public void Plain() => Fail();

        public void Unmarked() => Fail();

        [AutomaticRetry(ExceptOn = [typeof(InvalidOperationException)])]
        public void Excepted() => Fail();

        [AutomaticRetry(ExceptOn = [typeof(ArgumentException)])]
        public void ExceptedOther() => Fail();

        [AutomaticRetry(OnlyOn = [typeof(SystemException)])]
        public void Only() => Fail();

        [AutomaticRetry(OnlyOn = [typeof(ArgumentException)])]
        public void OnlyOther() => Fail();

        [AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
        public void Deleted() => Fail();

        private static void Fail() => throw new InvalidOperationException("boom");
    }
}
