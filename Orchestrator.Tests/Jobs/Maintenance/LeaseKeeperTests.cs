using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Maintenance;

/// <summary>What runs here stays here, and stops when it is another's.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
internal sealed class LeaseKeeperTests
{
    private TestService _service = null!;

    [SetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync(options => options.Lease = TimeSpan.FromSeconds(5));

    [TearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task A_lease_is_renewed_while_its_attempt_goes_on()
    {
        _service.Target.On("/held", async (http, _) => await Task.Delay(Timeout.Infinite, http.RequestAborted));
        var id = await CallAsync();
        var until = await LeaseAsync(id);

        await Eventually.IsTrueAsync(async () => await LeaseAsync(id) > until, "the renewal");
    }

    [Test]
    public async Task An_attempt_whose_step_is_anothers_by_now_is_stopped()
    {
        var (calls, isStopped) = (0, false);
        _service.Target.On("/held", async (http, _) =>
        {
            if (Interlocked.Increment(ref calls) == 1)
            {
                http.RequestAborted.Register(() => isStopped = true);
                await Task.Delay(Timeout.Infinite, http.RequestAborted);
            }

            await TargetServer.JsonAsync(http, 200, "{}");
        });
        var id = await CallAsync();

        // As if this process had stood still for longer than a lease.
        await _service.Database.ExecuteAsync($"update job_queue set lease_until = now() - interval '1 second' where job_id = '{id.Job(0)}'");
        var run = await _service.EndAsync(id);

        (run.Status, run["call"].Attempts, run["call"].Lost).Should().Be(("success", (short)2, (short)1));
        await Eventually.IsTrueAsync(() => Task.FromResult(isStopped), "the end of the first call");
    }

    private async Task<RunId> CallAsync()
    {
        var id = await _service.StartRunAsync("{ key: held, steps: [{ id: call, call: /held, timeout_ms: 120000 }] }");
        await Eventually.IsTrueAsync(() => Task.FromResult(_service.Target.RequestsTo("/held").Count == 1), "the call");
        return id;
    }

    private Task<DateTime> LeaseAsync(RunId id) => _service.Database.ScalarAsync<DateTime>($"select lease_until from job_queue where job_id = '{id.Job(0)}'");
}
