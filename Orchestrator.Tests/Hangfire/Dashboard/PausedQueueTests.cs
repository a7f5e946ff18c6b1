using Hangfire;
using Hangfire.PostgreSql;
using Orchestrator.Tests.Hangfire.Support;

namespace Orchestrator.Tests.Hangfire.Dashboard;

/// <summary>Servers take nothing from a paused queue until it is resumed.</summary>
[TestFixture]
internal sealed class PausedQueueTests : DashboardFixture
{
    [Test]
    public async Task AQueuePausedBeforeTheServerStartsIsServedOnceItIsResumed()
    {
        await PauseAsync("default");
        var waits = Client.Enqueue<TestJobs>(jobs => jobs.Add(1, 1))!;
        var goes = Client.Enqueue<TestJobs>(jobs => jobs.Urgent("goes"))!;
        using var server = StartServer();

        await UntilStateAsync(goes, "Succeeded");
        StateOf(waits).Should().Be("Enqueued");
        (await Dashboard.GetAsync("/jobs/enqueued")).Should().Contain(">Paused<");

        await ResumeAsync("default");
        await UntilStateAsync(waits, "Succeeded");
        (await Dashboard.GetAsync("/jobs/enqueued")).Should().NotContain(">Paused<");
    }

    [Test]
    public async Task AServerStopsTakingFromAQueueThatIsPausedWhileItRuns()
    {
        using var server = StartServer(workers: 4);
        await PauseAsync("default");
        await PauseAsync("critical");

        // Until the pause is seen jobs still go; then one is there for longer than an idle server leaves any.
        long? waiting = null;
        await UntilAsync(
            () =>
            {
                Client.Enqueue<TestJobs>(jobs => jobs.Add(1, 1));
                waiting = Scalar<long?>("select min(id) from hangfire.job where statename = 'Enqueued' and createdat < now() - interval '1500 ms'");
                return waiting is not null;
            },
            "a job stayed in the paused queue");

        await ResumeAsync("default");
        await UntilStateAsync($"{waiting}", "Succeeded");
    }

    [Test]
    public async Task SingleFetchesPassAPausedQueueOver()
    {
        await PauseAsync("critical");
        Client.Enqueue<TestJobs>(jobs => jobs.Urgent("x"));
        var goes = Client.Enqueue<TestJobs>(jobs => jobs.Touch("x"));

        using var fetched = new PostgreSqlJobQueue(Storage).Dequeue(["critical", "default"], CancellationToken.None);

        fetched.JobId.Should().Be(goes);
    }

    private async Task PauseAsync(string queue)
    {
        using var answer = await Dashboard.PostAsync("/queues/pause", ("jobs[]", queue));
        answer.IsSuccessStatusCode.Should().BeTrue();
        Scalar<string>("select value from hangfire.set where key = 'queues:paused' and value = $1", queue).Should().Be(queue);
    }

    private async Task ResumeAsync(string queue)
    {
        using var answer = await Dashboard.PostAsync("/queues/resume", ("jobs[]", queue));
        answer.IsSuccessStatusCode.Should().BeTrue();
    }
}
