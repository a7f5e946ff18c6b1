using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Control;

/// <summary>Runs that are cancelled, paused and resumed over HTTP, with real steps under way.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
internal sealed class RunControlTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task A_cancelled_run_stops_what_is_under_way_and_cancels_the_rest()
    {
        var stopped = Hang("/hangs", out var reached);
        var id = await _service.StartRunAsync("""
            key: cancelled
            steps:
              - { id: call, call: /hangs, timeout_ms: 60000 }
              - { id: wait, type: delay, ms: 3600000 }
              - { id: many, type: for_each, items: "[1, 2]", steps: [{ id: one, type: delay, ms: 3600000 }] }
              - { id: after, call: /never, depends_on: [call] }
            """);
        await reached;
        await _service.UntilAsync(id, run => run.Steps.Values.Count(step => step.WaitingFor == "timer") == 3, "the timers");

        var (status, answer) = await PostAsync($"{id}/cancel", new { reason = "no longer needed" });
        await stopped.WaitAsync(TimeSpan.FromSeconds(30));
        var run = await _service.EndAsync(id);

        ((int)status, (string?)answer["status"]).Should().Be((200, "cancelled"));
        (run.Status, run.Row.OpenSteps, (string?)run.Error["message"]).Should().Be(("cancelled", 0, "Cancelled by admin key: no longer needed"));
        run.Steps.Values.Should().OnlyContain(step => step.Status == "cancelled" && step.Deliveries == 0 && step.Timers == 0 && step.LeaseOwner == null);
        run.Steps.Values.Where(step => step.HangfireJobId != null).Should().OnlyContain(step => step.HangfireState == "Deleted");
        run.AttemptsOf("call").Should().ContainSingle().Which.Should().Match<TestAttempt>(attempt => !attempt.Success && attempt.ErrorText == "Cancelled by admin key: no longer needed");
        _service.Target.RequestsTo("/never").Should().BeEmpty();
        var logs = await _service.Client.GetFromJsonAsync<JsonNode>($"/api/runs/{id}/logs");
        logs!["items"]!.AsArray().Should().Contain(line => (string?)line!["message"] == "Cancelled by admin key: no longer needed");
    }

    [Test]
    public async Task Another_node_stops_its_attempt_of_a_run_that_is_cancelled_here()
    {
        var stopped = Hang("/elsewhere", out var reached);
        await using var api = await TestService.StartAsync(TestService.WithoutWorkers);
        await using var worker = await api.StartAnotherAsync();
        api.Target.On("/elsewhere", (http, _) => HangAsync(http, Reached["/elsewhere"], Stopped["/elsewhere"]));
        var id = await api.StartRunAsync("{ key: elsewhere, steps: [{ id: call, call: /elsewhere, timeout_ms: 60000 }] }");
        await reached;

        (await api.Client.PostAsync($"/api/runs/{id}/cancel", null)).StatusCode.Should().Be(HttpStatusCode.OK);
        await stopped.WaitAsync(TimeSpan.FromSeconds(30));

        (await api.EndAsync(id)).Status.Should().Be("cancelled");
    }

    [Test]
    public async Task A_run_in_a_state_that_does_not_allow_it_stays_as_it_is()
    {
        var run = await _service.RunAsync("{ key: over, steps: [{ id: a, type: transform, value: 1 }] }");

        foreach (var word in new[] { "cancel", "pause", "resume" })
        {
            var (status, answer) = await PostAsync($"{run.Id}/{word}");
            status.Should().Be(HttpStatusCode.Conflict);
            ((string?)answer["detail"]).Should().Contain("is success").And.Contain($"{word} needs one that is");
        }

        (await PostAsync($"{Guid.CreateVersion7()}/cancel")).Status.Should().Be(HttpStatusCode.NotFound);
        (await _service.UntilAsync(run.Id, _ => true, "the run")).Status.Should().Be("success");
    }

    [Test]
    public async Task A_paused_run_records_what_was_under_way_and_starts_nothing_until_it_is_resumed()
    {
        var gate = new TaskCompletionSource();
        var reached = new TaskCompletionSource();
        _service.Target.On("/slow", async (http, _) =>
        {
            reached.TrySetResult();
            await gate.Task;
            await TargetServer.JsonAsync(http, 200, """{"ok": true}""");
        });
        var id = await _service.StartRunAsync("""
            key: paused
            steps:
              - { id: call, call: /slow, timeout_ms: 60000 }
              - { id: next, call: /next, depends_on: [call] }
              - { id: other, call: /next/other, depends_on: [call] }
            """);
        await reached.Task;

        (await PostAsync($"{id}/pause")).Status.Should().Be(HttpStatusCode.OK);
        gate.SetResult();
        var paused = await _service.UntilAsync(id, run => run["call"].HasEnded, "the end of the attempt");
        await _service.Get<Orchestrator.Jobs.Maintenance.Sweeper>().SweepAsync(CancellationToken.None);

        (paused.Status, paused["call"].Status, paused["next"].Status, paused["other"].Status).Should().Be(("paused", "success", "queued", "queued"));
        (paused["next"].HangfireJobId, paused["next"].Deliveries).Should().Be((null, 0));
        _service.Target.RequestsTo("/next").Should().BeEmpty();

        (await PostAsync($"{id}/resume")).Answer["status"]!.ToString().Should().Be("running");
        var run = await _service.EndAsync(id);

        run.Status.Should().Be("success");
        _service.Target.RequestsTo("/next").Should().HaveCount(2);
        run["next"].History.Should().Equal("Enqueued", "Processing", "Succeeded");
    }

    [Test]
    public async Task A_failed_run_goes_on_from_where_it_failed()
    {
        var answers = new Queue<int>([200, 404, 200]);
        _service.Target.On("/resumed", (http, _) => TargetServer.JsonAsync(http, answers.Dequeue(), """{"ok": true}"""));
        var id = await _service.StartRunAsync("""
            key: resumed
            steps:
              - { id: each, type: for_each, items: "[1, 2]", maxConcurrency: 1, steps: [{ id: call, call: /resumed }] }
              - { id: after, type: transform, value: results.each.length, depends_on: [each] }
            """);
        (await _service.EndAsync(id)).Status.Should().Be("failed");

        (await PostAsync($"{id}/resume")).Answer["status"]!.ToString().Should().Be("running");
        var run = await _service.EndAsync(id);

        (run.Status, run.Output).Should().Be(("success", "2"));
        _service.Target.RequestsTo("/resumed").Should().HaveCount(3);
        (await PostAsync($"{id}/resume")).Status.Should().Be(HttpStatusCode.Conflict);
    }

    [Test]
    public async Task A_delivery_that_a_worker_took_in_the_pause_is_made_again()
    {
        await using var api = await TestService.StartAsync(TestService.WithoutWorkers);
        var id = await api.StartRunAsync("{ key: taken, steps: [{ id: call, call: /taken }] }");
        (await api.Client.PostAsync($"/api/runs/{id}/pause", null)).StatusCode.Should().Be(HttpStatusCode.OK);
        await using var worker = await api.StartAnotherAsync();
        await api.UntilAsync(id, run => run["call"].Deliveries == 0, "the delivery to be taken");

        var answer = await (await api.Client.PostAsync($"/api/runs/{id}/resume", null)).Content.ReadFromJsonAsync<JsonNode>();
        var run = await api.EndAsync(id);

        ((string?)answer!["status"]).Should().Be("pending");
        (run.Status, run["call"].Attempts).Should().Be(("success", (short)1));
        api.Target.RequestsTo("/taken").Should().ContainSingle();
    }

    [Test]
    public async Task Timers_retries_and_the_runs_end_are_as_far_away_after_a_pause_as_before()
    {
        _service.Target.On("/fails", (http, _) => TargetServer.JsonAsync(http, 503, "{}"));
        var id = await _service.StartRunAsync("""
            key: timers
            steps:
              - { id: wait, type: delay, ms: 600000 }
              - { id: call, call: /fails, retry: { delay_ms: 60000, jitter: false } }
              - { id: ask, type: approval, prompt: Sure?, timeout_ms: 900000 }
            """);
        var before = await _service.UntilAsync(id, run => run["wait"].Status == "waiting" && run["call"].Status == "failed" && run["ask"].Status == "waiting", "the waits");
        var deadline = await DeadlineAsync(id);
        await PostAsync($"{id}/pause");

        // As if it had been paused for an hour.
        await ExecuteAsync("update orchestrator.workflow_runs set paused_at = paused_at - interval '1 hour', deadline_at = deadline_at - interval '1 hour' where workflow_run_id = @id", id);
        await ExecuteAsync("update orchestrator.job_queue set next_run_at = next_run_at - interval '1 hour' where workflow_run_id = @id", id);
        await ExecuteAsync("""
            update orchestrator.step_progress p set data = p.data || jsonb_build_object('until', orchestrator.hangfire_time((p.data ->> 'until')::timestamptz - interval '1 hour'))
            from orchestrator.job_queue q where q.workflow_run_id = @id and p.job_id = q.job_id and p.data ? 'until'
            """, id);
        await _service.Get<Orchestrator.Jobs.Maintenance.Sweeper>().SweepAsync(CancellationToken.None);
        var paused = await _service.UntilAsync(id, run => true, "the run");
        await PostAsync($"{id}/resume");
        var after = await _service.UntilAsync(id, run => run.Status == "running", "the run");

        (paused.Status, paused["wait"].Status, paused["call"].Status, paused["wait"].Timers).Should().Be(("paused", "waiting", "failed", 0));
        (await DeadlineAsync(id) - deadline).Should().BeGreaterThan(TimeSpan.FromHours(1)).And.BeLessThan(TimeSpan.FromHours(2));
        foreach (var step in new[] { "wait", "call" })
        {
            // All the time that the pause took, and the test with it, came on top.
            (after[step].NextRunAt - before[step].NextRunAt).Should().BePositive().And.BeLessThan(TimeSpan.FromSeconds(50));
            (after[step].Timers, after[step].HangfireState).Should().Be((1, "Scheduled"));
        }

        // One comes from the worker's count of the database's clock, the other from that clock; without the pause they were an hour apart.
        (await _service.Database.ScalarAsync<bool>($"select abs(extract(epoch from (p.data ->> 'until')::timestamptz - q.next_run_at)) < 60 from orchestrator.step_progress p join orchestrator.job_queue q using (tenant_id, job_id) where q.workflow_run_id = '{id}' and p.data ? 'until'"))
            .Should().BeTrue("a delay's result names the time at which it ends");
        (await _service.Database.ScalarAsync<bool>($"select deadline_at > clock_timestamp() from orchestrator.workflow_runs where workflow_run_id = '{id}'")).Should().BeTrue();
        await PostAsync($"{id}/cancel");
    }

    /// <summary>When the time of the step that waits for an answer is over.</summary>
    private Task<DateTime> DeadlineAsync(RunId id) => _service.Database.ScalarAsync<DateTime>(
        $"select (data ->> 'deadline')::timestamptz from orchestrator.step_progress where job_id > '{id}' and job_id <= '{id.LastJob}' and data ? 'deadline'");

    [Test]
    public async Task A_retry_that_is_set_in_the_pause_is_due_its_whole_time_after_it()
    {
        var gate = new TaskCompletionSource();
        var reached = new TaskCompletionSource();
        _service.Target.On("/late", async (http, _) =>
        {
            reached.TrySetResult();
            await gate.Task;
            await TargetServer.JsonAsync(http, 503, "{}");
        });
        var id = await _service.StartRunAsync("{ key: late, steps: [{ id: call, call: /late, timeout_ms: 60000, retry: { delay_ms: 500, jitter: false, max_attempts: 2 } }] }");
        await reached.Task;
        await PostAsync($"{id}/pause");
        await ExecuteAsync("update orchestrator.workflow_runs set paused_at = paused_at - interval '1 hour' where workflow_run_id = @id", id);
        gate.SetResult();
        await _service.UntilAsync(id, run => run["call"].Status == "failed", "the failed attempt");

        (await _service.Database.ScalarAsync<bool>($"select next_run_at = r.paused_at + interval '500 ms' from orchestrator.job_queue q join orchestrator.workflow_runs r using (tenant_id, workflow_run_id) where workflow_run_id = '{id}'")).Should().BeTrue();
        await PostAsync($"{id}/resume");
        var run = await _service.EndAsync(id);

        (run.Status, run["call"].Attempts).Should().Be(("failed", (short)2));
    }

    [Test]
    public async Task Many_runs_are_cancelled_by_a_filter_and_others_are_left_alone()
    {
        await _service.PutAsync("{ key: bulk, steps: [{ id: wait, type: delay, ms: 3600000 }] }");
        await _service.PutAsync("{ key: bulk_other, steps: [{ id: wait, type: delay, ms: 3600000 }] }");
        var runs = new List<RunId>();
        for (var index = 0; index < 130; index++)
        {
            runs.Add(await _service.DispatchAsync(new() { WorkflowKey = "bulk" }));
        }

        var other = await _service.DispatchAsync(new() { WorkflowKey = "bulk_other" });
        var (refused, problem) = await PostAsync("bulk", new { action = "cancel", filter = new { } });
        var (unknown, _) = await PostAsync("bulk", new { action = "cancel", filter = new { workflow = "bulk" } });
        var (status, answer) = await PostAsync("bulk", new { action = "cancel", filter = new { workflow_key = "bulk" } });
        var (_, again) = await PostAsync("bulk", new { action = "cancel", filter = new { workflow_key = "bulk" } });

        (refused, unknown).Should().Be((HttpStatusCode.UnprocessableEntity, HttpStatusCode.UnprocessableEntity));
        ((string?)problem["detail"]).Should().Contain("all: true");
        (status, (int)answer["count"]!, (int)again["count"]!).Should().Be((HttpStatusCode.OK, 130, 0));
        (await _service.Database.ScalarAsync<long>("select count(*) from orchestrator.workflow_runs where workflow_key = 'bulk' and status <> 'cancelled'")).Should().Be(0);
        (await _service.UntilAsync(other, _ => true, "the run")).HasEnded.Should().BeFalse();
        await PostAsync($"{other}/cancel");
    }

    [Test]
    public async Task A_viewer_and_another_tenant_change_nothing()
    {
        var id = await _service.StartRunAsync("{ key: guarded, steps: [{ id: wait, type: delay, ms: 3600000 }] }");
        using var viewer = await _service.CreateClientAsync(Orchestrator.Jobs.Access.Role.Viewer);
        using var stranger = await _service.CreateClientAsync(Orchestrator.Jobs.Access.Role.Admin, "strangers");

        (await viewer.PostAsync($"/api/runs/{id}/cancel", null)).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await stranger.PostAsync($"/api/runs/{id}/cancel", null)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        var bulk = await stranger.PostAsJsonAsync("/api/runs/bulk", new { action = "cancel", filter = new { workflow_key = "guarded" } });

        ((int)(await bulk.Content.ReadFromJsonAsync<JsonNode>())!["count"]!).Should().Be(0);
        (await _service.UntilAsync(id, _ => true, "the run")).HasEnded.Should().BeFalse();
        await PostAsync($"{id}/cancel");
    }

    private static Dictionary<string, TaskCompletionSource> Reached { get; } = [];

    private static Dictionary<string, TaskCompletionSource> Stopped { get; } = [];

    /// <summary>The target never answers there; the answer ends when the caller has given up.</summary>
    private Task Hang(string path, out Task reached)
    {
        var (start, end) = (Reached[path] = new TaskCompletionSource(), Stopped[path] = new TaskCompletionSource());
        _service.Target.On(path, (http, _) => HangAsync(http, start, end));
        reached = start.Task;
        return end.Task;
    }

    private static async Task HangAsync(Microsoft.AspNetCore.Http.HttpContext http, TaskCompletionSource start, TaskCompletionSource end)
    {
        start.TrySetResult();
        using var gone = http.RequestAborted.Register(() => end.TrySetResult());
        await end.Task;
    }

    private async Task<(HttpStatusCode Status, JsonNode Answer)> PostAsync(string path, object? body = null)
    {
        var answer = body is null ? await _service.Client.PostAsync($"/api/runs/{path}", null) : await _service.Client.PostAsJsonAsync($"/api/runs/{path}", body);
        return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonNode>())!);
    }

    private async Task ExecuteAsync(string sql, RunId id)
    {
        await using var command = _service.Database.DataSource.CreateCommand(sql.Replace("@id", $"'{id}'", StringComparison.Ordinal));
        await command.ExecuteNonQueryAsync();
    }
}
