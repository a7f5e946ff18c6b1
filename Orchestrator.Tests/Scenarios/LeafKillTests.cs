using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Scenarios;

/// <summary><c>kill -9</c> after a step has done its work, and before that is recorded: the work is not doubled.</summary>
[TestFixture]
[Platform(Include = "Linux,MacOsX")]
[Parallelizable(ParallelScope.All)]
internal sealed class LeafKillTests
{
    private const string Listener = """
        key: listener
        trigger: { type: event, event_types: [done] }
        steps: [{ id: a, type: transform, value: 1 }]
        """;

    /// <summary>No attempt of a held workflow is recorded while somebody holds the lock.</summary>
    private const string Hold = """
        create function hold() returns trigger language plpgsql as $$
        begin
          if exists (select from orchestrator.workflow_runs r where r.workflow_run_id = (select q.workflow_run_id from orchestrator.job_queue q where q.job_id = new.job_id) and r.workflow_key = 'held')
          then perform pg_advisory_xact_lock(4711); end if;
          return new;
        end $$;
        create trigger hold before insert on orchestrator.job_attempts for each row execute function hold();
        """;

    [TestCase("type: emit_event, event_type: done", "select (select count(*) from orchestrator.intent_events) + (select count(*) from orchestrator.workflow_runs where workflow_key = 'listener')", 2)]
    [TestCase("type: notify, channel: alerts, message: m", "select count(*) from orchestrator.alerts", 1)]
    [TestCase("type: agent-task, agent_type: executor, goal: g", "", 1)]
    public async Task What_was_done_is_there_once(string step, string effects, long expected)
    {
        await using var scene = await Scene.StartAsync(Listener, $"{{ key: held, steps: [{{ id: work, {step} }}] }}");
        scene.Target.Answer = (http, _) => TargetServer.JsonAsync(http, 200, """{"result": 1}""");
        var agents = ("Agents__Endpoint", (string?)scene.Target.Address.AbsoluteUri);
        var service = await scene.ServeAsync(agents);
        await using var holder = new NpgsqlConnection(scene.Postgres.ConnectionString);
        await holder.OpenAsync();
        await ExecuteAsync(holder, Hold);
        await ExecuteAsync(holder, "select pg_advisory_lock(4711)");

        var run = (await Scene.DispatchAsync(service, "held", 1)).Single();
        await Eventually.IsTrueAsync(
            () => scene.ScalarAsync<bool>("select exists (select from pg_locks where locktype = 'advisory' and objid = 4711 and not granted)"), "the recording");
        await service.KillAsync();
        await ExecuteAsync(holder, "select pg_advisory_unlock(4711)");
        var again = await scene.ServeAsync(agents);
        await Eventually.IsTrueAsync(
            () => scene.ScalarAsync<bool>("select not exists (select from orchestrator.workflow_runs where finished_at is null)"), "the end of all runs");

        (await scene.ScalarAsync<string>("select status || ' ' || attempts || ' ' || lost from orchestrator.job_queue where workflow_run_id = @run", new { run }))
            .Should().Be("success 2 1");
        if (effects.Length > 0)
        {
            (await scene.ScalarAsync<long>(effects)).Should().Be(expected);
        }
        else
        {
            scene.Target.Requests.Should().HaveCount(2);
            scene.Target.Requests.Select(request => request.Key).Distinct().Should().ContainSingle();
            (await again.Client.GetFromJsonAsync<JsonNode>($"/api/runs/{run}/handoffs"))!["items"]!.AsArray().Should().ContainSingle();
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
