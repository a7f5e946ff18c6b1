using System.Net;
using Hangfire;
using Orchestrator.Tests.Hangfire.Support;

namespace Orchestrator.Tests.Hangfire.Dashboard;

/// <summary>What can be done from pages.</summary>
[TestFixture]
internal sealed class CommandTests : DashboardFixture
{
    [Test]
    public async Task FailedJobsAreRequeuedAndDeletedTogether()
    {
        string[] ids = [Failed(), Failed(), Failed()];

        (await SendAsync("/jobs/failed/requeue", ("jobs[]", ids[0]), ("jobs[]", ids[1]))).Should().Be(HttpStatusCode.NoContent);
        (await SendAsync("/jobs/failed/delete", ("jobs[]", ids[2]))).Should().Be(HttpStatusCode.NoContent);

        ids.Select(StateOf).Should().Equal("Enqueued", "Enqueued", "Deleted");
    }

    [Test]
    public async Task AJobThatHasLeftTheListMeanwhileIsLeftAlone()
    {
        var id = Client.Schedule<TestJobs>(jobs => jobs.Touch("x"), TimeSpan.FromHours(1))!;

        await SendAsync("/jobs/failed/delete", ("jobs[]", id));

        StateOf(id).Should().Be("Scheduled");
    }

    [Test]
    public async Task ScheduledJobsAreEnqueuedNow()
    {
        var id = Client.Schedule<TestJobs>(jobs => jobs.Touch("x"), TimeSpan.FromHours(1))!;

        await SendAsync("/jobs/scheduled/enqueue", ("jobs[]", id));

        StateOf(id).Should().Be("Enqueued");
    }

    [Test]
    public async Task RecurringJobsAreTriggeredAndRemoved()
    {
        new RecurringJobManager(Storage).AddOrUpdate<TestJobs>("report", jobs => jobs.Touch("r"), Cron.Never());

        await SendAsync("/recurring/trigger", ("jobs[]", "report"));
        Scalar<long>("select count(*) from hangfire.job where statename = 'Enqueued'").Should().Be(1);

        await SendAsync("/recurring/remove", ("jobs[]", "report"));
        Scalar<long>("select count(*) from hangfire.set where key = 'recurring-jobs'").Should().Be(0);
    }

    [Test]
    public async Task AJobsOwnPageRequeuesAndDeletesIt()
    {
        var id = Failed();

        await SendAsync($"/jobs/actions/requeue/{id}");
        StateOf(id).Should().Be("Enqueued");
        await SendAsync($"/jobs/actions/delete/{id}");
        StateOf(id).Should().Be("Deleted");
        (await SendAsync("/jobs/actions/delete/999")).Should().Be(HttpStatusCode.UnprocessableEntity, "there is no such job");
    }

    [Test]
    public async Task ARunningJobIsCancelledThroughItsToken()
    {
        var key = Guid.NewGuid().ToString();
        using var server = StartServer(configure: static options => options.CancellationCheckInterval = TimeSpan.FromMilliseconds(100));
        var id = Client.Enqueue<TestJobs>(jobs => jobs.Hold(key, CancellationToken.None))!;
        await TestJobs.For(key).Started.Task.WaitAsync(Patience);

        await SendAsync("/jobs/processing/delete", ("jobs[]", id));

        StateOf(id).Should().Be("Deleted");
        await UntilAsync(() => Scalar<long>("select count(*) from hangfire.jobqueue") == 0, "the worker let the job go");
        StateOf(id).Should().Be("Deleted");
    }

    [Test]
    public async Task AFormIsLedBackToItsPageAndToNoOtherSite()
    {
        using var back = await Dashboard.PostAsync("/jobs/failed/requeue", ("jobs[]", Failed()), ("return", "/jobs/failed?from=10&count=20"));
        back.StatusCode.Should().Be(HttpStatusCode.SeeOther);
        back.Headers.Location!.OriginalString.Should().Be("/hangfire/jobs/failed?from=10&count=20&done=1");

        foreach (var elsewhere in new[] { "//evil.example", "https://evil.example", "/\\evil.example", "evil", "/a\nb" })
        {
            using var answer = await Dashboard.PostAsync("/jobs/failed/requeue", ("jobs[]", Failed()), ("return", elsewhere));
            answer.StatusCode.Should().Be(HttpStatusCode.NoContent, elsewhere);
        }
    }

    [Test]
    public async Task OneThatFailsDoesNotKeepTheOthersFromBeingDone()
    {
        var manager = new RecurringJobManager(Storage);
        manager.AddOrUpdate<TestJobs>("good", jobs => jobs.Touch("r"), Cron.Never());
        manager.AddOrUpdate<TestJobs>("gone", jobs => jobs.Touch("r"), Cron.Never());
        Execute("update hangfire.hash set value = replace(value, 'TestJobs', 'NoJobs') where key = 'recurring-job:gone' and field = 'Job'");

        using var answer = await Dashboard.PostAsync("/recurring/trigger", ("jobs[]", "gone"), ("jobs[]", "good"), ("return", "/recurring"));

        answer.Headers.Location!.OriginalString.Should().Be("/hangfire/recurring?done=1&failed=1");
        (await Dashboard.GetAsync("/recurring?done=1&failed=1")).Should().Contain("1 could not be done");
    }

    [TestCase("/jobs/failed/requeue")]
    [TestCase("/recurring/trigger")]
    [TestCase("/queues/pause")]
    [TestCase("/stats")]
    public Task CommandsAreNotGot(string path) => Dashboard.GetAsync(path, HttpStatusCode.MethodNotAllowed);

    private async Task<HttpStatusCode> SendAsync(string path, params (string Name, string Value)[] fields)
    {
        using var answer = await Dashboard.PostAsync(path, fields);
        return answer.StatusCode;
    }
}
