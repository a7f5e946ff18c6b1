using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Orchestrator.Jobs.Autonomous;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Tests.Support;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Readiness;

namespace Orchestrator.Tests.Jobs.Autonomous;

/// <summary>Autonomous cycles through the API, on a service with a worker.</summary>
[TestFixture]
internal sealed class CycleTests : CycleTestBase
{
    [Test]
    public async Task Cycle_starts_what_each_agent_is_ready_for_in_order_and_notes_it()
    {
        await PutAsync("second", order: 2, score: "1", noted: "did_second");
        await PutAsync("first", order: 1, score: "1", noted: "did_first");
        await PutAsync("only_for_ada", order: 3, score: "agent.username === 'ada' ? 1 : 0");
        await PutAsync("never", order: 4, score: "0");
        var (ada, bob) = (await AddAgentAsync("ada"), await AddAgentAsync("bob"));
        await AddAgentAsync("old", "retired");

        var status = await RunCycleAsync();

        var job = status.GetProperty("job");
        job.GetProperty("job_type").GetString().Should().Be("manual");
        job.GetProperty("status").GetString().Should().Be("completed");
        job.GetProperty("total_agents_processed").GetInt32().Should().Be(2);
        job.GetProperty("total_workflows_evaluated").GetInt32().Should().Be(8);
        job.GetProperty("total_workflows_executed").GetInt32().Should().Be(5);
        status.GetProperty("stats").GetRawText().Should().Be(
            """{"total_evaluations":2,"completed_evaluations":2,"failed_evaluations":0,"agents_with_workflows":2}""");
        status.GetProperty("executions").EnumerateArray().Select(one => one.GetRawText()).Should().Equal(
            """{"workflow_type":"first","execution_status":"completed","count":2}""",
            """{"workflow_type":"only_for_ada","execution_status":"completed","count":1}""",
            """{"workflow_type":"second","execution_status":"completed","count":2}""");
        (await QueryAsync<string>($"select workflow_type from autonomous_workflow_executions where agent_id = {ada} order by started_at"))
            .Should().Equal("first", "second", "only_for_ada");
        (await QueryAsync<string>($"select event_type from agent_events where agent_id = {bob} order by id")).Should().Equal("did_first", "did_second");
        (await QueryAsync<string>("select lock_key from autonomous_execution_locks where expires_at > now()")).Should().BeEmpty();
    }

    [Test]
    public async Task Run_gets_the_agent_and_its_numbers_and_its_output_is_the_executions()
    {
        await Service.PutAsync("""
            key: greet
            readiness: { order: 1, score: "0.75" }
            output: "{{ { text: results.say, tokens_used: 12 } }}"
            steps:
              - { id: say, type: transform, value: "{{ inputs.agent.username }} {{ inputs.score }}" }
            """);
        await AddAgentAsync("ada");

        await RunCycleAsync();

        var (input, output, tokens, score) = (await QueryAsync<(string, string, long, double)>(
            "select input_data::text, output_data::text, llm_tokens_used, threshold_score from autonomous_workflow_executions")).Single();
        Value.Parse(input)["agent"]["username"].ToText().Should().Be("ada");
        Value.Parse(output)["text"].ToText().Should().Be("ada 0.75");
        (tokens, score).Should().Be((12, 0.75));
    }

    [Test]
    public async Task Next_cycle_sees_what_the_runs_of_the_last_have_written()
    {
        await PutAsync("once", order: 1, score: "count('done_once') === 0 ? 1 : 0", noted: "done_once");
        await AddAgentAsync("ada");

        var first = await RunCycleAsync();
        var second = await RunCycleAsync();

        Executed(first).Should().Be(1);
        Executed(second).Should().Be(0);
    }

    [Test]
    public async Task One_agents_error_and_one_workflows_do_not_stop_the_others()
    {
        await PutAsync("broken", order: 1, score: "agent.username === 'ada' ? agent.capabilities.length.x.y : 1");
        await PutAsync("fine", order: 2, score: "1");
        var ada = await AddAgentAsync("ada");
        await AddAgentAsync("bob");

        var status = await RunCycleAsync();

        Executed(status).Should().Be(3);
        var why = await ExplainAsync(status, ada, "broken");
        why.GetProperty("started").GetBoolean().Should().BeFalse();
        why.GetProperty("reason").GetString().Should().StartWith("Its score could not be calculated: ");
    }

    [Test]
    public async Task File_that_is_dropped_is_one_more_type_and_a_formula_that_fails_for_an_agent_is_its_error_alone()
    {
        var folder = Directory.CreateDirectory(Service.Get<OrchestratorOptions>().WorkflowsFolder!).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "seventh.yml"), """
            key: seventh
            readiness: { order: 7, score: "1" }
            steps: [{ id: a, type: transform, value: 1 }]
            """);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "readiness.yml"), "activity_freshness: \"agent.username === 'ada' ? agent.about.no.such.thing : 0.5\"");
        await Eventually.IsTrueAsync(
            async () => Service.Get<WorkflowFolder>().Readiness != ReadinessSettings.Default
                && (await QueryAsync<string>("select workflow_key from workflow_heads")).Contains("seventh"),
            "the files' taking over");
        var ada = await AddAgentAsync("ada");
        await AddAgentAsync("bob");

        var status = await RunCycleAsync();

        Executed(status).Should().Be(1);
        status.GetProperty("stats").GetProperty("failed_evaluations").GetInt32().Should().Be(1);
        (await ExplainAsync(status, ada, "seventh")).GetProperty("reason").GetString().Should().StartWith("The agent could not be evaluated: ");
    }

    [Test]
    public async Task Failed_run_is_an_execution_that_failed_and_the_next_one_starts()
    {
        await Service.PutAsync("""
            key: fails
            readiness: { order: 1, score: "1", event: did_it }
            steps: [{ id: a, call: /fails, retry: { max_attempts: 1 } }]
            """);
        await PutAsync("next", order: 2, score: "1");
        var ada = await AddAgentAsync("ada");
        Service.Target.Answer = (http, _) => TargetServer.JsonAsync(http, 400, """{"ok": false, "error": "no"}""");

        var status = await RunCycleAsync();

        status.GetProperty("executions").EnumerateArray()
            .Select(one => (one.GetProperty("workflow_type").GetString(), one.GetProperty("execution_status").GetString()))
            .Should().Equal(("fails", "failed"), ("next", "completed"));
        (await QueryAsync<string>($"select event_type from agent_events where agent_id = {ada}")).Should().BeEmpty();
        (await QueryAsync<string>("select error_message from autonomous_workflow_executions where workflow_type = 'fails'")).Single().Should().NotBeNullOrEmpty();
    }

    [Test]
    public async Task Delay_between_two_workflows_is_a_time_in_the_database()
    {
        await RestartAsync(options =>
        {
            options.Autonomous.MinDelay = options.Autonomous.MaxDelay = TimeSpan.FromMinutes(30);
        });
        await PutAsync("first", order: 1, score: "1");
        await PutAsync("second", order: 2, score: "1");
        await AddAgentAsync("ada");

        var id = await TriggerAsync();
        await Eventually.IsTrueAsync(
            async () => (await QueryAsync<bool>("select coalesce(due_at > now() + interval '29 minutes', false) from autonomous_executions where workflow_type = 'second'"))
                .SingleOrDefault(),
            "the second workflow's time");
        var why = await Service.Client.GetFromJsonAsync<JsonElement>($"/autonomous/jobs/{id}/explain?agent_id=1&workflow=second");
        why.GetProperty("reason").GetString().Should().StartWith("It is eligible and starts at ");

        // The time has come, as far as the database knows.
        await Service.Database.ExecuteAsync("update autonomous_executions set due_at = now() where workflow_type = 'second'");
        await EndAsync(id);
    }

    [Test]
    public async Task No_more_agents_than_wanted_have_their_turn_at_a_time()
    {
        await RestartAsync(options =>
        {
            WithoutDelays(options);
            options.Autonomous.ActiveAgents = 2;
        });
        await Service.PutAsync("""
            key: slow
            readiness: { score: "1" }
            steps: [{ id: a, call: /slow }]
            """);
        var hold = new TaskCompletionSource();
        Service.Target.Answer = async (http, _) =>
        {
            await hold.Task;
            await TargetServer.JsonAsync(http, 200, """{"ok": true}""");
        };
        foreach (var name in new[] { "a", "b", "c", "d", "e" })
        {
            await AddAgentAsync(name);
        }

        var id = await TriggerAsync();
        await Service.Target.SeenAsync(2);
        (await QueryAsync<long>("select count(*) from autonomous_executions where state = 'started'")).Single().Should().Be(2);
        var why = await Service.Client.GetFromJsonAsync<JsonElement>($"/autonomous/jobs/{id}/explain?agent_id=5&workflow=slow");
        why.GetProperty("reason").GetString().Should().Be("It is eligible and waits for the agent's turn; 4 agents are before it.");
        hold.SetResult();

        Executed(await EndAsync(id)).Should().Be(5);
    }

    [Test]
    public async Task Workflow_that_can_not_start_and_agent_that_was_retired_meanwhile_are_skipped_with_the_reason()
    {
        await Service.PutAsync("""
            key: picky
            readiness: { order: 1, score: "agent.username === 'ada' ? 1 : 0" }
            inputs: { colour: { type: string, required: true } }
            steps: [{ id: a, type: transform, value: 1 }]
            """);
        await PutAsync("plain", order: 2, score: "1");
        var (ada, bob) = (await AddAgentAsync("ada"), await AddAgentAsync("bob"));
        await HoldCycleAsync();
        var id = await TriggerAsync();
        await Service.Database.ExecuteAsync($$"""
            insert into autonomous_agent_evaluations (job_id, agent_id, evaluation_status, workflows_eligible, workflows) values
              ({{id}}, {{ada}}, 'completed', '[{"type": "picky", "score": 1, "threshold": 0.5}, {"type": "plain", "score": 1, "threshold": 0.5}]', '[{"type": "picky"}, {"type": "plain"}]'),
              ({{id}}, {{bob}}, 'completed', '[{"type": "plain", "score": 1, "threshold": 0.5}]', '[{"type": "plain"}]');
            update autonomous_jobs set phase = 'planning';
            update agents set status = 'retired' where id = {{bob}};
            """);
        await FreeCycleAsync();
        var status = await EndAsync(id);

        Executed(status).Should().Be(1, "what comes after a skipped one starts");
        (await ExplainAsync(status, bob, "plain")).GetProperty("reason").GetString()
            .Should().Be("It was eligible and was not started: The agent is retired.");
        (await ExplainAsync(status, ada, "picky")).GetProperty("reason").GetString()
            .Should().StartWith("It was eligible and was not started: The request does not fit workflow 'picky': ").And.Contain("colour");
    }

    [Test]
    public async Task Explanation_names_the_numbers()
    {
        await PutAsync("shy", order: 1, score: "0.1");
        var ada = await AddAgentAsync("ada");
        await AddAgentAsync("old", "retired");

        var status = await RunCycleAsync();

        var why = await ExplainAsync(status, ada, "shy");
        why.GetProperty("reason").GetString().Should().Match("Its score 0.1 is below its threshold *, which is 0.6 × (1 + (* − 0.5)).");
        why.GetProperty("workflow").GetProperty("score").GetDouble().Should().Be(0.1);
        why.GetProperty("evaluation").GetProperty("last_activity_count").GetInt32().Should().Be(0);
        (await ExplainAsync(status, 2, "shy")).GetProperty("reason").GetString().Should().Be("The agent is retired.");
        (await ExplainAsync(status, 99, "shy")).GetProperty("reason").GetString().Should().Be("There is no agent 99.");
        (await ExplainAsync(status, ada, "none")).GetProperty("reason").GetString()
            .Should().Be("'none' was no workflow with a readiness block when the cycle started. Those that were: shy.");
        (await Service.Client.GetAsync("/autonomous/jobs/99/status")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task Simulation_says_what_a_cycle_would_do_and_does_nothing()
    {
        await PutAsync("shy", order: 1, score: "0.3");
        await AddAgentAsync("ada");

        var asIs = await SimulateAsync("{}");
        var lower = await SimulateAsync("""{"base_thresholds": {"shy": 0.1}}""");

        asIs.GetProperty("workflows_eligible").GetProperty("shy").GetInt32().Should().Be(0);
        lower.GetProperty("workflows_eligible").GetProperty("shy").GetInt32().Should().Be(1);
        lower.GetProperty("agents")[0].GetProperty("workflows")[0].GetProperty("base_threshold").GetDouble().Should().Be(0.1);
        (await QueryAsync<long>("select count(*) from autonomous_jobs")).Single().Should().Be(0);
        (await Service.Client.PostAsync("/autonomous/simulate", JsonContent.Create(new { base_thresholds = new { shy = "low" } })))
            .StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
    }

    [Test]
    public async Task Evaluation_whose_Hangfire_job_is_gone_is_made_all_the_same()
    {
        await PutAsync("first", order: 1, score: "1");
        await AddAgentAsync("ada");
        await HoldCycleAsync();
        var id = await TriggerAsync();
        await Service.Database.ExecuteAsync($"""
            insert into autonomous_agent_evaluations (job_id, agent_id, hangfire_job_id) values ({id}, 1, 0);
            update autonomous_jobs set phase = 'evaluating';
            """);
        await FreeCycleAsync();
        await Service.Get<CycleStep>().GoAsync("default", id, findsLost: true, CancellationToken.None);

        Executed(await EndAsync(id)).Should().Be(1);
    }
}
