using System.Net;
using Orchestrator.Jobs.Queries;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Web.Api;

[TestFixture]
internal sealed class RunEndpointTests : ApiFixture
{
    [Test]
    public async Task A_run_is_shown_with_its_steps()
    {
        var id = await DispatchAsync(""", "user_id": "ada", "intent_id": "learn", "variables": {"v": 1} """);
        await Service.EndAsync(new RunId(Guid.Parse(id)));
        var run = (await GetAsync($"/api/runs/{id}")).Body;

        run.AsObject().Select(member => member.Key).Should().Equal(
            "workflow_run_id", "workflow_key", "version", "status", "user_id", "intent_id", "trigger", "trigger_event_id", "parent_run_id", "restarted_from", "priority", "created_at", "scheduled_at",
            "started_at", "finished_at", "payload", "variables", "steps", "handoffs", "output", "error", "metrics");
        ((string)run["status"]!, (string)run["output"]!, (string)run["user_id"]!).Should().Be(("success", "hello ada", "ada"));
        ((string)run["created_at"]!).Should().EndWith("Z");
        run["payload"]!.ToJsonString().Should().Be("""{"name":"ada"}""");
        var step = run["steps"]!.AsArray().Should().ContainSingle().Subject!;
        ((string)step["step_id"]!, (string)step["type"]!, (string)step["status"]!, (int)step["attempts"]!).Should().Be(("hello", "transform", "success", 1));
        ((int)run["metrics"]!["steps"]!, (int)run["metrics"]!["failed_attempts"]!).Should().Be((1, 0));
    }

    [Test]
    public async Task A_failed_run_says_why()
    {
        var id = await Service.StartRunAsync("""{ key: fails, steps: [{ id: bad, type: transform, value: "{{ inputs.a.b }}" }] }""");
        await Service.EndAsync(id);
        var run = (await GetAsync($"/api/runs/{id}")).Body;

        run["error"]!.AsObject().Select(member => member.Key).Should().Equal("message", "step_id", "agent_id", "timestamp", "attempts");
        ((string)run["error"]!["step_id"]!, (int)run["error"]!["attempts"]!).Should().Be(("bad", 1));
        ((string)run["steps"]![0]!["error"]!).Should().Be((string)run["error"]!["message"]!);
        ((int)run["metrics"]!["failed_attempts"]!).Should().Be(1);
    }

    [Test]
    public async Task Failed_attempts_are_counted_as_they_were()
    {
        Service.Target.On("/counted", (http, _) => TargetServer.JsonAsync(
            http, Service.Target.RequestsTo("/counted").Count < 3 ? 503 : 200, """{"ok": true}"""));
        var id = await Service.StartRunAsync("""
            key: counted
            steps:
              - { id: call, call: /counted, retry: { delay_ms: 10, jitter: false } }
              - { id: skipped, type: transform, when: "false", value: 1 }
            """);
        await Service.EndAsync(id);
        var metrics = (await GetAsync($"/api/runs/{id}")).Body["metrics"]!;

        ((int)metrics["steps"]!, (int)metrics["failed_attempts"]!).Should().Be((2, 2));
        ((double)metrics["total_ms"]!, (double)metrics["average_step_ms"]!).Should().Match<(double Total, double Step)>(took => took.Total > 0 && took.Step > 0);
    }

    [TestCase("/api/runs/018f0000-0000-7000-8000-000000000000")]
    [TestCase("/api/runs/ffffffff-ffff-ffff-ffff-ffffffffffff")]
    [TestCase("/api/runs/not-an-id")]
    public async Task A_run_that_is_not_there_is_not_found(string path) =>
        (await GetAsync(path)).ShouldBeProblem(HttpStatusCode.NotFound);

    [Test]
    public async Task Runs_are_listed_page_by_page_newest_first()
    {
        var ids = new List<string>();
        for (var n = 0; n < 5; n++)
        {
            ids.Add(await DispatchAsync(""", "user_id": "pager" """));
        }

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await GetAsync($"/api/runs?user_id=pager&limit=2{(cursor is null ? "" : $"&cursor={cursor}")}")).Body;
            page["items"]!.AsArray().Count.Should().BeLessThanOrEqualTo(2);
            seen.AddRange(page["items"]!.AsArray().Select(run => (string)run!["workflow_run_id"]!));
            cursor = (string?)page["next_cursor"];
        }
        while (cursor is not null);

        seen.Should().Equal(ids.OrderDescending(StringComparer.Ordinal)).And.HaveCount(5);
    }

    [TestCase("tag=red", "red")]
    [TestCase("tag=warm", "yellow red")]
    [TestCase("tag=war", "")]
    [TestCase("q=YELLOW-", "yellow")]
    [TestCase("q=Boils over", "red")]
    [TestCase("q=boils%25", "")]
    [TestCase("tag=warm&q=grace&workflow_key=yellow-one", "yellow")]
    public async Task Runs_are_found_by_tags_and_words(string query, string wanted)
    {
        await Service.Database.ExecuteAsync("update workflow_runs set user_id = 'before' where user_id = 'grace'");
        await Service.PutAsync("{ key: red-one, tags: [red, warm], steps: [{ id: one, type: transform, value: \"{{ inputs.boils_over.x }}\" }] }");
        await Service.PutAsync("{ key: yellow-one, tags: [yellow, warm], steps: [{ id: one, type: transform, value: 1 }] }");
        foreach (var key in new[] { "red-one", "yellow-one" })
        {
            var run = await Service.EndAsync(await Service.DispatchAsync(new() { WorkflowKey = key, UserId = "grace" }));
            await Service.Database.ExecuteAsync(
                $"update workflow_run_data set error = jsonb_set(error, '{{message}}', '\"it BOILS over\"') where workflow_run_id = '{run.Id}'");
        }

        // The version that the run started with counts, not the newest.
        await Service.PutAsync("{ key: red-one, tags: [blue], steps: [{ id: one, type: transform, value: 1 }] }");

        (await GetAsync($"/api/runs?user_id=grace&{query}")).Body["items"]!.AsArray().Select(run => ((string)run!["workflow_key"]!)[..^4])
            .Should().Equal(wanted.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Test]
    public async Task A_run_is_found_by_its_id_and_that_of_a_step_wherever_it_is()
    {
        var id = await DispatchAsync();
        await DispatchAsync();
        var job = new RunId(Guid.Parse(id)).Job(0);

        foreach (var word in new[] { id, id.ToUpperInvariant(), job.ToString(), id[..^8] })
        {
            (await GetAsync($"/api/runs?q={word}")).Body["items"]!.AsArray().Select(run => (string)run!["workflow_run_id"]!).Should().Contain(id);
        }

        (await GetAsync($"/api/runs?q={job}")).Body["items"]!.AsArray().Should().ContainSingle();
        (await GetAsync($"/api/runs?q={new string('x', 201)}")).ShouldBeProblem(HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task A_rare_filter_goes_on_where_its_window_ended()
    {
        var wanted = Guid.Parse(await DispatchAsync(""", "user_id": "rare" """));
        for (var n = 0; n < 4; n++)
        {
            await DispatchAsync();
        }

        var filter = new RunFilter { Tenant = "default", UserId = "rare", Window = 2 };
        var pages = new List<int>();
        Guid? next = Guid.AllBitsSet;
        while (next is { } before)
        {
            (var items, next) = await Service.Get<RunQueries>().ListAsync(filter with { Before = before }, CancellationToken.None);
            pages.Add(items.Count(item => item.WorkflowRunId == wanted));
        }

        pages.Take(3).Should().Equal(0, 0, 1);
    }

    [Test]
    public async Task A_list_that_ends_with_its_page_has_no_cursor()
    {
        await DispatchAsync(""", "user_id": "exact" """);
        await DispatchAsync(""", "user_id": "exact" """);

        (await GetAsync("/api/runs?user_id=exact&limit=2")).Body["next_cursor"].Should().BeNull();
    }

    [TestCase("workflow_key=greet&user_id=filtered&intent_id=wanted", 1)]
    [TestCase("user_id=filtered", 2)]
    [TestCase("user_id=filtered&status=success", 2)]
    [TestCase("user_id=filtered&status=failed", 0)]
    [TestCase("user_id=filtered&from=2020-01-01T00:00:00Z", 2)]
    [TestCase("user_id=filtered&from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59Z", 2)]
    [TestCase("user_id=filtered&to=2020-01-01T00:00:00Z", 0)]
    [TestCase("user_id=filtered&workflow_key=other", 0)]
    public async Task Lists_are_narrowed(string query, int count)
    {
        await Service.Database.ExecuteAsync("update workflow_runs set user_id = 'was filtered' where user_id = 'filtered'");
        foreach (var intent in new[] { "wanted", "unwanted" })
        {
            var id = await DispatchAsync($$""", "user_id": "filtered", "intent_id": "{{intent}}" """);
            await Service.EndAsync(new RunId(Guid.Parse(id)));
        }

        (await GetAsync($"/api/runs?{query}")).Body["items"]!.AsArray().Should().HaveCount(count);
    }

    [TestCase("status=done", "pending, running, paused, success, failed, cancelled")]
    [TestCase("limit=0", "1 to 500")]
    [TestCase("limit=501", "1 to 500")]
    [TestCase("limit=many", "limit")]
    [TestCase("cursor=nonsense", "cursor")]
    [TestCase("from=yesterday", "from")]
    [TestCase("stauts=success", "status")]
    public async Task A_wrong_filter_is_a_wrong_request(string query, string word)
    {
        var answer = await GetAsync($"/api/runs?{query}");

        answer.ShouldBeProblem(HttpStatusCode.BadRequest);
        ((string)answer.Body["detail"]!).Should().Contain(word);
    }

    [Test]
    public async Task Attempts_and_logs_of_a_run_are_listed_in_their_order()
    {
        Service.Target.On("/logged", (http, seen) => TargetServer.JsonAsync(
            http, Service.Target.RequestsTo("/logged").Count < 2 ? 503 : 200, """{"ok": true}"""));
        var id = await Service.StartRunAsync("""
            { key: logged, steps: [{ id: call, call: /logged, retry: { delay_ms: 10, jitter: false } }] }
            """);
        await Service.EndAsync(id);
        var attempts = await GetAsync($"/api/runs/{id}/attempts");
        var logs = await GetAsync($"/api/runs/{id}/logs");

        attempts.Body["items"]!.AsArray().Select(row => ((string)row!["step_id"]!, (int)row["attempt"]!, (bool)row["success"]!, (int)row["status_code"]!))
            .Should().Equal(("call", 1, false, 503), ("call", 2, true, 200));
        logs.Body["items"]!.AsArray().Select(row => (string)row!["message"]!).Should().HaveCount(2).And.OnlyContain(line => line.Contains("/logged"));
        (await GetAsync($"/api/runs/{Guid.NewGuid()}/attempts")).Status.Should().Be(HttpStatusCode.NotFound);
        (await GetAsync($"/api/runs/{Guid.NewGuid()}/logs")).Status.Should().Be(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task Attempts_and_logs_come_in_pages()
    {
        Service.Target.On("/paged", (http, _) => TargetServer.JsonAsync(http, 200, "{}"));
        var id = await Service.StartRunAsync("""
            { key: paged, steps: [{ id: all, type: for_each, items: "[1, 2, 3, 4, 5]", steps: [{ id: call, call: /paged }] }] }
            """);
        await Service.EndAsync(id);

        foreach (var list in new[] { "attempts", "logs" })
        {
            var whole = Items(await GetAsync($"/api/runs/{id}/{list}"));
            var pages = new List<string>();
            for (string? cursor = ""; cursor is not null;)
            {
                var page = await GetAsync($"/api/runs/{id}/{list}?limit=2{cursor}");
                pages.AddRange(Items(page));
                cursor = page.Body["next_cursor"] is { } next ? $"&cursor={next}" : null;
            }

            pages.Should().HaveCountGreaterThan(4).And.Equal(whole);
            (await GetAsync($"/api/runs/{id}/{list}?limit=0")).ShouldBeProblem(HttpStatusCode.BadRequest);
            (await GetAsync($"/api/runs/{id}/{list}?cursor=x")).ShouldBeProblem(HttpStatusCode.BadRequest);
        }

        static string[] Items(ApiAnswer answer) => [.. answer.Body["items"]!.AsArray().Select(item => item!.ToJsonString())];
    }
}
