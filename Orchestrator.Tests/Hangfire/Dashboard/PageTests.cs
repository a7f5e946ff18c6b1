using System.Net;
using Hangfire;
using Hangfire.States;
using Orchestrator.Tests.Hangfire.Support;

namespace Orchestrator.Tests.Hangfire.Dashboard;

/// <summary>Pages show what the tables hold.</summary>
[TestFixture]
internal sealed class PageTests : DashboardFixture
{
    [Test]
    public async Task OverviewHasFiguresAndHistory()
    {
        Failed();
        Client.Enqueue<TestJobs>(jobs => jobs.Touch("waits"));

        var page = await Dashboard.GetAsync("");

        page.Should().Contain("""data-metric="failed:count" data-style="danger">1<""").And.Contain("""data-metric="enqueued-queues:count" data-style="info">1 / 1<""");
        page.Should().Contain("<rect class=\"failed\"", "the failure is in the history of this hour");
        (await Dashboard.GetAsync("/?period=week")).Should().Contain("<rect class=\"failed\"");
    }

    [TestCase("/jobs/scheduled", "Scheduled", "Enqueue now")]
    [TestCase("/jobs/processing", "Processing", "Cancel")]
    [TestCase("/jobs/succeeded", "Succeeded", "Requeue")]
    [TestCase("/jobs/failed", "Failed", "Requeue")]
    [TestCase("/jobs/deleted", "Deleted", "Requeue")]
    [TestCase("/jobs/awaiting", "Awaiting", "Enqueue now")]
    public async Task ListsHaveTheJobsOfTheirStateOnly(string path, string state, string command)
    {
        var ids = await OneOfEachStateAsync();

        var page = await Dashboard.GetAsync(path);

        page.Should().Contain($"value=\"{ids[state]}\"").And.Contain("TestJobs.").And.Contain($">{command}</button>");
        foreach (var (_, other) in ids.Where(each => each.Key != state)) page.Should().NotContain($"value=\"{other}\"");
    }

    [Test]
    public async Task QueuesHaveTheirFirstJobsAndLengths()
    {
        var ids = Enumerable.Range(0, 6).Select(_ => Client.Create(global::Hangfire.Common.Job.FromExpression<TestJobs>(jobs => jobs.Touch("x")), new EnqueuedState("critical"))).ToArray();

        var page = await Dashboard.GetAsync("/jobs/enqueued");

        page.Should().Contain("Length: <a href=\"/hangfire/jobs/enqueued/critical\">6</a>").And.Contain($"#{ids[4]}<").And.NotContain($"#{ids[5]}<");
        (await Dashboard.GetAsync("/jobs/enqueued/critical")).Should().Contain($"value=\"{ids[5]}\"");
        (await Dashboard.GetAsync("/jobs/enqueued/other")).Should().Contain("There are none.");
    }

    [Test]
    public async Task FetchedJobsAreListed()
    {
        var key = Guid.NewGuid().ToString();
        using var server = StartServer();
        var id = Client.Enqueue<TestJobs>(jobs => jobs.HoldOn(key));
        await TestJobs.For(key).Started.Task.WaitAsync(Patience);

        (await Dashboard.GetAsync("/jobs/enqueued/fetched/default")).Should().Contain($"#{id}<");

        TestJobs.For(key).Gate.SetResult();
    }

    [Test]
    public async Task RetriesHaveTheirReasonAndTime()
    {
        using var server = StartServer();
        var id = Client.Enqueue<TestJobs>(jobs => jobs.Boom())!;
        await UntilStateAsync(id, "Scheduled");

        (await Dashboard.GetAsync("/retries")).Should().Contain($"#{id}<").And.Contain("Retry attempt 1 of 10: boom");
    }

    [Test]
    public async Task PagesFollowOneAnotherWithoutGapOrRepetition()
    {
        var ids = Enumerable.Range(0, 25).Select(_ => Failed()).Reverse().ToArray();

        foreach (var (from, expected) in new[] { (0, ids[..10]), (10, ids[10..20]), (20, ids[20..]) })
        {
            var page = await Dashboard.GetAsync($"/jobs/failed?from={from}&count=10");
            foreach (var id in ids) page.Contains($"value=\"{id}\"", StringComparison.Ordinal).Should().Be(expected.Contains(id), $"job {id} from {from}");
        }

        (await Dashboard.GetAsync("/jobs/failed?from=900&count=10")).Should().Contain("There are none on this page.");
        (await Dashboard.GetAsync("/jobs/failed?from=x&count=-5")).Should().Contain($"value=\"{ids[0]}\"", "nonsense is the beginning");
        (await Dashboard.GetAsync("/jobs/failed?from=2147483647&count=2147483647")).Should().Contain("There are none on this page.");
    }

    [Test]
    public async Task ServersTellWhichMayHaveBeenAborted()
    {
        Execute("""insert into hangfire.server (id, data, lastheartbeat) values ('silent:1', '{"Queues": ["default"], "WorkerCount": 3, "StartedAt": "2026-01-01T00:00:00Z"}', now() - interval '10 minutes')""");

        (await Dashboard.GetAsync("/servers")).Should().Contain("silent:1").And.Contain("Possibly aborted");

        Execute("update hangfire.server set lastheartbeat = now()");
        (await Dashboard.GetAsync("/servers")).Should().Contain("silent:1").And.NotContain("Possibly aborted");
    }

    [Test]
    public async Task RecurringJobsHaveCronZoneAndRuns()
    {
        var manager = new RecurringJobManager(Storage);
        manager.AddOrUpdate<TestJobs>("report", jobs => jobs.Touch("r"), "30 7 * * 1-5", new RecurringJobOptions { TimeZone = TimeZoneInfo.FindSystemTimeZoneById("America/New_York") });
        var run = manager.TriggerJob("report");

        var page = await Dashboard.GetAsync("/recurring");

        page.Should().Contain("30 7 * * 1-5").And.Contain("At 07:30, Monday to Friday").And.Contain("America/New_York").And.Contain("TestJobs.Touch");
        page.Should().Contain($"/hangfire/jobs/details/{run}").And.Contain(">Enqueued<");
    }

    [TestCase("")]
    [TestCase("/jobs/enqueued")]
    [TestCase("/jobs/awaiting")]
    [TestCase("/retries")]
    [TestCase("/recurring")]
    [TestCase("/servers")]
    [TestCase("/search?q=nothing")]
    public async Task EmptyTablesAreNoError(string path) => (await Dashboard.GetAsync(path)).Should().Contain("</html>");

    [TestCase("/nowhere")]
    [TestCase("/jobs/details/77")]
    [TestCase("/jobs/details/no-number")]
    public Task WhatIsNotThereIsNotFound(string path) => Dashboard.GetAsync(path, HttpStatusCode.NotFound);

    [Test]
    public async Task LiveFiguresAreThoseThatWereAskedFor()
    {
        Failed();

        using var answer = await Dashboard.PostAsync("/stats", ("metrics[]", "failed:count"), ("metrics[]", "enqueued:count-or-null"), ("metrics[]", "none"));

        (await answer.Content.ReadAsStringAsync()).Should().Be(
            """{"enqueued:count-or-null":null,"failed:count":{"value":"1","intValue":1,"style":"danger","highlighted":true,"title":null}}""");
    }

    private async Task<Dictionary<string, string>> OneOfEachStateAsync()
    {
        var key = Guid.NewGuid().ToString();
        var ids = new Dictionary<string, string>
        {
            ["Scheduled"] = Client.Schedule<TestJobs>(jobs => jobs.Touch("s"), TimeSpan.FromHours(1))!,
            ["Failed"] = Failed(),
            ["Deleted"] = Client.Enqueue<TestJobs>(jobs => jobs.Touch("d"))!,
        };
        Client.Delete(ids["Deleted"]);
        using var server = StartServer(workers: 2, configure: static options => options.ShutdownTimeout = TimeSpan.Zero);
        ids["Succeeded"] = Client.Enqueue<TestJobs>(jobs => jobs.Add(1, 2))!;
        ids["Processing"] = Client.Enqueue<TestJobs>(jobs => jobs.Hold(key, CancellationToken.None))!;
        ids["Awaiting"] = Client.ContinueJobWith<TestJobs>(ids["Processing"], jobs => jobs.Touch("c"))!;
        await UntilStateAsync(ids["Succeeded"], "Succeeded");
        await UntilStateAsync(ids["Processing"], "Processing");
        // As a server leaves it that is killed: the rest of the test does not depend on it.
        Execute("delete from hangfire.jobqueue");
        return ids;
    }
}
