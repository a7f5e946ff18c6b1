using System.Net.Http.Json;
using System.Text.Json;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Scenarios;

/// <summary><c>kill -9</c> at every stage of an autonomous cycle: what each agent is to be given runs once.</summary>
[TestFixture]
[Platform(Include = "Linux,MacOsX")]
[Parallelizable(ParallelScope.Self)]
internal sealed class CycleKillTests
{
    private const int Agents = 40, WorkflowsOfAgent = 2;

    private static readonly (string, string?)[] Settings =
    [
        ("Orchestrator__Autonomous__Cron", ""), ("Orchestrator__Autonomous__MinDelay", "00:00:00"),
        ("Orchestrator__Autonomous__MaxDelay", "00:00:00.020"), ("Orchestrator__Autonomous__ActiveAgents", "8"),
    ];

    /// <summary>Where a cycle is killed: as soon as this can be read.</summary>
    private static readonly (string Stage, string Sql)[] Stages =
    [
        ("at its start", "select true"),
        ("while it evaluates", "select count(*) filter (where evaluation_status = 'completed') > @some from autonomous_agent_evaluations where job_id = @job"),
        ("when all is evaluated", "select phase in ('planning', 'executing', 'ended') from autonomous_jobs where id = @job"),
        ("when the first runs have started", "select count(*) > 0 from autonomous_executions where job_id = @job and state = 'started'"),
        ("while it executes", "select count(*) > @some from autonomous_executions where job_id = @job and state = 'ended'"),
        ("at its end", "select count(*) > @most from autonomous_executions where job_id = @job and state = 'ended'"),
    ];

    /// <summary>The long form kills 50 times; see <see cref="ChaosSize"/>.</summary>
    private static int Kills => ChaosSize.OfThisRun.Kills == 3 ? Stages.Length : 50;

    [Test]
    public async Task Each_eligible_workflow_of_each_agent_runs_once()
    {
        await using var scene = await Scene.StartAsync(Workflow("like_it", 1), Workflow("share_it", 2));
        var service = await scene.ServeAsync(Settings);
        await scene.QueryAsync<int>("insert into orchestrator.agents (username) select 'agent_' || n from generate_series(1, @Agents) n", new { Agents });
        var random = new Random();
        for (var i = 0; i < Kills; i++)
        {
            var (stage, sql) = Stages[i % Stages.Length];
            var job = await TriggerAsync(service);
            var some = random.Next(Agents / 2);
            await Eventually.IsTrueAsync(
                async () => await scene.ScalarAsync<bool>($"set search_path = orchestrator; {sql}", new { job, some, most = (Agents * WorkflowsOfAgent) - 5 }),
                $"cycle {job}, {stage}");
            await service.KillAsync();
            service = await scene.ServeAsync(Settings);
            await EndAsync(scene, job);
            await ExpectOnceAsync(scene, job);
            await TestContext.Progress.WriteLineAsync($"kill {i + 1}, {stage}: cycle {job} has ended, each workflow of each agent once");
        }

        scene.Target.Requests.Select(request => request.Key).Distinct().Should().HaveCount(Kills * Agents * WorkflowsOfAgent);
    }

    private static async Task ExpectOnceAsync(Scene scene, long job)
    {
        var rows = await scene.QueryAsync<(long Agent, string Workflow, string Status, int Runs)>(
            """
            select e.agent_id, e.workflow_type, e.execution_status,
              (select count(*)::int from orchestrator.workflow_runs r join orchestrator.workflow_run_data d using (tenant_id, workflow_run_id)
               where r.trigger = 'autonomous' and r.workflow_key = e.workflow_type
                 and (d.payload ->> 'job_id')::bigint = e.job_id and (d.payload -> 'agent' ->> 'id')::bigint = e.agent_id)
            from orchestrator.autonomous_workflow_executions e
            where e.job_id = @job
            """,
            new { job });
        rows.Should().HaveCount(Agents * WorkflowsOfAgent).And.OnlyContain(row => row.Status == "completed" && row.Runs == 1);
        rows.Select(row => (row.Agent, row.Workflow)).Should().OnlyHaveUniqueItems();
    }

    private static async Task EndAsync(Scene scene, long job)
    {
        await Eventually.IsTrueAsync(
            async () => await scene.ScalarAsync<string>("select status from orchestrator.autonomous_jobs where id = @job", new { job }) == "completed",
            $"the end of cycle {job}");
    }

    private static async Task<long> TriggerAsync(ServiceProcess service)
    {
        using var answer = await service.Client.PostAsync("/autonomous/trigger-job", null);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("job_id").GetInt64();
    }

    private static string Workflow(string key, int order) => $$$"""
        key: {{{key}}}
        readiness: { order: {{{order}}}, score: "1" }
        steps: [{ id: act, url: '{target}/{{{key}}}', method: POST, retry: { delay_ms: 10 } }]
        """;
}
