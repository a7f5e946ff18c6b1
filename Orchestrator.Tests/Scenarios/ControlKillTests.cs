using System.Net.Http.Json;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Scenarios;

/// <summary><c>kill -9</c> of the worker of a run that is paused, and of one that is cancelled: nothing is lost, nothing goes on.</summary>
[TestFixture]
[Platform(Include = "Linux,MacOsX")]
[Parallelizable(ParallelScope.Self)]
internal sealed class ControlKillTests
{
    [Test]
    public async Task A_paused_run_outlives_its_worker_and_a_cancelled_one_stays_cancelled()
    {
        await using var scene = await Scene.StartAsync("{ key: held, steps: [{ id: work, url: '{target}/work', method: POST, timeout_ms: 120000 }, { id: after, url: '{target}/after', method: POST, depends_on: [work] }] }");
        scene.Target.On("/work", async (http, _) => await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default));
        var worker = await scene.ServeAsync();
        var runs = await Scene.DispatchAsync(worker, "held", 2);
        await scene.Target.SeenAsync(2);
        (await worker.Client.PostAsync($"/api/runs/{runs[0]}/pause", null)).EnsureSuccessStatusCode();
        var cancelled = worker.Client.PostAsJsonAsync($"/api/runs/{runs[1]}/cancel", new { reason = "enough" });
        (await cancelled).EnsureSuccessStatusCode();
        await worker.KillAsync();

        scene.Target.On("/work", (http, _) => TargetServer.JsonAsync(http, 200, """{"ok": true}"""));
        var again = await scene.ServeAsync();
        await Eventually.IsTrueAsync(
            () => scene.ScalarAsync<bool>("select status = 'queued' and lost = 1 from orchestrator.job_queue where workflow_run_id = @id and step_id = 'work'", new { id = runs[0] }), "the step to be taken back");
        (await scene.ScalarAsync<string>("select status from orchestrator.workflow_runs where workflow_run_id = @id", new { id = runs[0] })).Should().Be("paused");
        var seen = scene.Target.Requests.Count;
        (await again.Client.PostAsync($"/api/runs/{runs[0]}/resume", null)).EnsureSuccessStatusCode();
        await Eventually.IsTrueAsync(
            () => scene.ScalarAsync<bool>("select finished_at is not null from orchestrator.workflow_runs where workflow_run_id = @id", new { id = runs[0] }), "the end of the run");

        (await scene.QueryAsync<string>("select r.status || ': ' || string_agg(q.step_id || ' ' || q.status, ', ' order by q.job_id) from orchestrator.workflow_runs r join orchestrator.job_queue q using (tenant_id, workflow_run_id) group by r.workflow_run_id, r.status"))
            .Should().BeEquivalentTo("success: work success, after success", "cancelled: work cancelled, after cancelled");
        seen.Should().Be(2);
        scene.Target.RequestsTo("/work").Select(request => request.Key).Distinct().Should().HaveCount(2);
        scene.Target.RequestsTo("/after").Should().ContainSingle();
    }
}
