using System.Net.Http.Json;
using Npgsql;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Scenarios;

/// <summary><c>kill -9</c> while steps wait, are told, or have found what they wait for and have not recorded it.</summary>
[TestFixture]
[Platform(Include = "Linux,MacOsX")]
[Parallelizable(ParallelScope.All)]
internal sealed class WaitKillTests
{
    /// <summary>What a held workflow's steps have come to is not recorded while somebody holds the lock.</summary>
    private const string Hold = """
        create function hold() returns trigger language plpgsql as $$
        begin
          if exists (select from orchestrator.workflow_runs r where r.workflow_run_id = (select q.workflow_run_id from orchestrator.job_queue q where q.job_id = new.job_id) and r.workflow_key = 'held')
          then perform pg_advisory_xact_lock(4711); end if;
          return new;
        end $$;
        """;

    private const string OnAttempts = "create trigger hold before insert on orchestrator.job_attempts for each row execute function hold();";
    private const string OnProgress = "create trigger hold before insert on orchestrator.step_progress for each row execute function hold();";

    [Test]
    public async Task A_child_that_was_started_is_started_once()
    {
        await using var scene = await Scene.StartAsync(
            "{ key: child, steps: [{ id: a, type: transform, value: 7 }] }",
            "{ key: held, steps: [{ id: work, type: workflow, workflow_key: child }] }");
        var service = await scene.ServeAsync();

        // Killed when the child has ended, and the step does not know of it: it is told while it waits for its next worker.
        var run = await KillWhileHeldAsync(scene, service, OnProgress, (_, _) => Task.CompletedTask, () => Eventually.IsTrueAsync(
            () => scene.ScalarAsync<bool>("select exists (select from orchestrator.workflow_runs where workflow_key = 'child' and finished_at is not null)"), "the child's end"));
        await scene.ScalarAsync<object>("delete from orchestrator.wake_ups returning 1");
        await scene.ServeAsync();

        await scene.AllSucceedAsync(2);
        (await scene.ScalarAsync<long>("select count(*) from orchestrator.workflow_runs where workflow_key = 'child'")).Should().Be(1);
        (await OutputAsync(scene, run)).Should().Be("7");
    }

    [Test]
    public async Task An_event_that_was_taken_stays_with_the_step()
    {
        await using var scene = await Scene.StartAsync("""
            key: held
            steps:
              - { id: work, type: wait_for_event, event: go }
              - { id: next, type: wait_for_event, event: go, timeout_ms: 500, on_timeout: continue, depends_on: [work] }
            output: "[results.work.payload.n, results.next?.payload.n ?? null]"
            """);
        var service = await scene.ServeAsync();

        // Killed when the event is taken, and that is not recorded.
        var run = await KillWhileHeldAsync(scene, service, OnAttempts, async (api, id) =>
        {
            await WaitsAsync(scene, id, "event");
            (await api.Client.PostAsJsonAsync($"/api/runs/{id}/signals/go", new { n = 1 })).EnsureSuccessStatusCode();
        });
        await scene.ServeAsync();

        await scene.AllSucceedAsync(1);
        (await OutputAsync(scene, run)).Should().Be("[1, null]", "it is neither lost nor taken twice");
    }

    [Test]
    public async Task An_answer_that_was_accepted_counts()
    {
        await using var scene = await Scene.StartAsync("{ key: held, steps: [{ id: work, type: approval, prompt: Sure?, timeout_ms: 600000 }] }");
        var service = await scene.ServeAsync();

        var run = await KillWhileHeldAsync(scene, service, OnAttempts, async (api, id) =>
        {
            await WaitsAsync(scene, id, "approval");
            (await api.Client.PostAsJsonAsync($"/api/runs/{id}/approvals/work", new { approved = true })).EnsureSuccessStatusCode();
        });
        await scene.ServeAsync();

        await scene.AllSucceedAsync(1);
        (await OutputAsync(scene, run)).Should().Contain("\"approved\": true");
    }

    [Test]
    public async Task What_comes_while_all_workers_are_dead_wakes_the_steps()
    {
        await using var scene = await Scene.StartAsync(
            "{ key: child, steps: [{ id: a, type: wait_for_event, event: end_child }] }",
            """
            key: waits
            steps:
              - { id: event, type: wait_for_event, event: go }
              - { id: ask, type: approval, prompt: Sure? }
              - { id: below, type: workflow, workflow_key: child }
              - { id: all, type: for_each, items: "[1]", steps: [{ id: each, type: wait_for_event, event: "{{ 'item' + item }}" }] }
            """);
        var worker = await scene.ServeAsync(("Orchestrator__Role", "worker"));
        var web = await scene.ServeAsync(("Orchestrator__Role", "web"));
        var run = (await Scene.DispatchAsync(web, "waits", 1)).Single();
        await Eventually.IsTrueAsync(
            async () => await scene.ScalarAsync<long>("select count(*) from orchestrator.job_queue where waiting_for in ('event', 'approval', 'workflow')") == 5, "all waits");
        var child = await scene.ScalarAsync<Guid>("select workflow_run_id from orchestrator.workflow_runs where parent_run_id = @run", new { run });

        await worker.KillAsync();
        await SendAsync(web, $"/api/runs/{run}/steps/all/items", new { items = new[] { 2 } });
        await SendAsync(web, "/api/events", new { type = "go", user_id = "scenario" });
        await SendAsync(web, $"/api/runs/{run}/approvals/ask", new { approved = true });
        foreach (var (id, signal) in new[] { (run, "item1"), (run, "item2"), (child, "end_child") })
        {
            await SendAsync(web, $"/api/runs/{id}/signals/{signal}", new { });
        }

        await scene.ServeAsync(("Orchestrator__Role", "worker"));

        await scene.AllSucceedAsync(2);
        (await scene.ScalarAsync<long>("select count(*) from orchestrator.job_queue where workflow_run_id = @run and status = 'success'", new { run })).Should().Be(6);
    }

    /// <summary>Dispatches, lets something happen, and kills the service while it waits to record what came of it.</summary>
    private static async Task<Guid> KillWhileHeldAsync(
        Scene scene, ServiceProcess service, string trigger, Func<ServiceProcess, Guid, Task> happen, Func<Task>? whileHeld = null)
    {
        await using var holder = new NpgsqlConnection(scene.Postgres.ConnectionString);
        await holder.OpenAsync();
        await ExecuteAsync(holder, Hold);
        await ExecuteAsync(holder, trigger);
        await ExecuteAsync(holder, "select pg_advisory_lock(4711)");
        var run = (await Scene.DispatchAsync(service, "held", 1)).Single();
        await happen(service, run);
        await Eventually.IsTrueAsync(
            () => scene.ScalarAsync<bool>("select exists (select from pg_locks where locktype = 'advisory' and objid = 4711 and not granted)"), "the recording");
        await (whileHeld?.Invoke() ?? Task.CompletedTask);
        await service.KillAsync();
        await ExecuteAsync(holder, "select pg_advisory_unlock(4711)");
        return run;
    }

    private static Task WaitsAsync(Scene scene, Guid run, string what) => Eventually.IsTrueAsync(
        () => scene.ScalarAsync<bool>("select exists (select from orchestrator.job_queue where workflow_run_id = @run and waiting_for = @what)", new { run, what }), "the wait");

    private static Task<string> OutputAsync(Scene scene, Guid run) =>
        scene.ScalarAsync<string>("select output::text from orchestrator.workflow_run_data where workflow_run_id = @run", new { run });

    private static async Task SendAsync(ServiceProcess service, string path, object body)
    {
        using var answer = await service.Client.PostAsJsonAsync(path, body);
        answer.IsSuccessStatusCode.Should().BeTrue(await answer.Content.ReadAsStringAsync());
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
