using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Recording;

/// <summary>A worker that lost its lease while it waited for an answer can't overwrite what came after it.</summary>
[TestFixture]
internal sealed class FencingTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task A_step_taken_back_by_a_run_out_lease_is_the_next_workers()
    {
        var (id, first) = await HoldAsync("expired");
        await _service.Database.ExecuteAsync($"update job_queue set lease_until = now() - interval '1 second' where job_id = '{id.Job(0)}'");
        await _service.UntilAsync(id, run => run["call"].Status == "success", "the second attempt");
        first.Release();
        var run = await SettledAsync(id);

        run.Status.Should().Be("success");
        run.Output.Should().Be("""{"ok":true,"from":2}""");
        run["call"].Should().Match<TestStep>(step => step.Attempts == 2 && step.Lost == 1);
        run.Attempts.Select(attempt => (attempt.Attempt, attempt.Success)).Should().Equal((1, false), (2, true));
        run.Attempts[0].ErrorText.Should().Be("The worker was lost while the attempt ran.");
        _service.Target.RequestsTo("/expired").Select(request => request.Key).Distinct().Should().ContainSingle();
    }

    [Test]
    public async Task A_write_under_an_old_attempt_is_refused()
    {
        var (id, first) = await HoldAsync("number");
        await _service.Database.ExecuteAsync($"update job_queue set attempts = attempts + 1 where job_id = '{id.Job(0)}'");
        await RefusedAsync(id, first);
    }

    [Test]
    public async Task A_write_under_anothers_lease_is_refused()
    {
        var (id, first) = await HoldAsync("owner");

        // A worker of ours that the sweeper takes for alive: the presence of a second service.
        await using var other = await _service.StartAnotherAsync(TestService.WithoutWorkers);
        var otherId = other.Get<Orchestrator.Jobs.Maintenance.WorkerPresence>().Id;
        await _service.Database.ExecuteAsync($"update job_queue set lease_owner = {otherId} where job_id = '{id.Job(0)}'");
        await RefusedAsync(id, first);
    }

    private async Task RefusedAsync(RunId id, SemaphoreSlim first)
    {
        first.Release();
        await SettledAsync(id);
        var run = await TestRun.ReadAsync(_service.Database, id);

        run["call"].Should().Match<TestStep>(step => step.Status == "running" && step.Output == null);
        run.Attempts.Should().BeEmpty();
        run.Status.Should().Be("running");
    }

    /// <summary>The run, once the first worker has come to the end of its job.</summary>
    private async Task<TestRun> SettledAsync(RunId id)
    {
        await Eventually.IsTrueAsync(
            () => Task.FromResult(_service.Get<Orchestrator.Jobs.Maintenance.Leases>().Held.All(job => job.Job.Run != id)), "the worker's end");
        return await TestRun.ReadAsync(_service.Database, id);
    }

    /// <summary>A run whose first call is held by the target until it is released.</summary>
    private async Task<(RunId Id, SemaphoreSlim First)> HoldAsync(string key)
    {
        var first = new SemaphoreSlim(0);
        var calls = 0;
        _service.Target.On($"/{key}", async (http, _) =>
        {
            var call = Interlocked.Increment(ref calls);
            if (call == 1)
            {
                await first.WaitAsync(http.RequestAborted);
            }

            await TargetServer.JsonAsync(http, 200, $$"""{"ok": true, "from": {{call}}}""");
        });
        var id = await _service.StartRunAsync($$"""
            key: {{key}}
            steps: [{ id: call, call: /{{key}}, timeout_ms: 120000 }]
            """);
        await Eventually.IsTrueAsync(() => Task.FromResult(_service.Target.RequestsTo($"/{key}").Count == 1), "the first call");
        return (id, first);
    }
}
