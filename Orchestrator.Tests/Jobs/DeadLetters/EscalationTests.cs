using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.DeadLetters;

/// <summary>Steps that fail and wait for a decision: the run pauses, an alert opens, an operator decides over HTTP.</summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class EscalationTests
{
    private readonly ConcurrentDictionary<string, bool> _broken = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _slow = new();
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _service = await TestService.StartAsync(options => options.Recovery["transform"] = new() { ["strategy"] = "skip" });
        _service.Target.Answer = async (http, seen) =>
        {
            if (_slow.TryGetValue(seen.Path, out var until))
            {
                await until.Task;
            }

            await (_broken.GetValueOrDefault(seen.Path)
                ? TargetServer.JsonAsync(http, 400, """{"ok": false, "error": "declined"}""")
                : TargetServer.JsonAsync(http, 200, """{"ok": true}"""));
        };
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task The_run_pauses_with_an_alert_and_a_retry_has_all_attempts_anew()
    {
        var id = await HeldAsync("anew", """
            steps:
              - { id: pay, call: /anew, retry: { max_attempts: 2, delay_ms: 0, on: ["400"] }, on_failure: { strategy: escalate, handler: finance } }
              - { id: last, type: transform, value: results.pay.ok, depends_on: [pay] }
            """, ["pay"], "/anew");
        var held = await TestRun.ReadAsync(_service.Database, id);
        var alert = (await AlertsAsync(id)).Should().ContainSingle().Subject!;
        var why = await _service.Client.GetStringAsync($"/api/runs/{id}/steps/pay/why");
        var (resumed, refusal) = await PostAsync($"{id}/resume");

        (held["pay"].Status, held["pay"].WaitingFor, held["pay"].HangfireState, held["last"].Status).Should().Be(("waiting", "decision", "Awaiting", "waiting"));
        ((string)alert["type"]!, (string)alert["severity"]!, (string)alert["status"]!, (string)alert["step_id"]!).Should().Be(("escalation", "critical", "open", "pay"));
        ((string)alert["data"]!["handler"]!, (int)alert["data"]!["attempts"]!).Should().Be(("finance", 2));
        ((string)alert["message"]!).Should().Contain("declined");
        why.Should().Contain("\"decision\"").And.Contain("retry, skip or abort");
        (resumed, refusal).Should().Match<(int Status, string Text)>(answer => answer.Status == 409
            && answer.Text.Contains("'pay'") && answer.Text.Contains("/steps/pay/retry") && answer.Text.Contains("/skip") && answer.Text.Contains("/abort"));

        // It fails again, with as many attempts, and has another alert.
        (await PostAsync($"{id}/steps/pay/retry")).Status.Should().Be(200);
        var again = await UntilHeldAsync(id, 4);
        (again["pay"].Status, again["pay"].Attempts).Should().Be(("waiting", (short)4));
        (await AlertsAsync(id)).Should().HaveCount(2);
        _broken["/anew"] = false;
        (await PostAsync($"{id}/steps/pay/retry")).Status.Should().Be(200);
        var run = await _service.EndAsync(id);
        var (late, decided) = await PostAsync($"{id}/steps/pay/abort");

        (run.Status, run["last"].Output).Should().Be(("success", "true"));
        _service.Target.RequestsTo("/anew").Should().HaveCount(5).And.OnlyContain(request => request.Key == $"{id}:pay:0");
        (await AlertsAsync(id)).Should().OnlyContain(one => (string)one!["status"]! == "resolved" && (string)one["data"]!["decision"]! == "retry" && one["data"]!["by"] != null);
        (late, decided).Should().Match<(int Status, string Text)>(answer => answer.Status == 409 && answer.Text.Contains("has decided 'retry'"));
    }

    [Test]
    public async Task A_step_that_is_skipped_has_a_result_that_says_why()
    {
        var id = await HeldAsync("skipped", """
            steps:
              - { id: pay, call: /skipped, on_failure: escalate }
              - { id: last, type: transform, value: results.pay, depends_on: [pay] }
            """, ["pay"], "/skipped");
        (await PostAsync($"{id}/steps/pay/skip", "not today")).Status.Should().Be(200);
        var run = await _service.EndAsync(id);

        (run.Status, run["last"].Output).Should().Be(("success", """{"reason": "not today", "skipped": true}"""));
        ((string)(await AlertsAsync(id))[0]!["data"]!["decision"]!).Should().Be("skip");
        (await PostAsync($"{id}/steps/pay/retry")).Text.Should().Contain("has decided 'skip'");
    }

    [Test]
    public async Task A_step_that_is_aborted_fails_its_run_with_its_error()
    {
        var id = await HeldAsync("aborted", """
            steps:
              - { id: pay, call: /aborted, on_failure: { type: escalate, escalationHandler: ops } }
              - { id: tidy, call: /aborted-tidy, depends_on: [pay], join: all_done }
            """, ["pay"], "/aborted");
        (await PostAsync($"{id}/steps/pay/abort", "no use")).Status.Should().Be(200);
        var run = await _service.EndAsync(id);

        (run.Status, run["pay"].Status, run["pay"].HangfireState, run["tidy"].Status).Should().Be(("failed", "dead", "Failed", "success"));
        run.AttemptsOf("pay").Should().ContainSingle();
        ((string)(await AlertsAsync(id))[0]!["status"]!).Should().Be("resolved");
        (await PostAsync($"{id}/steps/pay/abort")).Text.Should().Contain("has decided 'abort'");
        _broken["/aborted"] = false;
        (await PostAsync($"{id}/steps/pay/retry")).Status.Should().Be(200, "it is dead as any other");
        (await _service.EndAsync(id)).Status.Should().Be("success");
    }

    [Test]
    public async Task The_run_goes_on_when_all_is_decided()
    {
        // Both are under way before the first fails: what has not begun does not begin in a pause.
        var (arrived, met) = (0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        foreach (var path in new[] { "/both-0-1", "/both-0-2" })
        {
            var answer = _service.Target.Answer;
            _service.Target.On(path, async (http, seen) =>
            {
                if (Interlocked.Increment(ref arrived) == 2)
                {
                    met.SetResult();
                }

                await met.Task;
                await answer(http, seen);
            });
        }

        _broken["/both-0-2"] = true;
        var id = await HeldAsync("both", """
            steps:
              - id: outer
                type: loop
                max_iterations: 1
                steps:
                  - id: process
                    type: for_each
                    items: "[1, 2, 3]"
                    steps: [{ id: call, call: "/both-{{ iteration }}-{{ item }}", on_failure: escalate }]
              - { id: last, type: transform, value: "results.process.map(r => r.ok)", depends_on: [outer] }
            """, ["outer[0].process[0].call", "outer[0].process[1].call"], "/both-0-1");
        var refusal = await PostAsync($"{id}/resume");
        (await PostAsync($"{id}/steps/outer[0].process[0].call/skip")).Status.Should().Be(200);
        (await TestRun.ReadAsync(_service.Database, id)).Status.Should().Be("paused");
        _broken["/both-0-2"] = false;
        (await PostAsync($"{id}/steps/outer%5B0%5D.process%5B1%5D.call/retry")).Status.Should().Be(200);
        var run = await _service.EndAsync(id);

        refusal.Text.Should().Contain("process[0].call").And.Contain("process[1].call").And.Contain("/steps/{step}/retry");
        (run.Status, run["outer"].Status).Should().Be(("success", "success"));
    }

    [Test]
    public async Task A_container_that_is_retried_retries_what_failed_it()
    {
        var id = await HeldAsync("inside", """
            steps:
              - { id: pair, type: parallel, steps: [a, b], on_failure: escalate }
              - { id: a, call: /inside-a }
              - { id: b, call: /inside-b }
              - { id: last, type: transform, value: results.pair.a.ok, depends_on: [pair] }
            """, ["pair"], "/inside-a");
        _broken["/inside-a"] = false;
        (await PostAsync($"{id}/steps/pair/retry")).Status.Should().Be(200);
        var run = await _service.EndAsync(id);

        (run.Status, run["a"].Attempts, run["last"].Output).Should().Be(("success", (short)2, "true"));
    }

    [Test]
    public async Task A_step_inside_of_a_container_that_waits_is_decided_about_too()
    {
        var id = await HeldAsync("within", """
            steps:
              - { id: pair, type: parallel, steps: [a], on_failure: escalate }
              - { id: a, call: /within-a }
            """, ["pair"], "/within-a");
        (await PostAsync($"{id}/steps/a/skip")).Status.Should().Be(200);

        (await _service.EndAsync(id)).Status.Should().Be("success");
        ((string)(await AlertsAsync(id))[0]!["status"]!).Should().Be("resolved");
    }

    [Test]
    public async Task An_operators_own_pause_stays()
    {
        _slow["/kept"] = new TaskCompletionSource();
        _broken["/kept"] = true;
        var id = await _service.StartRunAsync("key: kept\nsteps: [{ id: pay, call: /kept, on_failure: escalate }]");
        await Eventually.IsTrueAsync(() => Task.FromResult(_service.Target.RequestsTo("/kept").Count == 1), "the call");
        (await PostAsync($"{id}/pause")).Status.Should().Be(200);
        _slow["/kept"].SetResult();
        await _service.UntilAsync(id, run => run["pay"].WaitingFor == "decision", "it waits");
        _broken["/kept"] = false;
        (await PostAsync($"{id}/steps/pay/retry")).Status.Should().Be(200);
        (await TestRun.ReadAsync(_service.Database, id)).Status.Should().Be("paused");
        (await PostAsync($"{id}/resume")).Status.Should().Be(200);

        (await _service.EndAsync(id)).Status.Should().Be("success");
    }

    [Test]
    public async Task A_run_goes_on_when_the_step_was_cancelled_meanwhile()
    {
        _slow["/lost-b"] = new TaskCompletionSource();
        _broken["/lost-a"] = true;
        var id = await _service.StartRunAsync("""
            key: lost
            steps:
              - { id: a, call: /lost-a, on_failure: escalate }
              - { id: b, call: /lost-b }
              - { id: last, call: /lost-last, depends_on: [a, b], join: { need: 1, rest: cancel } }
            """);
        await Eventually.IsTrueAsync(() => Task.FromResult(_service.Target.RequestsTo("/lost-b").Count == 1), "the call");
        await _service.UntilAsync(id, run => run.Status == "paused", "it pauses");
        _slow["/lost-b"].SetResult();
        var run = await _service.EndAsync(id);

        (run.Status, run["a"].Status, run["last"].Status).Should().Be(("success", "cancelled", "success"));
        (await AlertsAsync(id))[0]!["data"]!["decision"].Should().BeNull();
    }

    [Test]
    public async Task A_cancelled_run_leaves_nothing_to_decide()
    {
        var id = await HeldAsync("gone", "steps: [{ id: pay, call: /gone, on_failure: escalate }]", ["pay"], "/gone");
        (await PostAsync($"{id}/cancel")).Status.Should().Be(200);

        await Eventually.IsTrueAsync(async () => (string)(await AlertsAsync(id))[0]!["status"]! == "resolved", "the alert is closed");
        (await PostAsync($"{id}/steps/pay/retry")).Status.Should().Be(409);
        (await PostAsync($"{id}/steps/pay/abort")).Status.Should().Be(409);
    }

    [Test]
    public async Task A_run_waits_for_its_child_that_waits()
    {
        _broken["/child"] = true;
        await _service.PutAsync("key: child\nsteps: [{ id: call, call: /child, on_failure: escalate }]");
        var id = await _service.StartRunAsync("key: parent\nsteps: [{ id: sub, type: workflow, workflow_key: child }]");
        var child = await Eventually.GetAsync(
            async () => await _service.Database.ScalarAsync<string?>("select workflow_run_id::text from workflow_runs where workflow_key = 'child' and status = 'paused'"), "the child pauses");
        (await TestRun.ReadAsync(_service.Database, id)).Status.Should().Be("running");
        _broken["/child"] = false;
        (await PostAsync($"{child}/steps/call/retry")).Status.Should().Be(200);

        (await _service.EndAsync(id)).Status.Should().Be("success");
    }

    [Test]
    public async Task A_question_that_was_rejected_is_asked_anew()
    {
        var id = await _service.StartRunAsync("key: asked\nsteps: [{ id: ask, type: approval, prompt: Really?, on_failure: escalate }]");
        await _service.UntilAsync(id, run => run["ask"].WaitingFor == "approval", "it asks");
        await AnswerAsync(id, false);
        await UntilHeldAsync(id, 1);
        (await PostAsync($"{id}/steps/ask/retry")).Status.Should().Be(200);
        await _service.UntilAsync(id, run => run["ask"].WaitingFor == "approval", "it asks again");
        await AnswerAsync(id, true);

        (await _service.EndAsync(id)).Status.Should().Be("success");
    }

    [Test]
    public async Task A_step_that_is_evaluated_ahead_waits_too()
    {
        var id = await _service.StartRunAsync("""
            key: ahead
            steps:
              - { id: one, call: /ahead }
              - { id: two, type: transform, value: "results.one.no.such", on_failure: escalate, depends_on: [one] }
            """);
        await UntilHeldAsync(id, 1);
        (await PostAsync($"{id}/steps/two/skip")).Status.Should().Be(200);

        (await _service.EndAsync(id)).Status.Should().Be("success");
    }

    [TestCase("retry", "success")]
    [TestCase("skip", "success")]
    [TestCase("reset", "success")]
    [TestCase("resolve", "success")]
    [TestCase("abort", "dead")]
    public async Task A_compensation_that_failed_is_decided_while_the_rollback_waits_for_it(string decision, string state)
    {
        var (key, undo) = ($"refund-{decision}", $"/refund-{decision}");
        var id = await HeldAsync(key, $$"""
            steps:
              - { id: first, call: /paid, compensate: undo_first }
              - { id: pay, call: /paid, compensate: refund, depends_on: [first] }
              - { id: bad, type: transform, value: inputs.no.no, on_failure: rollback, depends_on: [pay] }
              - { id: refund, call: {{undo}}, on_failure: escalate }
              - { id: undo_first, call: {{undo}}-first }
            """, ["refund"], undo);
        _broken[undo] = false;
        var refund = (await TestRun.ReadAsync(_service.Database, id))["refund"].JobId;
        var (undone, refusal) = await PostAsync($"{id}/steps/pay/retry");
        using var answer = decision switch
        {
            "reset" => await _service.Client.PostAsync($"/api/jobs/{refund}/reset", null),
            "resolve" => await _service.Client.PostAsync($"/api/jobs/{refund}/resolve", JsonContent.Create(new { resolution = "by hand", output = 1 })),
            _ => await _service.Client.PostAsync($"/api/runs/{id}/steps/refund/{decision}", null),
        };
        var said = await answer.Content.ReadAsStringAsync();
        var run = await _service.EndAsync(id);
        using var late = await _service.Client.PostAsync($"/api/runs/{id}/steps/bad/retry", null);

        ((int)answer.StatusCode).Should().Be(200, "{0}", said);
        (undone, refusal).Should().Match<(int Status, string Text)>(refused => refused.Status == 409 && refused.Text.Contains("success"));
        (run.Status, run["refund"].Status, run["undo_first"].Status, run["bad"].Status).Should().Be(("failed", state, "success", "dead"));
        _service.Target.RequestsTo(undo).Should().HaveCount(decision is "retry" or "reset" ? 2 : 1);
        ((int)late.StatusCode).Should().Be(409);
    }

    [Test]
    public async Task What_the_host_sets_for_a_type_holds_where_no_file_says_otherwise()
    {
        var run = await _service.RunAsync("""
            key: host
            steps:
              - { id: one, type: transform, value: inputs.no.such }
              - { id: two, type: transform, value: inputs.no.such, on_failure: continue }
            """);

        (run.Status, run["one"].Status, run["two"].Status).Should().Be(("success", "skipped", "dead"));
    }

    private async Task<RunId> HeldAsync(string key, string steps, string[] held, string broken)
    {
        _broken[broken] = true;
        var id = await _service.StartRunAsync($"key: {key}\n{steps}");
        await _service.UntilAsync(id, run => run.Status == "paused" && held.All(step => run.Steps.GetValueOrDefault(step)?.WaitingFor == "decision"), "it waits for a decision");
        return id;
    }

    private Task<TestRun> UntilHeldAsync(RunId id, int attempts) => _service.UntilAsync(
        id, run => run.Status == "paused" && run.Steps.Values.Any(step => step.WaitingFor == "decision" && step.Attempts == attempts), "it waits for a decision");

    private async Task<JsonArray> AlertsAsync(RunId id) =>
        JsonNode.Parse(await _service.Client.GetStringAsync($"/api/alerts?run_id={id}&type=escalation"))!["items"]!.AsArray();

    private async Task<(int Status, string Text)> PostAsync(string path, string? reason = null)
    {
        using var answer = await _service.Client.PostAsync($"/api/runs/{path}", reason is null ? null : JsonContent.Create(new { reason }));
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private async Task AnswerAsync(RunId id, bool approved)
    {
        using var answer = await _service.Client.PostAsync($"/api/runs/{id}/approvals/ask", JsonContent.Create(new { approved }));
        answer.EnsureSuccessStatusCode();
    }
}
