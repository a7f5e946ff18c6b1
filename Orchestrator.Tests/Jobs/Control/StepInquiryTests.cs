using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Control;

/// <summary>A run is asked why a step of it is not running.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
internal sealed class StepInquiryTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task It_says_which_steps_are_waited_for_and_where_they_stand()
    {
        var id = await _service.StartRunAsync("""
            key: depends
            steps:
              - { id: first, type: transform, value: 1 }
              - { id: wait, type: delay, ms: 3600000, depends_on: [first] }
              - { id: last, type: transform, value: 2, depends_on: [first, wait] }
              - id: process
                type: for_each
                items: "[1, 2]"
                steps:
                  - { id: pause, type: delay, ms: 3600000 }
                  - { id: fetch, type: transform, value: 1, depends_on: [pause] }
            """);
        await _service.UntilAsync(id, run => run.Steps.Values.Count(step => step.WaitingFor == "timer") == 3, "the timers");

        var last = await WhyAsync(id, "last");
        Reason(last).Should().Be(("steps", "wait", "waiting"));
        ((string?)last["why"]).Should().Be("Step 'last' is waiting: it depends on 'wait', which is waiting.");
        Reason(await WhyAsync(id, "process[1].fetch")).Should().Be(("steps", "process[1].pause", "waiting"));
        Reason(await WhyAsync(id, "process")).Step.Should().StartWith("process[0]");
        ((DateTime?)(await WhyAsync(id, "wait"))["reasons"]![0]!["until"]).Should().BeAfter(DateTime.UtcNow.AddMinutes(50));
        Reason(await WhyAsync(id, "first")).Kind.Should().Be("ended");

        await _service.Client.PostAsync($"/api/runs/{id}/pause", null);
        (await WhyAsync(id, "wait"))["reasons"]!.AsArray().Select(reason => (string?)reason!["kind"]).Should().Equal("pause", "timer");
        await _service.Client.PostAsJsonAsync($"/api/runs/{id}/cancel", new { reason = "enough" });
        ((string?)(await WhyAsync(id, "last"))["why"]).Should().Be("Step 'last' is cancelled: its run was cancelled (Cancelled by admin key: enough).");
    }

    [Test]
    public async Task It_says_for_which_event_answer_or_run_a_step_waits()
    {
        await _service.PutAsync("{ key: inner, steps: [{ id: wait, type: wait_for_event, event: never }] }");
        var id = await _service.StartRunAsync("""
            key: outer
            steps:
              - { id: paid, type: wait_for_event, event: "paid.{{ inputs.order }}", timeout_ms: 3600000 }
              - { id: ask, type: approval, prompt: Ship it?, approvers: [ann, bob] }
              - { id: child, type: workflow, workflow_key: inner }
            """, """{"order": 7}""");
        await _service.UntilAsync(id, run => run.Steps.Values.All(step => step.WaitingFor is not null), "the waits");

        var paid = (await WhyAsync(id, "paid"))["reasons"]![0]!;
        ((string?)paid["message"]).Should().StartWith("it waits for an event or a signal 'paid.7', until 20").And.EndWith("Z at most");
        ((DateTime?)paid["until"]).Should().BeAfter(DateTime.UtcNow.AddMinutes(50));
        ((string?)(await WhyAsync(id, "ask"))["why"]).Should().Be("Step 'ask' is waiting: it waits for the answer of ann and bob to 'Ship it?'.");
        ((string?)(await WhyAsync(id, "child"))["why"]).Should().MatchRegex("^Step 'child' is waiting: it waits for run [0-9a-f-]{36}\\.$");
    }

    [Test]
    public async Task It_says_what_went_wrong_and_when_the_next_attempt_is()
    {
        _service.Target.On("/down", (http, _) => TargetServer.JsonAsync(http, 503, "{}"));
        var id = await _service.StartRunAsync("{ key: retries, steps: [{ id: call, call: /down, retry: { delay_ms: 3600000, max_delay_ms: 3600000, jitter: false } }] }");
        await _service.UntilAsync(id, run => run["call"].Status == "failed", "the failure");
        var reason = (await WhyAsync(id, "call"))["reasons"]![0]!;

        ((string?)reason["kind"]).Should().Be("retry");
        ((string?)reason["error"]).Should().Contain("503");
        ((DateTime?)reason["until"]).Should().BeAfter(DateTime.UtcNow.AddMinutes(50));
    }

    [Test]
    public async Task It_says_who_holds_the_lock_and_whose_token_it_is()
    {
        var (reached, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        _service.Target.On("/holds", async (http, _) =>
        {
            reached.TrySetResult();
            await gate.Task;
            await TargetServer.JsonAsync(http, 200, "{}");
        });
        const string locked = "{ key: locked, steps: [{ id: call, call: /holds, exclusive: ledger }] }";
        var holder = await _service.StartRunAsync(locked);
        await reached.Task;
        var waits = await _service.StartRunAsync(locked);
        const string limited = "{ key: limited, steps: [{ id: a, call: /a, rate_limit: { key: one, capacity: 1, refill_per_second: 0.001 } }] }";
        await _service.RunAsync(limited);
        var token = await _service.StartRunAsync(limited);
        await _service.UntilAsync(waits, run => run["call"].Status == "waiting", "the wait for the lock");
        await _service.UntilAsync(token, run => run["a"].Status == "waiting", "the wait for a token");

        var byLock = (await WhyAsync(waits, "call"))["reasons"]![0]!;
        ((string?)byLock["kind"], (string?)byLock["key"], (string?)byLock["holder"]).Should().Be(("lock", "ledger", $"{holder}:call:1"));
        ((string?)byLock["message"]).Should().Be($"it waits for the lock 'ledger', held by attempt 1 of step 'call' of run {holder}, and it is next");
        var byToken = (await WhyAsync(token, "a"))["reasons"]![0]!;
        ((string?)byToken["kind"], (string?)byToken["key"], (int?)byToken["before"]).Should().Be(("token", "one", 0));
        ((string?)byToken["message"]).Should().StartWith("it waits for a token of 'one', which is its own at ").And.EndWith("Z, and it is next");
        gate.SetResult();
        (await _service.EndAsync(waits)).Status.Should().Be("success");
    }

    [Test]
    public async Task It_says_whether_a_worker_serves_its_queue_and_how_many_are_before_it()
    {
        await using var idle = await TestService.StartAsync(options => options.Queues = ["idle"]);
        var unserved = await idle.StartRunAsync("{ key: unserved, steps: [{ id: a, type: transform, value: 1 }] }");
        var second = await idle.StartRunAsync("{ key: unserved, steps: [{ id: a, type: transform, value: 1 }] }");

        var first = (await WhyAsync(unserved, "a", idle))["reasons"]![0]!;
        ((string?)first["kind"], (string?)first["key"]).Should().Be(("worker", "default"));
        ((int?)(await WhyAsync(second, "a", idle))["reasons"]![0]!["before"]).Should().Be(1);

        await idle.Database.ExecuteAsync("update hangfire.server set data = data || '{\"Queues\": [\"default\"]}'");
        var served = (await WhyAsync(second, "a", idle))["reasons"]![0]!;
        ((string?)served["kind"], (int?)served["before"], (string?)served["message"]).Should().Be(("queue", 1, "it waits for a worker in queue 'default', and 1 step is before it"));
    }

    [Test]
    public async Task It_knows_only_steps_of_the_tenants_runs()
    {
        var run = await _service.RunAsync("{ key: known, steps: [{ id: a, type: transform, value: 1 }] }");
        using var stranger = await _service.CreateClientAsync(Orchestrator.Jobs.Access.Role.Viewer, "strangers");

        (await _service.Client.GetAsync($"/api/runs/{run.Id}/steps/b/why")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await stranger.GetAsync($"/api/runs/{run.Id}/steps/a/why")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    private async Task<JsonNode> WhyAsync(RunId run, string step, TestService? service = null) =>
        (await (service ?? _service).Client.GetFromJsonAsync<JsonNode>($"/api/runs/{run}/steps/{Uri.EscapeDataString(step)}/why"))!;

    private static (string? Kind, string? Step, string? Status) Reason(JsonNode answer) =>
        answer["reasons"]![0]! is var reason ? ((string?)reason["kind"], (string?)reason["step_id"], (string?)reason["status"]) : default;
}
