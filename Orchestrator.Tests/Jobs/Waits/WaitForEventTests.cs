using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Dapper;
using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Waits;

/// <summary>Steps that wait for an event or a signal, in a real service.</summary>
[Parallelizable(ParallelScope.Self)]
public sealed class WaitForEventTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task An_event_that_comes_ends_the_wait_and_is_the_result()
    {
        var id = await WaitAsync("comes", "event: paid_a, match: event.payload.order === inputs.order", """{"order": 7}""");

        await ReportAsync("paid_a", "ada", """{"order": 6}""");
        await ReportAsync("paid_a", "bob", """{"order": 7}""");
        var sent = await ReportAsync("paid_a", "ada", """{"order": 7}""");
        var run = await _service.EndAsync(id);

        run.Status.Should().Be("success");
        var output = JsonNode.Parse(run["wait"].Output!)!;
        ((string)output["id"]!).Should().Be(sent.ToString());
        ((string)output["type"]!).Should().Be("paid_a");
        output["payload"]!.ToJsonString().Should().Be("""{"order":7}""");
        run["wait"].Attempts.Should().Be(1, "turns are no attempts");
    }

    [Test]
    public async Task A_run_without_a_user_waits_for_everybodys_events()
    {
        var id = await _service.DispatchAsync(new() { WorkflowKey = await _service.PutAsync(Workflow("nobodys", "event: paid_b")) });
        await WaitsAsync(id);

        await ReportAsync("paid_b", "bob", "{}");

        (await _service.EndAsync(id)).Status.Should().Be("success");
    }

    [TestCase("true", "success")]
    [TestCase("false", "failed")]
    public async Task What_came_before_the_step_counts_where_it_is_buffered(string buffer, string status)
    {
        var key = $"before_{buffer}";
        await ReportAsync(key, "ada", """{"n": 0}""");
        var id = await _service.StartRunAsync($$"""
            key: {{key}}
            steps:
              - { id: first, type: wait_for_event, event: go_{{buffer}} }
              - { id: wait, type: wait_for_event, event: {{key}}, buffer: {{buffer}}, timeout_ms: 1500, depends_on: [first] }
            """);
        await _service.UntilAsync(id, run => run["first"].WaitingFor == "event", "the first wait");
        await ReportAsync(key, "ada", """{"n": 1}""");
        await SignalAsync(id, $"go_{buffer}", "{}");

        var run = await _service.EndAsync(id);

        run.Status.Should().Be(status);
        if (status == "success")
        {
            ((int)JsonNode.Parse(run["wait"].Output!)!["payload"]!["n"]!).Should().Be(1, "what came before the run began does not count");
        }
        else
        {
            ((string)run.Error["message"]!).Should().Contain("No end within 1500 ms").And.Contain("'wait'");
            run["wait"].Attempts.Should().Be(1, "it is not tried again");
        }
    }

    [Test]
    public async Task A_wait_that_is_over_may_go_on_without()
    {
        var run = await _service.RunAsync(Workflow("goes_on", "event: never, timeout_ms: 50, on_timeout: continue"));

        run.Status.Should().Be("success");
        run["wait"].Output.Should().Be("null");
        (await ScalarAsync("select count(*) from event_waits w join job_queue q using (tenant_id, job_id) where q.workflow_run_id = @id", run.Id)).Should().Be(1);
        await using var connection = await _service.Database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(SqlText.Load("ForgetEventWaits"), new { age = TimeSpan.Zero, batch = 10 });
        (await ScalarAsync("select count(*) from event_waits w join job_queue q using (tenant_id, job_id) where q.workflow_run_id = @id", run.Id)).Should().Be(0);
    }

    [Test]
    public async Task A_signal_that_is_sent_before_the_step_waits_is_kept_and_each_is_taken_once()
    {
        var id = await _service.StartRunAsync("""
            key: in_turn
            steps:
              - { id: hold, type: wait_for_event, event: open_gate }
              - { id: both, type: parallel, steps: [one, two], depends_on: [hold] }
              - { id: one, type: wait_for_event, event: ticket }
              - { id: two, type: wait_for_event, event: ticket }
              - { id: third, type: wait_for_event, event: ticket, timeout_ms: 300, on_timeout: continue, depends_on: [both] }
            """);
        await SignalAsync(id, "ticket", """{"n": 1}""");
        await SignalAsync(id, "ticket", """{"n": 2}""");
        await SignalAsync(id, "open_gate", "{}");

        var run = await _service.EndAsync(id);

        run.Status.Should().Be("success");
        new[] { "one", "two" }.Select(step => (int)JsonNode.Parse(run[step].Output!)!["payload"]!["n"]!).Should().BeEquivalentTo([1, 2]);
        run["third"].Output.Should().Be("null");
        (await _service.Client.PostAsJsonAsync($"/api/runs/{id}/signals/ticket", new { })).StatusCode.Should().Be(HttpStatusCode.Conflict, "the run has ended");
    }

    [Test]
    public async Task A_signal_counts_once_for_its_key()
    {
        var id = await WaitAsync("keyed", "event: other");
        async Task<HttpResponseMessage> SendAsync(string body)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/runs/{id}/signals/mine") { Content = new StringContent(body, null, "application/json") };
            request.Headers.Add("Idempotency-Key", "k1");
            return await _service.Client.SendAsync(request);
        }

        using var first = await SendAsync("""{"n": 1}""");
        using var second = await SendAsync("""{"n": 1}""");
        using var other = await SendAsync("""{"n": 2}""");

        first.StatusCode.Should().Be(HttpStatusCode.Accepted);
        second.StatusCode.Should().Be(HttpStatusCode.Accepted);
        second.Headers.GetValues("Idempotency-Replayed").Should().Equal("true");
        (await second.Content.ReadAsStringAsync()).Should().Be(await first.Content.ReadAsStringAsync());
        other.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        (await ScalarAsync("select count(*) from run_signals where workflow_run_id = @id", id)).Should().Be(1);
        await SignalAsync(id, "other", "{}");
        await _service.EndAsync(id);
    }

    [Test]
    public async Task Signals_are_for_operators_of_the_tenant()
    {
        var id = await WaitAsync("guarded", "event: guarded");
        using var viewer = await _service.CreateClientAsync(Role.Viewer);
        using var stranger = await _service.CreateClientAsync(Role.Operator, "elsewhere");

        (await viewer.PostAsJsonAsync($"/api/runs/{id}/signals/guarded", new { })).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await stranger.PostAsJsonAsync($"/api/runs/{id}/signals/guarded", new { })).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await stranger.PostAsJsonAsync("/api/events", new { type = "guarded", user_id = "ada" })).StatusCode.Should().Be(HttpStatusCode.Accepted);

        (await TestRun.ReadAsync(_service.Database, id))["wait"].WaitingFor.Should().Be("event");
        await SignalAsync(id, "guarded", "{}");
        await _service.EndAsync(id);
    }

    [Test]
    public async Task An_event_that_was_inserted_by_sql_ends_the_wait()
    {
        var id = await WaitAsync("by_sql", "event: by_sql");

        await ExecuteAsync("insert into intent_events (user_id, type) values ('ada', 'by_sql')");

        (await _service.EndAsync(id)).Status.Should().Be("success");
    }

    [Test]
    public async Task No_event_is_missed_between_the_look_and_the_wait()
    {
        // Events are brought while steps look for them: some before, some in between, some after the wait is recorded.
        const int runs = 40;
        var key = await _service.PutAsync(Workflow("hurried", "event: hurried, match: event.payload.run === run.id"));
        await using var other = await _service.StartAnotherAsync();
        var ids = new List<RunId>();
        for (var number = 0; number < runs; number++)
        {
            var id = await _service.DispatchAsync(new() { WorkflowKey = key, UserId = "ada" });
            ids.Add(id);
            using var answer = await (number % 2 == 0 ? _service : other).Client.PostAsJsonAsync(
                "/api/events", new { type = "hurried", user_id = "ada", payload = new { run = id.ToString() } });
            answer.EnsureSuccessStatusCode();
        }

        foreach (var id in ids)
        {
            (await _service.EndAsync(id)).Status.Should().Be("success");
        }

        (await ScalarAsync("select count(*) from event_waits w join job_queue q using (tenant_id, job_id) where q.workflow_run_id = @id and q.finished_at is null", ids[0])).Should().Be(0);
    }

    private static string Workflow(string key, string settings) => $"{{ key: {key}, steps: [{{ id: wait, type: wait_for_event, {settings} }}] }}";

    private async Task<RunId> WaitAsync(string key, string settings, string payload = "{}")
    {
        var id = await _service.StartRunAsync(Workflow(key, settings), payload);
        await WaitsAsync(id);
        return id;
    }

    private Task WaitsAsync(RunId id) => _service.UntilAsync(id, run => run["wait"].WaitingFor == "event", "the wait");

    private async Task<Guid> ReportAsync(string type, string user, string payload)
    {
        using var answer = await _service.Client.PostAsJsonAsync("/api/events", new { type, user_id = user, payload = JsonNode.Parse(payload) });
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!["event_id"]!.GetValue<Guid>();
    }

    private async Task SignalAsync(RunId id, string name, string payload)
    {
        using var answer = await _service.Client.PostAsJsonAsync($"/api/runs/{id}/signals/{name}", JsonNode.Parse(payload));
        answer.StatusCode.Should().Be(HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
    }

    private async Task<long> ScalarAsync(string sql, RunId id)
    {
        await using var connection = await _service.Database.DataSource.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>(sql, new { id = id.Value });
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = await _service.Database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(sql);
    }
}
