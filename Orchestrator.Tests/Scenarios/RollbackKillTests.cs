using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Scenarios;

/// <summary><c>kill -9</c> in the midst of a rollback: it goes on where it was, and undoes each step once.</summary>
[TestFixture]
[Platform(Include = "Linux,MacOsX")]
[Parallelizable(ParallelScope.All)]
internal sealed class RollbackKillTests
{
    private const string Trip = """
        key: trip
        steps:
          - { id: one, call: /one, compensate: undo_one }
          - { id: two, call: /two, compensate: undo_two, depends_on: [one] }
          - { id: three, call: /three, compensate: undo_three, depends_on: [two] }
          - { id: pay, call: /pay, on_failure: rollback, depends_on: [three] }
          - { id: undo_one, call: /undo/one }
          - { id: undo_two, call: /undo/two }
          - { id: undo_three, call: /undo/three }
        """;

    [TestCase("/undo/three")]
    [TestCase("/undo/two")]
    [TestCase("/undo/one")]
    public async Task Each_compensation_has_one_key(string killedAt)
    {
        await using var scene = await Scene.StartAsync(Trip);
        var isHeld = true;
        scene.Target.Answer = async (http, seen) =>
        {
            if (seen.Path == killedAt && isHeld)
            {
                await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                return;
            }

            await TargetServer.JsonAsync(http, seen.Path == "/pay" ? 400 : 200, """{"ok": true}""");
        };
        var edge = ("EDGE_BASE_URL", (string?)scene.Target.Address.AbsoluteUri);
        var service = await scene.ServeAsync(edge);
        await Scene.DispatchAsync(service, "trip", 1);
        await Eventually.IsTrueAsync(() => Task.FromResult(scene.Target.RequestsTo(killedAt).Count == 1), "the call");
        await service.KillAsync();
        isHeld = false;
        await scene.ServeAsync(edge);
        await Eventually.IsTrueAsync(
            () => scene.ScalarAsync<bool>("select not exists (select from orchestrator.workflow_runs where finished_at is null)"), "the end of the run");

        var undone = scene.Target.Requests.Where(request => request.Path.StartsWith("/undo/", StringComparison.Ordinal)).ToArray();
        undone.Select(request => request.Path).Distinct().Should().Equal("/undo/three", "/undo/two", "/undo/one");
        undone.Select(request => request.Key).Distinct().Should().HaveCount(3);
        (await scene.ScalarAsync<string>("select status from orchestrator.workflow_runs")).Should().Be("failed");
    }
}
