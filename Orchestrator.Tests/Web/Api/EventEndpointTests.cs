using System.Diagnostics;
using System.Net;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Web.Api;

/// <summary>Events by REST, and the routes of seed 001's own cron.</summary>
[TestFixture]
internal sealed class EventEndpointTests : ApiFixture
{
    [OneTimeSetUp]
    public async Task PutWorkflowsAsync()
    {
        await Service.PutAsync("{ key: listens, trigger: { type: event, event_types: streak_ping }, steps: [{ id: a, type: transform, value: inputs }] }");
        await Service.PutAsync("""
            key: picky
            trigger: { type: event, event_types: measured }
            inputs: { value: { type: number, required: true } }
            steps: [{ id: a, type: transform, value: 1 }]
            """);
        await Service.PutAsync("{ key: daily_instructor_v1, steps: [{ id: a, type: transform, value: inputs }] }");
    }

    [Test]
    public async Task An_event_answers_with_the_runs_that_it_started()
    {
        var answer = await SendAsync("POST", "/api/events", """{"type": "streak_ping", "user_id": "ada", "intent_id": "i", "payload": {"days": 3}}""");

        answer.Status.Should().Be(HttpStatusCode.Accepted, answer.Text);
        var run = answer.Body["dispatched"]!.AsArray().Single()!;
        ((string)run["workflow_key"]!).Should().Be("listens");
        var ended = await Service.EndAsync(new(Guid.Parse((string)run["workflow_run_id"]!)));
        ended.Output.Should().Be("""{"days":3}""");
        var detail = await GetAsync($"/api/runs/{ended.Id}");
        ((string)detail.Body["trigger"]!).Should().Be("event");
        ((string)detail.Body["trigger_event_id"]!).Should().Be((string)answer.Body["event_id"]!);
        var stored = await GetAsync($"/api/events/{answer.Body["event_id"]}");
        ((string)stored.Body["type"]!).Should().Be("streak_ping");
        ((int)stored.Body["payload"]!["days"]!).Should().Be(3);
        ((string)stored.Body["runs"]![0]!["workflow_run_id"]!).Should().Be(ended.Id.ToString());
        ((string)stored.Body["runs"]![0]!["status"]!).Should().Be("success");
    }

    [Test]
    public async Task An_event_that_a_workflow_does_not_take_is_stored_with_the_reason()
    {
        var answer = await SendAsync("POST", "/api/events", """{"type": "measured", "user_id": "ada"}""");

        answer.Status.Should().Be(HttpStatusCode.Accepted);
        answer.Body["dispatched"]!.AsArray().Should().BeEmpty();
        ((string)answer.Body["errors"]![0]!["message"]!).Should().Contain("value is required");
        ((string)(await GetAsync($"/api/events/{answer.Body["event_id"]}")).Body["errors"]![0]!["workflow_key"]!).Should().Be("picky");
    }

    [Test]
    public async Task The_same_event_under_the_same_key_counts_once()
    {
        const string body = """{"type": "streak_ping", "user_id": "twice", "payload": {"b": 1, "a": [1.50, "x"]}}""";
        var first = await SendAsync("POST", "/api/events", body, ("Idempotency-Key", "e1"));
        var second = await SendAsync("POST", "/api/events", body, ("Idempotency-Key", "e1"));

        second.Text.Should().Be(first.Text);
        second.Headers.Should().Contain("Idempotency-Replayed", "true");
        first.Headers.Should().NotContainKey("Idempotency-Replayed");
        (await SendAsync("POST", "/api/events", body.Replace("1.50", "2"), ("Idempotency-Key", "e1"))).ShouldBeProblem(HttpStatusCode.UnprocessableEntity);
    }

    [Test]
    public async Task Wrong_fields_are_named()
    {
        var answer = await SendAsync("POST", "/api/events", """{"typ": "x", "payload": 5}""");

        answer.ShouldBeProblem(HttpStatusCode.UnprocessableEntity);
        answer.Errors.Should().BeEquivalentTo(
            "type: is required", "user_id: is required", "payload: has to be a JSON object", "typ: is not known; did you mean 'type'?");
        (await GetAsync("/api/events/018f0000-0000-7000-8000-000000000000")).ShouldBeProblem(HttpStatusCode.NotFound);
        (await GetAsync("/api/events?typ=x")).ShouldBeProblem(HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task The_end_of_a_run_is_nothing_that_may_be_reported()
    {
        var answer = await SendAsync("POST", "/api/events", """{"type": "workflow.completed:greet", "user_id": "ada"}""");

        answer.ShouldBeProblem(HttpStatusCode.UnprocessableEntity);
        answer.Errors.Should().Equal("type: is kept for the ends of runs, which the service notes itself");
    }

    [Test]
    public async Task Events_are_listed_newest_first_page_by_page()
    {
        for (var i = 0; i < 3; i++)
        {
            await SendAsync("POST", "/api/events", $$"""{"type": "listed", "user_id": "u{{i}}", "intent_id": "list"}""");
        }

        var first = await GetAsync("/api/events?intent_id=list&type=listed&limit=2");
        var second = await GetAsync($"/api/events?intent_id=list&limit=2&cursor={first.Body["next_cursor"]}");

        first.Body["items"]!.AsArray().Select(item => (string)item!["user_id"]!).Should().Equal("u2", "u1");
        second.Body["items"]!.AsArray().Select(item => (string)item!["user_id"]!).Should().Equal("u0");
        second.Body["next_cursor"].Should().BeNull();
        (await GetAsync("/api/events?user_id=u1&intent_id=list")).Body["items"]!.AsArray().Should().ContainSingle();
    }

    [TestCase(null)]
    [TestCase("")]
    public async Task The_worker_route_promotes_what_is_due(string? body)
    {
        var answer = await SendAsync("POST", "/functions/v1/orchestrator/worker", body);

        answer.Status.Should().Be(HttpStatusCode.OK, answer.Text);
        ((bool)answer.Body["ok"]!).Should().BeTrue();
        ((int)answer.Body["promoted"]!).Should().BeGreaterThanOrEqualTo(0);
        ((int)answer.Body["requeued"]!).Should().BeGreaterThanOrEqualTo(0);
    }

    [TestCase(null)]
    [TestCase("")]
    public async Task The_cron_route_dispatches_what_is_owed(string? body)
    {
        var answer = await SendAsync("POST", "/functions/v1/cron-orchestrator", body);

        answer.Status.Should().Be(HttpStatusCode.OK, answer.Text);
        ((bool)answer.Body["ok"]!).Should().BeTrue();
        answer.Body["dispatched"]!.AsArray().Should().BeEmpty();
    }

    /// <summary>Seed 001's lines, with this service's host and token in the place of its own.</summary>
    [TestCase("""
        curl -X POST https://your-project.supabase.co/functions/v1/orchestrator/dispatch \
          -H "Content-Type: application/json" \
          -H "Authorization: Bearer your-service-role-key" \
          -d '{
            "user_id": "test-user-id",
            "workflow_key": "daily_instructor_v1",
            "payload": {"test": true}
          }'
        """, "workflow_run_id")]
    [TestCase("""
        curl -X POST https://your-project.supabase.co/functions/v1/orchestrator/worker \
          -H "Authorization: Bearer your-service-role-key"
        """, "promoted")]
    public async Task The_lines_of_the_seed_work_as_they_are_written(string line, string member)
    {
        var script = line
            .Replace("https://your-project.supabase.co", Service.Address.ToString().TrimEnd('/'))
            .Replace("your-service-role-key", TestService.ServiceToken)
            .Replace("curl ", "curl -sS --fail-with-body ");
        if (!OperatingSystem.IsLinux() || !File.Exists("/usr/bin/curl"))
        {
            Assert.Ignore("curl is not installed; on Debian apt-get install curl.");
        }

        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", script]) { RedirectStandardOutput = true })!;
        var answer = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();

        shell.ExitCode.Should().Be(0, answer);
        System.Text.Json.Nodes.JsonNode.Parse(answer)![member].Should().NotBeNull();
    }
}
