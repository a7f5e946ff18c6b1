using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Tests.Jobs.Execution;

/// <summary>Each priority is a lane of its queue.</summary>
[TestFixture]
internal sealed class LanesTests
{
    [Test]
    public void A_worker_serves_the_lanes_of_each_of_its_queues_in_order() =>
        Lanes.ServedBy(["mail", "default-urgent", "default"]).Should().Equal(
            "mail-urgent", "mail-high", "mail", "mail-low", "default-urgent", "default-high", "default", "default-low");

    [Test]
    public async Task The_database_names_them_alike()
    {
        await using var service = await TestService.StartAsync(TestService.WithoutWorkers);
        for (short priority = 1; priority <= 4; priority++)
        {
            (await service.Database.ScalarAsync<string>($"select orchestrator.hangfire_queue('mail', {priority}::smallint)"))
                .Should().Be(Lanes.Of("mail", priority));
        }
    }

    [Test]
    public async Task One_worker_takes_urgent_steps_first_and_low_ones_last_and_equal_ones_in_their_order()
    {
        await using var idle = await TestService.StartAsync(TestService.WithoutWorkers);
        var key = await idle.PutAsync("{ key: lanes, steps: [{ id: one, call: \"/lane/{{ inputs.name }}\" }] }");
        int[] priorities = [3, 4, 2, 3, 1, 4, 1, 2];
        foreach (var (priority, index) in priorities.Select((priority, index) => (priority, index)))
        {
            await idle.DispatchAsync(new() { WorkflowKey = key, Priority = priority, Payload = Value.Parse($$"""{"name": "{{priority}}-{{index}}"}""") });
        }

        idle.Target.Answer = (http, _) => TargetServer.JsonAsync(http, 200, """{"ok": true}""");
        await using var worker = await idle.StartAnotherAsync(options => options.Workers = 1);
        await Eventually.IsTrueAsync(() => Task.FromResult(idle.Target.Requests.Count == priorities.Length), "all calls");

        idle.Target.Requests.Select(request => request.Path["/lane/".Length..]).Should().Equal("1-4", "1-6", "2-2", "2-7", "3-0", "3-3", "4-1", "4-5");
    }

    [Test]
    public async Task A_steps_own_priority_chooses_its_lane_wherever_it_is_queued()
    {
        await using var idle = await TestService.StartAsync(TestService.WithoutWorkers);
        var run = await idle.StartRunAsync("""
            key: own
            config: { queue: mail, priority: low }
            steps:
              - { id: one, type: transform, value: 1, priority: urgent }
              - { id: two, type: transform, value: 1 }
            """);

        (await QueuesAsync(idle, run)).Should().Equal("mail-urgent", "mail-low");
        await idle.Database.ExecuteAsync(
            "update workflow_runs set created_at = now() - interval '1 hour'; update hangfire.state set createdat = now() - interval '1 hour'; delete from hangfire.jobqueue");
        await idle.Get<Orchestrator.Jobs.Maintenance.SweepActions>().RedeliverAsync(CancellationToken.None);
        (await QueuesAsync(idle, run)).Should().Equal("mail-urgent", "mail-low");
    }

    [Test]
    public async Task A_step_that_becomes_ready_goes_to_its_lane()
    {
        await using var service = await TestService.StartAsync();
        var run = await service.StartRunAsync("""
            key: ready
            steps:
              - { id: one, type: transform, value: 1 }
              - { id: two, call: /two, depends_on: [one], queue: mail, priority: high }
            """);
        await service.UntilAsync(run, now => now["two"].Status == "queued", "the second step");

        (await QueuesAsync(service, run)).Should().Equal("mail-high");
        (await service.Database.ScalarAsync<string>("select data ->> 'Queue' from hangfire.state order by id desc limit 1")).Should().Be("mail-high");
    }

    private static async Task<string[]> QueuesAsync(TestService service, RunId run) => await service.Database.ScalarAsync<string[]>($"""
        select array_agg(d.queue order by q.step_index)
        from job_queue q join hangfire.jobqueue d on d.jobid = q.hangfire_job_id where q.workflow_run_id = '{run}'
        """) ?? [];
}
