using System.Collections.Concurrent;
using Orchestrator.Jobs.DeadLetters;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.States;

namespace Orchestrator.Tests.Jobs.DeadLetters;

/// <summary>An operator's decisions about dead steps, carried out on real rows by a real worker.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
internal sealed class DeadLetterDeskTests
{
    private const string Policy = "retry: { max_attempts: 2, delay_ms: 10, jitter: false }";

    private readonly ConcurrentDictionary<string, bool> _broken = new();
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _service = await TestService.StartAsync();
        _service.Target.Answer = (http, seen) => _broken.GetValueOrDefault(seen.Path)
            ? TargetServer.JsonAsync(http, 503, """{"ok": false}""")
            : TargetServer.JsonAsync(http, 200, """{"ok": true}""");
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task A_retried_step_gets_one_more_attempt_under_its_key_and_the_run_goes_on()
    {
        var id = await FailedAsync("retried", after: "after");
        Mend("retried");
        var done = await DecideAsync(id, 0, new RetryDecision("ada"));
        var run = await _service.EndAsync(id);

        done.Should().BeOfType<DecisionDone>().Which.Should().Match<DecisionDone>(
            answer => answer.StepId == "call" && answer.Step == StepState.Queued && answer.Run == RunState.Running);
        (run.Status, run.Row.Error, run.Row.OpenSteps).Should().Be(("success", null, 0));
        run["call"].Should().Match<TestStep>(step => step.Attempts == 3 && step.HangfireState == "Succeeded" && step.Deliveries == 0);
        run["call"].History.Should().Contain("Failed").And.EndWith(["Enqueued", "Processing", "Succeeded"]);
        run["call"].Reasons.Should().Contain("Retried by ada");
        run["after"].Status.Should().Be("success");
        Keys("retried").Should().ContainSingle().Which.Should().EndWith(":call:0");
    }

    [Test]
    public async Task A_retried_step_that_fails_again_is_dead_again_after_that_attempt()
    {
        var id = await FailedAsync("again");
        await DecideAsync(id, 0, new RetryDecision("ada"));
        var run = await _service.EndAsync(id);

        (run.Status, run["call"].Status, run["call"].Attempts).Should().Be(("failed", "dead", (short)3));
        ((int)run.Error["attempts"]!).Should().Be(3);
    }

    [Test]
    public async Task A_reset_step_has_a_fresh_budget_and_another_key()
    {
        var id = await FailedAsync("reset");
        await DecideAsync(id, 0, new ResetDecision("ada"));
        var failed = await _service.EndAsync(id);
        Mend("reset");
        await DecideAsync(id, 0, new ResetDecision("ada"));
        var run = await _service.EndAsync(id);

        (failed.Status, failed["call"].Attempts).Should().Be(("failed", (short)4));
        (run.Status, run["call"].Attempts).Should().Be(("success", (short)5));
        _service.Target.RequestsTo("/reset").Select(request => request.Key[^1]).Should().Equal('0', '0', '1', '1', '2');
    }

    [Test]
    public async Task A_resolved_step_has_the_operators_result()
    {
        var id = await FailedAsync("resolved", after: "after");
        await DecideAsync(id, 0, new ResolveDecision("ada", "done by hand", Value.Parse("""{"by": "hand"}""")));
        var run = await _service.EndAsync(id);

        (run.Status, run.Output).Should().Be(("success", """{"was":{"by":"hand"}}"""));
        run["call"].Should().Match<TestStep>(step => step.Status == "success" && step.HangfireState == "Succeeded");
        _service.Target.RequestsTo("/resolved").Should().HaveCount(2);
        var log = await _service.Database.ScalarAsync<string>(
            $"select step_id || ' ' || message || ' ' || (data ->> 'resolution') from workflow_logs where workflow_run_id = '{id}'");
        log.Should().Be("call Resolved by ada: done by hand done by hand");
    }

    [Test]
    public async Task A_run_whose_last_step_is_resolved_has_ended_with_it()
    {
        var id = await FailedAsync("last");
        var done = await DecideAsync(id, 0, new ResolveDecision("ada", "enough", Value.Parse("7")));
        var run = await TestRun.ReadAsync(_service.Database, id);

        done.Should().BeOfType<DecisionDone>().Which.Run.Should().Be(RunState.Success);
        (run.Status, run.Output, run.Row.Finished).Should().Be(("success", "7", true));
    }

    [Test]
    public async Task Of_two_dead_steps_each_is_decided()
    {
        (_broken["/two-a"], _broken["/two-b"]) = (true, true);
        using var both = new CountdownEvent(2);
        foreach (var path in new[] { "/two-a", "/two-b" })
        {
            _service.Target.On(path, async (http, seen) =>
            {
                // Both are under way before either has failed, so that both end dead.
                if (!both.IsSet)
                {
                    both.Signal();
                    await Eventually.IsTrueAsync(() => Task.FromResult(both.IsSet), "both calls");
                }

                await TargetServer.JsonAsync(http, _broken[seen.Path] ? 400 : 200, """{"ok": true}""");
            });
        }

        var id = await _service.StartRunAsync("""
            key: two
            steps:
              - { id: a, call: /two-a }
              - { id: b, call: /two-b }
              - { id: join, type: transform, value: 1, depends_on: [a, b] }
            """);
        await _service.EndAsync(id);
        (_broken["/two-a"], _broken["/two-b"]) = (false, false);
        await DecideAsync(id, 0, new RetryDecision("ada"));
        var between = await _service.EndAsync(id);
        await DecideAsync(id, 1, new RetryDecision("ada"));
        var run = await _service.EndAsync(id);

        (between.Status, between["a"].Status, between["b"].Status, between["join"].Status).Should().Be(("failed", "success", "dead", "cancelled"));
        ((string)between.Error["step_id"]!).Should().Be("b");
        (run.Status, run["join"].Status, run["join"].Present).Should().Be(("success", "success", 2));
    }

    [Test]
    public async Task A_cancelled_step_whose_Hangfire_job_is_gone_gets_another()
    {
        _service.Target.On("/gone", (http, _) => TargetServer.JsonAsync(http, 400, "{}"));
        var id = await _service.StartRunAsync($$"""
            key: gone
            steps:
              - { id: call, call: /gone }
              - { id: later, call: {{Break("later")}}, retry: { max_attempts: 3, delay_ms: 3600000, max_delay_ms: 3600000 } }
            """);
        await _service.UntilAsync(id, run => run["later"].Status is "failed" or "cancelled" && run.Status == "failed", "the failure");
        var before = await _service.EndAsync(id);
        await _service.Database.ExecuteAsync($"delete from hangfire.job where id = {before["later"].HangfireJobId ?? 0}");
        Mend("later");
        _service.Target.On("/gone", (http, _) => TargetServer.JsonAsync(http, 200, """{"ok": true}"""));
        await DecideAsync(id, 0, new RetryDecision("ada"));
        var run = await _service.EndAsync(id);

        run.Status.Should().Be("success");
        run["later"].HangfireJobId.Should().NotBe(before["later"].HangfireJobId);
        run.Steps.Values.Should().OnlyContain(step => step.HangfireState == "Succeeded" && step.Deliveries == 0 && step.Timers == 0);
    }

    [Test]
    public async Task A_failed_steps_next_attempt_is_brought_forward()
    {
        var id = await _service.StartRunAsync($$"""
            key: forward
            steps: [{ id: call, call: {{Break("forward")}}, retry: { max_attempts: 3, delay_ms: 3600000, max_delay_ms: 3600000 } }]
            """);
        await _service.UntilAsync(id, run => run["call"].Status == "failed", "the first failure");
        var resolved = await DecideAsync(id, 0, new ResolveDecision("ada", "no", Value.Null));
        Mend("forward");
        await DecideAsync(id, 0, new RetryDecision("ada"));
        var run = await _service.EndAsync(id);

        resolved.Should().BeOfType<DecisionRefused>().Which.Message.Should().Contain("failed").And.Contain("retry");
        (run.Status, run["call"].Attempts, run["call"].Timers).Should().Be(("success", (short)2, 0));
    }

    [Test]
    public async Task Of_many_operators_one_wins()
    {
        var id = await FailedAsync("race");
        await using var other = await _service.StartAnotherAsync(TestService.WithoutWorkers);
        Mend("race");
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(n => (n % 2 == 0 ? _service : other).Get<DeadLetterDesk>().DecideAsync(
            DispatchRequest.DefaultTenant, id.Job(0), n % 3 == 0 ? new ResetDecision("ada") : new RetryDecision("bob"), CancellationToken.None)));
        var run = await _service.EndAsync(id);

        answers.OfType<DecisionDone>().Should().ContainSingle();
        answers.OfType<DecisionRefused>().Should().HaveCount(11);
        (run.Status, run["call"].Attempts).Should().Be(("success", (short)3));
    }

    [Test]
    public async Task A_step_given_up_with_its_workers_gets_one_more()
    {
        var id = await FailedAsync("poison");
        await _service.Database.ExecuteAsync($"update job_queue set attempts = 21, lost = 20 where job_id = '{id.Job(0)}'");
        Mend("poison");
        await DecideAsync(id, 0, new RetryDecision("ada"));

        (await _service.EndAsync(id)).Status.Should().Be("success");
    }

    [Test]
    public async Task The_reopened_run_has_its_whole_time_again()
    {
        var id = await FailedAsync("time");
        await _service.Database.ExecuteAsync($"update workflow_runs set deadline_at = now() - interval '1 hour' where workflow_run_id = '{id}'");
        Mend("time");
        await DecideAsync(id, 0, new RetryDecision("ada"));

        (await _service.EndAsync(id)).Status.Should().Be("success");
        (await _service.Database.ScalarAsync<bool>($"select deadline_at > now() from workflow_runs where workflow_run_id = '{id}'")).Should().BeTrue();
    }

    [Test]
    public async Task What_has_ended_otherwise_is_not_reopened()
    {
        var good = await _service.RunAsync("{ key: good, steps: [{ id: one, type: transform, value: 1 }] }");
        var cancelled = await FailedAsync("cancelled");
        await _service.Database.ExecuteAsync($"update workflow_runs set status = 'cancelled' where workflow_run_id = '{cancelled}'");

        (await DecideAsync(good.Id, 0, new RetryDecision("ada"))).Should().BeOfType<DecisionRefused>();
        (await DecideAsync(cancelled, 0, new RetryDecision("ada"))).Should().BeOfType<DecisionRefused>().Which.Message.Should().Contain("cancelled");
        (await DecideAsync(cancelled, 9, new RetryDecision("ada"))).Should().BeOfType<DecisionUnknown>();
        (await _service.Get<DeadLetterDesk>().DecideAsync("other", cancelled.Job(0), new RetryDecision("eve"), CancellationToken.None))
            .Should().BeOfType<DecisionUnknown>();
    }

    private Task<DecisionOutcome> DecideAsync(RunId run, int step, Decision decision) =>
        _service.Get<DeadLetterDesk>().DecideAsync(DispatchRequest.DefaultTenant, run.Job(step), decision, CancellationToken.None);

    /// <summary>A run that has failed because its call is broken.</summary>
    private async Task<RunId> FailedAsync(string key, string? after = null)
    {
        var yaml = $"key: {key}\nsteps:\n  - {{ id: call, call: {Break(key)}, {Policy} }}";
        var run = await _service.RunAsync(after is null
            ? yaml
            : $"{yaml}\n  - {{ id: {after}, type: transform, value: {{ was: \"{{{{ results.call }}}}\" }}, depends_on: [call] }}");
        run.Status.Should().Be("failed");
        return run.Id;
    }

    private string Break(string key)
    {
        _broken[$"/{key}"] = true;
        return $"/{key}";
    }

    private void Mend(string key) => _broken[$"/{key}"] = false;

    private IEnumerable<string> Keys(string key) => _service.Target.RequestsTo($"/{key}").Select(request => request.Key).Distinct();
}
