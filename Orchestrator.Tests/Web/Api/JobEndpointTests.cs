using System.Net;
using Orchestrator.Jobs.Queries;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Web.Api;

[TestFixture]
internal sealed class JobEndpointTests : ApiFixture
{
    [Test]
    public async Task A_dead_letter_is_listed_resolved_and_logged()
    {
        var failed = await FailAsync("letter", "ada");
        var job = (await GetAsync("/api/jobs?status=dead&workflow_key=letter")).Body["items"]!.AsArray().Should().ContainSingle().Subject!;
        var answer = await SendAsync("POST", $"/api/jobs/{job["job_id"]}/resolve", """{"resolution": "by hand", "output": {"n": 1}}""");
        var logs = (await GetAsync($"/api/runs/{failed.Id}/logs")).Body["items"]!.AsArray();

        ((string)job["step_id"]!, (string)job["run_status"]!, (string)job["user_id"]!, (int)job["used_attempts"]!).Should().Be(("call", "failed", "ada", 1));
        ((string)job["error"]!).Should().Contain("400");
        answer.Status.Should().Be(HttpStatusCode.OK, answer.Text);
        ((string)answer.Body["status"]!, (string)answer.Body["run_status"]!).Should().Be(("success", "success"));
        logs.Select(line => (string)line!["message"]!).Should().SatisfyRespectively(
            line => line.Should().Contain("/letter"), line => line.Should().Be("Resolved by admin key: by hand"));
        ((string)logs[1]!["data"]!["resolution"]!, (string)logs[1]!["step_id"]!).Should().Be(("by hand", "call"));
        (await GetAsync("/api/jobs?status=dead&workflow_key=letter")).Body["items"]!.AsArray().Should().BeEmpty();
    }

    [TestCase("retry", "Retried by admin key: it is back")]
    [TestCase("reset", "Reset by admin key: it is back")]
    public async Task A_dead_letter_gets_another_attempt(string action, string log)
    {
        var failed = await FailAsync("more-" + action, "ada");
        var path = $"/api/jobs/{failed["call"].JobId}/{action}";
        Service.Target.On($"/more-{action}", (http, _) => TargetServer.JsonAsync(http, 200, """{"ok": true}"""));
        var answer = await SendAsync("POST", path, """{"reason": "it is back"}""");
        var run = await Service.EndAsync(failed.Id);

        (answer.Status, (string)answer.Body["run_status"]!).Should().Be((HttpStatusCode.OK, "running"));
        run.Status.Should().Be("success");
        (await GetAsync($"/api/runs/{failed.Id}/logs")).Text.Should().Contain(log);
        (await SendAsync("POST", path)).ShouldBeProblem(HttpStatusCode.Conflict);
    }

    [Test]
    public async Task A_wrong_decision_is_told()
    {
        var failed = await FailAsync("wrong", "ada");
        var path = $"/api/jobs/{failed["call"].JobId}";

        (await SendAsync("POST", $"{path}/resolve", "{}")).ShouldBeProblem(HttpStatusCode.UnprocessableEntity);
        (await SendAsync("POST", $"{path}/retry", """{"why": 1}""")).ShouldBeProblem(HttpStatusCode.UnprocessableEntity);
        (await SendAsync("POST", $"/api/jobs/{Guid.NewGuid()}/retry")).ShouldBeProblem(HttpStatusCode.NotFound);
        (await SendAsync("POST", $"/api/jobs/{failed.Id}/retry")).ShouldBeProblem(HttpStatusCode.NotFound);
        (await GetAsync("/api/jobs?status=done")).ShouldBeProblem(HttpStatusCode.BadRequest);
    }

    [TestCase("status=dead&", "fails")]
    [TestCase("", "fails")]
    public async Task Steps_are_listed_page_by_page_newest_first(string filter, string step)
    {
        var user = $"pager{filter.Length}";
        var wanted = new List<string>();
        for (var n = 0; n < 5; n++)
        {
            wanted.Add((await FailAsync("paged", user))["call"].JobId.ToString());
        }

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await GetAsync($"/api/jobs?{filter}user_id={user}&step_id=call&limit=2{(cursor is null ? "" : $"&cursor={cursor}")}")).Body;
            seen.AddRange(page["items"]!.AsArray().Select(job => (string)job!["job_id"]!));
            cursor = (string?)page["next_cursor"];
        }
        while (cursor is not null);

        seen.Should().Equal(wanted.OrderDescending(StringComparer.Ordinal), step);
    }

    [Test]
    public async Task Steps_of_one_run_are_listed()
    {
        var run = await Service.RunAsync("""
            { key: three, steps: [{ id: a, type: transform, value: 1 }, { id: b, type: transform, value: 1 }, { id: c, type: transform, value: 1 }] }
            """);
        var page = (await GetAsync($"/api/jobs?run_id={run.Id}")).Body;

        page["items"]!.AsArray().Select(job => (string)job!["step_id"]!).Should().Equal("c", "b", "a");
        page["next_cursor"].Should().BeNull();
    }

    [Test]
    public async Task A_rare_filter_goes_on_where_its_window_ended()
    {
        var wanted = await Service.RunAsync("{ key: rare, steps: [{ id: rare, type: transform, value: 1 }] }");
        for (var n = 0; n < 4; n++)
        {
            await DispatchAsync();
        }

        var filter = new JobFilter { Tenant = "default", WorkflowKey = "rare", Window = 2 };
        var pages = new List<int>();
        Guid? next = Guid.AllBitsSet;
        while (next is { } before)
        {
            (var items, next) = await Service.Get<JobQueries>().ListAsync(filter with { Before = before }, CancellationToken.None);
            pages.Add(items.Count(item => item.WorkflowRunId == wanted.Id.Value));
        }

        pages.Take(3).Should().Equal(0, 0, 1);
    }

    private async Task<TestRun> FailAsync(string key, string user)
    {
        Service.Target.On($"/{key}", (http, _) => TargetServer.JsonAsync(http, 400, "{}"));
        await Service.PutAsync($"{{ key: {key}, steps: [{{ id: call, call: /{key} }}] }}");
        return await Service.EndAsync(await Service.DispatchAsync(new() { WorkflowKey = key, UserId = user }));
    }
}
