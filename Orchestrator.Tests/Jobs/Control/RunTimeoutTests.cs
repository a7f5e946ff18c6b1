using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Control;

/// <summary>The time of a whole run: what counts, and what does not.</summary>
[TestFixture]
internal sealed class RunTimeoutTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task Time_in_which_every_open_step_only_waits_does_not_count()
    {
        var run = await _service.RunAsync("""
            key: waits_longer
            config: { timeout_ms: 1000 }
            steps:
              - { id: before, type: transform, value: 1 }
              - { id: wait, type: delay, ms: 2500, depends_on: [before] }
              - { id: after, call: /after, depends_on: [wait] }
            """);

        run.Status.Should().Be("success");
    }

    [Test]
    public async Task Time_at_work_counts_also_beside_and_after_waits()
    {
        _service.Target.On("/long", async (http, _) =>
        {
            using var never = new SemaphoreSlim(0);
            await never.WaitAsync(http.RequestAborted);
        });
        var id = await _service.StartRunAsync("""
            key: works_longer
            config: { timeout_ms: 1000 }
            steps:
              - { id: wait, type: delay, ms: 1500 }
              - { id: beside, type: delay, ms: 3600000 }
              - { id: call, call: /long, timeout_ms: 8000, retry: { max_attempts: 1 }, depends_on: [wait] }
            """);
        var run = await _service.UntilAsync(id, run => run.HasEnded, "the end");

        run.Status.Should().Be("failed");
        ((string?)run.Error["message"]).Should().Contain("1000 ms (config.timeout_ms)");
        run["call"].Attempts.Should().Be(1);
        (await _service.Database.ScalarAsync<double>($"select extract(epoch from finished_at - started_at)::float8 from orchestrator.workflow_runs where workflow_run_id = '{id}'"))
            .Should().BeGreaterThan(2.4);
    }

    [Test]
    public async Task The_delay_of_a_retry_and_the_way_through_a_queue_that_nobody_serves_count()
    {
        _service.Target.On("/again", (http, _) => TargetServer.JsonAsync(http, 503, "{}"));
        var retried = await _service.StartRunAsync("{ key: retries_longer, config: { timeout_ms: 800 }, steps: [{ id: call, call: /again, retry: { delay_ms: 60000 } }] }");
        var queued = await _service.StartRunAsync("""
            key: unserved
            config: { timeout_ms: 800 }
            steps: [{ id: a, call: /fine }, { id: b, call: /fine, queue: nobody, depends_on: [a] }]
            """);

        foreach (var id in new[] { retried, queued })
        {
            (await _service.EndAsync(id)).Status.Should().Be("failed");
        }
    }

    [Test]
    public async Task A_pause_does_not_count()
    {
        var id = await _service.StartRunAsync("""
            key: pauses_longer
            config: { timeout_ms: 60000 }
            steps: [{ id: a, call: /fine }, { id: b, call: /fine, queue: nobody, depends_on: [a] }]
            """);
        await _service.UntilAsync(id, run => run["b"].Status == "queued", "the queued step");

        // As if it had been under way for half an hour, all but some seconds of it in a pause.
        await AgeAsync(id);
        await _service.Database.ExecuteAsync($"""
            update orchestrator.workflow_runs set deadline_at = clock_timestamp() - interval '1 second',
              pauses = tstzmultirange(tstzrange(clock_timestamp() - interval '29 minutes 55 seconds', clock_timestamp() - interval '1 second'))
            where workflow_run_id = '{id}';
            """);
        await Eventually.IsTrueAsync(
            () => _service.Database.ScalarAsync<bool>($"select deadline_at > clock_timestamp() from orchestrator.workflow_runs where workflow_run_id = '{id}'"), "the look at it");
        (await _service.UntilAsync(id, _ => true, "the run")).Status.Should().Be("running");

        await _service.Database.ExecuteAsync($"update orchestrator.workflow_runs set pauses = null, deadline_at = clock_timestamp() where workflow_run_id = '{id}'");
        (await _service.EndAsync(id)).Status.Should().Be("failed");
    }

    [Test]
    public async Task A_wait_that_is_over_and_has_brought_its_step_into_a_queue_does_not_count()
    {
        var id = await _service.StartRunAsync("""
            key: waited
            config: { timeout_ms: 60000 }
            steps: [{ id: a, call: /fine }, { id: wait, type: delay, ms: 3600000, queue: nobody, depends_on: [a] }]
            """);
        await _service.UntilAsync(id, run => run["wait"].WaitingFor == "timer", "the wait");

        await AgeAsync(id);
        await _service.Database.ExecuteAsync($"update orchestrator.job_queue set next_run_at = clock_timestamp() where job_id = '{id.Job(1)}'");
        await _service.UntilAsync(id, run => run["wait"].Status == "queued", "the end of the wait");
        await _service.Database.ExecuteAsync($"update orchestrator.workflow_runs set deadline_at = clock_timestamp() where workflow_run_id = '{id}'");
        await Eventually.IsTrueAsync(
            () => _service.Database.ScalarAsync<bool>($"select deadline_at > clock_timestamp() or status <> 'running' from orchestrator.workflow_runs where workflow_run_id = '{id}'"), "the look at it");

        (await _service.UntilAsync(id, _ => true, "the run")).Status.Should().Be("running");
    }

    [Test]
    public async Task What_has_used_its_time_up_fails_also_while_it_only_waits()
    {
        var id = await _service.StartRunAsync("""
            key: worked
            config: { timeout_ms: 60000 }
            steps: [{ id: a, call: /fine }, { id: wait, type: delay, ms: 3600000, depends_on: [a] }]
            """);
        await _service.UntilAsync(id, run => run["wait"].WaitingFor == "timer", "the wait");

        await AgeAsync(id);
        await _service.Database.ExecuteAsync($"""
            update orchestrator.job_attempts set finished_at = finished_at + interval '2 minutes' where job_id = '{id.Job(0)}';
            update orchestrator.workflow_runs set deadline_at = clock_timestamp() where workflow_run_id = '{id}';
            """);

        ((string?)(await _service.EndAsync(id)).Error["message"]).Should().Contain("60000 ms (config.timeout_ms)");
    }

    /// <summary>As if the run and its attempts had been half an hour ago.</summary>
    private Task AgeAsync(RunId id) => _service.Database.ExecuteAsync($"""
        update orchestrator.workflow_runs set started_at = started_at - interval '30 minutes' where workflow_run_id = '{id}';
        update orchestrator.job_attempts set started_at = started_at - interval '30 minutes', finished_at = finished_at - interval '30 minutes' where job_id between '{id}' and '{id.LastJob}';
        """);
}
