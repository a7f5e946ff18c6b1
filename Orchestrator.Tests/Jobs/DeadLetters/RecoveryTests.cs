using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.DeadLetters;

/// <summary>Failed runs that go on by themselves, with two services on one database.</summary>
[Parallelizable(ParallelScope.Self)]
public sealed class RecoveryTests
{
    private TestService _service = null!;
    private TestService _other = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _service = await TestService.StartAsync();
        _other = await _service.StartAnotherAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _other.DisposeAsync();
        await _service.DisposeAsync();
    }

    [Test]
    public async Task A_run_goes_on_by_itself_until_it_succeeds()
    {
        var calls = 0;
        _service.Target.On("/third", (http, _) => TargetServer.JsonAsync(http, Interlocked.Increment(ref calls) < 3 ? 400 : 200, """{"ok": true}"""));
        var id = await _service.StartRunAsync("""
            key: recovers
            config: { auto_recovery: true }
            steps:
              - { id: once, call: /once }
              - id: each
                type: for_each
                items: "[1]"
                depends_on: [once]
                steps: [{ id: call, call: /third }]
            """);
        var run = await _service.UntilAsync(id, run => run.Status == "success", "the success");

        run["each[0].call"].Attempts.Should().Be(3);
        _service.Target.RequestsTo("/once").Should().ContainSingle("what has succeeded stays");
        (await LogAsync(id)).Should().Equal("Resumed by auto_recovery", "Resumed by auto_recovery");
    }

    [Test]
    public async Task It_does_so_three_times_and_one_service_each_time()
    {
        _service.Target.On("/never", (http, _) => TargetServer.JsonAsync(http, 400, """{"ok": false}"""));
        var id = await _service.StartRunAsync("""
            key: never
            config: { auto_recovery: true }
            steps: [{ id: call, call: /never }]
            """);
        await Eventually.IsTrueAsync(() => _service.Database.ScalarAsync<bool>(
            $"select exists (select from run_recoveries join workflow_runs using (tenant_id, workflow_run_id) where workflow_run_id = '{id}' and recoveries = 3 and due_at is null and status = 'failed')"), "the last failure");

        _service.Target.RequestsTo("/never").Should().HaveCount(4);
        (await LogAsync(id)).Should().HaveCount(3);
    }

    [Test]
    public async Task Without_the_setting_a_run_stays_failed()
    {
        _service.Target.On("/stays", (http, _) => TargetServer.JsonAsync(http, 400, """{"ok": false}"""));
        var run = await _service.RunAsync("key: stays\nsteps: [{ id: call, call: /stays }]");

        (await _service.Database.ScalarAsync<bool>($"select exists (select from run_recoveries where workflow_run_id = '{run.Id}')")).Should().BeFalse();
    }

    private Task<string[]> LogAsync(object run) => _service.Database.ScalarAsync<string[]>(
        $"select array(select message from workflow_logs where workflow_run_id = '{run}' and data ->> 'action' = 'resume' order by id)");
}
