using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Execution;

/// <summary>How steps and runs fail, and how failed attempts are made again.</summary>
[TestFixture]
internal sealed class StepFailureTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [TestCase("type: transform, value: inputs.a.b", "can't read `b` of undefined")]
    [TestCase("call: /all-done, retries: 0", "answered 400")]
    public async Task What_is_done_after_a_failure_leaves_its_error_the_runs(string broken, string error)
    {
        Refuse("/all-done", 1, 400);
        var run = await _service.RunAsync($$"""
            key: all_done
            steps:
              - { id: broken, {{broken}} }
              - { id: clean, call: /all-done/clean, depends_on: [broken], join: all_done }
            """);

        run.States.Should().Be("broken dead, clean success");
        ((string)run.Error["step_id"]!, (int)run.Error["attempts"]!).Should().Be(("broken", 1));
        ((string)run.Error["message"]!).Should().Contain(error);
        run.Error.AsObject().Select(member => member.Key).Should().BeEquivalentTo("message", "step_id", "agent_id", "timestamp", "attempts");
    }

    [Test]
    public async Task An_expression_that_fails_ends_the_run_and_cancels_the_rest()
    {
        var run = await _service.RunAsync("""
            key: expression
            steps:
              - { id: start, type: transform, value: 1 }
              - { id: broken, type: transform, value: inputs.a.b.c, depends_on: [start] }
              - { id: rest, call: /expression/rest, depends_on: [broken] }
              - { id: last, call: /expression/last, depends_on: [rest] }
            """);

        run.Status.Should().Be("failed");
        ((string)run.Error["step_id"]!).Should().Be("broken");
        ((string)run.Error["message"]!).Should().NotBeEmpty();
        ((int)run.Error["attempts"]!).Should().Be(1);
        ((string)run.Error["timestamp"]!).Should().EndWith("Z");
        run["broken"].Should().Match<TestStep>(step => step.Status == "dead" && step.HangfireState == "Failed" && step.Attempts == 1);
        new[] { run["rest"], run["last"] }.Should().OnlyContain(step => step.Status == "cancelled" && step.Attempts == 0);
        run.Row.OpenSteps.Should().Be(0);
        _service.Target.RequestsTo("/expression").Should().BeEmpty();
    }

    [Test]
    public async Task A_failed_attempt_is_made_again_by_the_same_hangfire_job()
    {
        Refuse("/retry", 2, 503);
        var run = await _service.RunAsync("""
            key: retry
            steps:
              - { id: call, call: /retry, retry: { max_attempts: 5, delay_ms: 20, jitter: false } }
            """);

        run.Status.Should().Be("success");
        run["call"].Should().Match<TestStep>(step => step.Attempts == 3 && step.HangfireState == "Succeeded" && step.Timers == 0);
        run["call"].History.Should().Equal(
            "Enqueued", "Processing", "Scheduled", "Enqueued", "Processing", "Scheduled", "Enqueued", "Processing", "Succeeded");
        run["call"].Reasons![2].Should().StartWith("Retry attempt 1 of 4:").And.Contain("503");
        run.Attempts.Select(attempt => (attempt.Attempt, attempt.Success, attempt.StatusCode)).Should()
            .Equal((1, false, 503), (2, false, 503), (3, true, 200));
        run.Attempts[0].ErrorText.Should().Contain("POST").And.Contain("/retry").And.Contain("503");
    }

    [Test]
    public async Task Attempts_used_up_leave_the_step_dead_and_its_hangfire_job_failed()
    {
        Refuse("/dead", int.MaxValue, 500);
        var run = await _service.RunAsync("""
            key: dead
            steps:
              - { id: call, call: /dead, retries: 2, retry: { delay_ms: 1 } }
              - { id: rest, type: transform, value: 1, depends_on: [call] }
            """);

        run.Status.Should().Be("failed");
        run["call"].Should().Match<TestStep>(step => step.Status == "dead" && step.Attempts == 3 && step.HangfireState == "Failed" && step.Deliveries == 0);
        ((string)run.Error["step_id"]!).Should().Be("call");
        ((int)run.Error["attempts"]!).Should().Be(3);
        (await _service.Database.ScalarAsync<string>(
                $"select data ->> 'ExceptionMessage' from hangfire.state where jobid = {run["call"].HangfireJobId} and name = 'Failed'"))
            .Should().Contain("/dead answered 500");
    }

    [TestCase(400, 1)]
    [TestCase(404, 1)]
    [TestCase(408, 2)]
    [TestCase(429, 2)]
    [TestCase(502, 2)]
    public async Task Only_what_may_pass_is_tried_again(int status, int attempts)
    {
        Refuse($"/status/{status}", int.MaxValue, status);
        var run = await _service.RunAsync($$"""
            key: status_{{status}}
            steps:
              - { id: call, call: /status/{{status}}, retry: { max_attempts: 2, delay_ms: 1 } }
            """);

        (run["call"].Status, run["call"].Attempts).Should().Be(("dead", (short)attempts));
    }

    [Test]
    public async Task Retry_on_narrows_what_is_tried_again()
    {
        Refuse("/narrow", int.MaxValue, 503);
        var run = await _service.RunAsync("""
            key: narrow
            steps:
              - { id: call, call: /narrow, retry: { max_attempts: 3, delay_ms: 1, on: [timeout, "429"] } }
            """);

        run["call"].Attempts.Should().Be(1);
    }

    [Test]
    public async Task The_targets_own_wish_sets_the_wait()
    {
        _service.Target.On("/later", (http, _) =>
        {
            http.Response.Headers.RetryAfter = "120";
            return TargetServer.JsonAsync(http, 429, "{}");
        });
        var id = await _service.StartRunAsync("""
            key: later
            steps:
              - { id: call, call: /later, retry: { max_attempts: 2, delay_ms: 1 } }
            """);
        var run = await _service.UntilAsync(id, run => run["call"].Status == "failed", "the failed attempt");

        run["call"].Should().Match<TestStep>(step => step.WaitingFor == "retry" && step.HangfireState == "Scheduled" && step.Timers == 1);
        var wait = await _service.Database.ScalarAsync<double>(
            $"select extract(epoch from q.next_run_at - a.finished_at)::float8 from job_queue q join job_attempts a using (job_id) where q.job_id = '{run["call"].JobId}'");
        wait.Should().BeGreaterThan(119);
    }

    [Test]
    public async Task A_target_that_never_answers_is_a_timeout_of_the_attempt()
    {
        _service.Target.On("/never", (http, _) => Task.Delay(Timeout.Infinite, http.RequestAborted));
        var run = await _service.RunAsync("""
            key: never
            steps:
              - { id: call, call: /never, timeout_ms: 50, retry: { max_attempts: 2, delay_ms: 1 } }
            """);

        run.Status.Should().Be("failed");
        run.AttemptsOf("call").Should().HaveCount(2).And.OnlyContain(attempt => attempt.ErrorText!.Contains("No end within 50 ms"));
    }

    [Test]
    public async Task A_run_whose_time_is_over_fails_and_its_waiting_steps_are_cancelled()
    {
        Refuse("/overdue", int.MaxValue, 503);
        var run = await _service.RunAsync("""
            key: overdue
            config: { timeout_ms: 100 }
            steps:
              - { id: call, call: /overdue, retry: { max_attempts: 100, delay_ms: 60000, jitter: false } }
              - { id: rest, type: transform, value: 1, depends_on: [call] }
            """);

        run.Status.Should().Be("failed");
        ((string)run.Error["message"]!).Should().Contain("100 ms (config.timeout_ms)");
        ((string)run.Error["timestamp"]!).Should().EndWith("Z");
        run.Steps.Values.Should().OnlyContain(step => step.Status == "cancelled");
        run["call"].Should().Match<TestStep>(step => step.HangfireState == "Deleted" && step.Timers == 0 && step.Deliveries == 0);
    }

    [Test]
    public async Task A_run_fails_while_its_other_steps_run_and_they_are_still_recorded()
    {
        using var slow = new SemaphoreSlim(0);
        using var underWay = new CountdownEvent(2);
        _service.Target.On("/siblings/slow", async (http, _) =>
        {
            underWay.Signal();
            await slow.WaitAsync(http.RequestAborted);
            await TargetServer.JsonAsync(http, 200, """{"ok": true}""");
        });
        _service.Target.On("/siblings/retried", async (http, _) =>
        {
            underWay.Signal();
            await slow.WaitAsync(http.RequestAborted);
            await TargetServer.JsonAsync(http, 503, "{}");
        });
        _service.Target.On("/siblings/bad", async (http, _) =>
        {
            // Not before the others are under way: what has not started is cancelled with the run.
            await Task.Run(() => underWay.Wait(http.RequestAborted), http.RequestAborted);
            await TargetServer.JsonAsync(http, 400, "{}");
        });
        var id = await _service.StartRunAsync("""
            key: siblings
            steps:
              - { id: slow, call: /siblings/slow }
              - { id: retried, call: /siblings/retried }
              - { id: bad, call: /siblings/bad }
              - { id: after, type: transform, value: 1, depends_on: [slow] }
            """);
        await _service.UntilAsync(id, run => run.HasEnded, "the failure");
        slow.Release(2);
        var run = await _service.EndAsync(id);

        run.Status.Should().Be("failed");
        ((string)run.Error["step_id"]!).Should().Be("bad");
        run["slow"].Should().Match<TestStep>(step => step.Status == "success" && step.HangfireState == "Succeeded");
        run["retried"].Should().Match<TestStep>(step => step.Status == "cancelled" && step.HangfireState == "Deleted" && step.Attempts == 1);
        run["after"].Status.Should().Be("cancelled");
        run.Row.OpenSteps.Should().Be(0);
    }

    [Test]
    public async Task An_output_that_cannot_be_evaluated_fails_the_run()
    {
        var run = await _service.RunAsync("""
            key: bad_output
            steps:
              - { id: one, type: transform, value: 1 }
            output: inputs.a.b.c
            """);

        run.Status.Should().Be("failed");
        ((string)run.Error["message"]!).Should().StartWith("output:");
        ((string)run.Error["timestamp"]!).Should().EndWith("Z");
        run["one"].Status.Should().Be("success");
    }

    [Test]
    public async Task A_failure_that_is_not_to_be_retried_goes_straight_to_the_alternative()
    {
        _service.Target.On("/silent", (http, _) => Task.Delay(Timeout.Infinite, http.RequestAborted));
        var run = await _service.RunAsync("""
            key: straight
            steps:
              - { id: call, call: /silent, timeout_ms: 100, retry: { max_attempts: 5, delay_ms: 0, on: [5xx, network] }, on_failure: { strategy: alternative, step: backup } }
              - { id: backup, type: transform, value: 7 }
              - { id: last, type: transform, value: results.call, depends_on: [call] }
            """);

        (run.Status, run["call"].Attempts, run["last"].Output).Should().Be(("success", (short)2, "7"));
        run.AttemptsOf("call")[0].ErrorText.Should().Contain("timeout_ms");
        _service.Target.RequestsTo("/silent").Should().ContainSingle();
    }

    private void Refuse(string path, int times, int status)
    {
        var refused = 0;
        _service.Target.On(path, (http, _) => Interlocked.Increment(ref refused) <= times
            ? TargetServer.JsonAsync(http, status, """{"error": "not now"}""")
            : TargetServer.JsonAsync(http, 200, """{"ok": true}"""));
    }
}
