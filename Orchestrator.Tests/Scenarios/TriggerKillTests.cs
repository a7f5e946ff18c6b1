using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Scenarios;

/// <summary><c>kill -9</c> while runs start runs and events are collected: each end and each event counts once.</summary>
[TestFixture]
[Platform(Include = "Linux,MacOsX")]
[Parallelizable(ParallelScope.Self)]
internal sealed class TriggerKillTests
{
    private const int Runs = 40, Events = 200, Kills = 3;

    private const string After = """
        key: after
        trigger: { type: workflow, on: completed, workflow_key: four_steps }
        steps: [{ id: told, url: '{target}/after', method: POST }]
        """;

    private const string Gather = """
        key: gather
        trigger: { type: event, event_types: tick, batch: { size: 7, ms: 400 } }
        steps: [{ id: a, type: transform, value: inputs.events.length }]
        """;

    [Test]
    public async Task Each_end_starts_one_run_and_each_event_is_in_one_batch()
    {
        await using var scene = await Scene.StartAsync(Scene.FourSteps, After, Gather);
        var service = await scene.ServeAsync();
        await Scene.DispatchAsync(service, "four_steps", Runs);
        for (var kill = 1; kill <= Kills; kill++)
        {
            await scene.QueryAsync<int>($"insert into intent_events (user_id, type) select 'ada', 'tick' from generate_series(1, {Events / Kills + 1}) returning 1");
            await scene.Target.SeenAsync(kill * Runs).WaitAsync(TimeSpan.FromMinutes(1));
            await service.KillAsync();
            service = await scene.ServeAsync();
        }

        const int ticks = Kills * (Events / Kills + 1);
        await Eventually.IsTrueAsync(
            () => scene.ScalarAsync<bool>($"""
                select (select count(*) from workflow_runs where workflow_key = 'after' and status = 'success') >= {Runs}
                   and (select coalesce(sum(output::int), 0) from workflow_runs join workflow_run_data using (tenant_id, workflow_run_id)
                        where workflow_key = 'gather' and status = 'success') >= {ticks}
                   and not exists (select from intent_events where dispatched_at is null)
                   and not exists (select from event_collections)
                   and not exists (select from workflow_runs where finished_at is null)
                """),
            "the end of all", seconds: 120);

        (await scene.ScalarAsync<string>("""
            select concat_ws(' ', count(*), count(distinct d.payload->>'workflow_run_id')) from workflow_runs join workflow_run_data d using (tenant_id, workflow_run_id)
            where workflow_key = 'after'
            """)).Should().Be($"{Runs} {Runs}");
        (await scene.ScalarAsync<string>("""
            select concat_ws(' ', count(*), count(distinct e->>'event_id')) from workflow_runs join workflow_run_data d using (tenant_id, workflow_run_id)
            cross join jsonb_array_elements(d.payload->'events') e where workflow_key = 'gather'
            """)).Should().Be($"{ticks} {ticks}");
    }
}
