using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Orchestrator.Jobs.Autonomous;
using Orchestrator.Jobs.Events;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Tests.Support;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Tests.Jobs.Autonomous;

/// <summary>Autonomous cycles through the API, on a service with a worker.</summary>
[TestFixture]
internal sealed class CycleTests
{
    private TestService _service = null!;

    [SetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync(WithoutDelays);

    [TearDown]
    public ValueTask StopAsync() => _service.DisposeAsync();

    internal static void WithoutDelays(OrchestratorOptions options)
    {
        options.Autonomous.Cron = "";
        options.Autonomous.MinDelay = options.Autonomous.MaxDelay = TimeSpan.Zero;
    }

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
        await _service.PutAsync("""
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
    public async Task Failed_run_is_an_execution_that_failed_and_the_next_one_starts()
    {
        await _service.PutAsync("""
            key: fails
            readiness: { order: 1, score: "1", event: did_it }
            steps: [{ id: a, call: /fails, retry: { max_attempts: 1 } }]
            """);
        await PutAsync("next", order: 2, score: "1");
        var ada = await AddAgentAsync("ada");
        _service.Target.Answer = (http, _) => TargetServer.JsonAsync(http, 400, """{"ok": false, "error": "no"}""");

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
        await _service.DisposeAsync();
        _service = await TestService.StartAsync(options =>
        {
            options.Autonomous.Cron = "";
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
        var why = await _service.Client.GetFromJsonAsync<JsonElement>($"/autonomous/jobs/{id}/explain?agent_id=1&workflow=second");
        why.GetProperty("reason").GetString().Should().StartWith("It is eligible and starts at ");

        // The time has come, as far as the database knows.
        await _service.Database.ExecuteAsync("update autonomous_executions set due_at = now() where workflow_type = 'second'");
        await EndAsync(id);
    }

    [Test]
    public async Task No_more_agents_than_wanted_have_their_turn_at_a_time()
    {
        await _service.DisposeAsync();
        _service = await TestService.StartAsync(options =>
        {
            WithoutDelays(options);
            options.Autonomous.ActiveAgents = 2;
        });
        await _service.PutAsync("""
            key: slow
            readiness: { score: "1" }
            steps: [{ id: a, call: /slow }]
            """);
        var hold = new TaskCompletionSource();
        _service.Target.Answer = async (http, _) =>
        {
            await hold.Task;
            await TargetServer.JsonAsync(http, 200, """{"ok": true}""");
        };
        foreach (var name in new[] { "a", "b", "c", "d", "e" })
        {
            await AddAgentAsync(name);
        }

        var id = await TriggerAsync();
        await _service.Target.SeenAsync(2);
        (await QueryAsync<long>("select count(*) from autonomous_executions where state = 'started'")).Single().Should().Be(2);
        var why = await _service.Client.GetFromJsonAsync<JsonElement>($"/autonomous/jobs/{id}/explain?agent_id=5&workflow=slow");
        why.GetProperty("reason").GetString().Should().Be("It is eligible and waits for the agent's turn; 4 agents are before it.");
        hold.SetResult();

        Executed(await EndAsync(id)).Should().Be(5);
    }

    [Test]
    public async Task Workflow_that_can_not_start_and_agent_that_was_retired_meanwhile_are_skipped_with_the_reason()
    {
        await _service.PutAsync("""
            key: picky
            readiness: { order: 1, score: "agent.username === 'ada' ? 1 : 0" }
            inputs: { colour: { type: string, required: true } }
            steps: [{ id: a, type: transform, value: 1 }]
            """);
        await PutAsync("plain", order: 2, score: "1");
        var (ada, bob) = (await AddAgentAsync("ada"), await AddAgentAsync("bob"));
        await HoldCycleAsync();
        var id = await TriggerAsync();
        await _service.Database.ExecuteAsync($$"""
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
        (await _service.Client.GetAsync("/autonomous/jobs/99/status")).StatusCode.Should().Be(HttpStatusCode.NotFound);
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
        (await _service.Client.PostAsync("/autonomous/simulate", JsonContent.Create(new { base_thresholds = new { shy = "low" } })))
            .StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
    }

    [Test]
    public async Task Evaluation_whose_Hangfire_job_is_gone_is_made_all_the_same()
    {
        await PutAsync("first", order: 1, score: "1");
        await AddAgentAsync("ada");
        await HoldCycleAsync();
        var id = await TriggerAsync();
        await _service.Database.ExecuteAsync($"""
            insert into autonomous_agent_evaluations (job_id, agent_id, hangfire_job_id) values ({id}, 1, 0);
            update autonomous_jobs set phase = 'evaluating';
            """);
        await FreeCycleAsync();
        await _service.Get<CycleStep>().GoAsync("default", id, findsLost: true, CancellationToken.None);

        Executed(await EndAsync(id)).Should().Be(1);
    }

    [Test]
    public async Task Event_starts_a_cycle_once()
    {
        await AddAgentAsync("ada");
        await _service.Database.ExecuteAsync(
            "insert into intent_events (event_id, user_id, type) values ('019aa4c0-7b00-7a31-8d52-6f0c1e0000ff', 'ada', 'autonomous_cycle')");

        await Eventually.IsTrueAsync(
            async () => (await QueryAsync<string>("select job_type || ' ' || status from autonomous_jobs")).SingleOrDefault() == "triggered completed", "the cycle");
        await using var connection = await _service.Database.DataSource.OpenConnectionAsync();
        var events = new[] { new IntentEvent { Tenant = "default", Id = Guid.Parse("019aa4c0-7b00-7a31-8d52-6f0c1e0000ff"), Type = "autonomous_cycle", UserId = "ada", Payload = Value.EmptyObject, CreatedAt = default } };
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("set local search_path = orchestrator, public");
        (await _service.Get<CycleEvents>().StartAsync(events, connection, transaction, CancellationToken.None)).Should().BeFalse();
    }

    [Test]
    public async Task Trigger_while_a_cycle_runs_gets_409_and_its_id()
    {
        await HoldCycleAsync();
        var id = await TriggerAsync();

        using var answer = await _service.Client.PostAsync("/api/autonomous/trigger-job", null);

        answer.StatusCode.Should().Be(HttpStatusCode.Conflict);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("job_id").GetInt64().Should().Be(id);
        problem.GetProperty("success").GetBoolean().Should().BeFalse();
        await FreeCycleAsync();
        await EndAsync(id);
    }

    [Test]
    public async Task Two_nodes_that_are_triggered_at_the_same_moment_start_one_cycle()
    {
        await using var other = await _service.StartAnotherAsync(WithoutDelays);
        for (var i = 0; i < 100; i++)
        {
            // Held, so that no cycle is over before both have asked.
            await HoldCycleAsync();
            var answers = await Task.WhenAll(new[] { _service, other, _service, other }.Select(async service =>
            {
                using var answer = await service.Client.PostAsync("/autonomous/trigger-job", null);
                return (answer.StatusCode, Id: (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("job_id").GetInt64());
            }));
            answers.Select(answer => answer.StatusCode).Should().BeEquivalentTo(
                [HttpStatusCode.OK, HttpStatusCode.Conflict, HttpStatusCode.Conflict, HttpStatusCode.Conflict]);
            answers.Select(answer => answer.Id).Distinct().Should().ContainSingle();
            await FreeCycleAsync();
            await EndAsync(answers[0].Id);
        }

        (await QueryAsync<long>("select count(*) from autonomous_jobs")).Single().Should().Be(100);
    }

    [Test]
    public async Task Roles_and_tenants_are_kept_apart()
    {
        await RunCycleAsync();
        using var viewer = await _service.CreateClientAsync(Orchestrator.Jobs.Access.Role.Viewer);
        using var stranger = await _service.CreateClientAsync(Orchestrator.Jobs.Access.Role.Operator, "other");

        (await viewer.PostAsync("/autonomous/trigger-job", null)).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await viewer.GetAsync("/autonomous/jobs/1/status")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await stranger.GetAsync("/autonomous/jobs/1/status")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await stranger.GetFromJsonAsync<JsonElement>("/autonomous/jobs")).GetProperty("jobs").GetArrayLength().Should().Be(0);
    }

    /// <summary>Somebody else has the cycle's lock: cycles that are started wait.</summary>
    private Task HoldCycleAsync() => _service.Database.ExecuteAsync($"""
        insert into autonomous_execution_locks (lock_key, locked_by, fencing_token, expires_at)
        values ('{CycleStep.LockKey}', 'test', 1, now() + interval '1 hour')
        on conflict (tenant_id, lock_key) do update set locked_by = excluded.locked_by, expires_at = excluded.expires_at
        """);

    private Task FreeCycleAsync() => _service.Database.ExecuteAsync("delete from autonomous_execution_locks where locked_by = 'test'");

    private async Task<JsonElement> RunCycleAsync() => await EndAsync(await TriggerAsync());

    private async Task<long> TriggerAsync()
    {
        using var answer = await _service.Client.PostAsync("/autonomous/trigger-job", null);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("job_id").GetInt64();
    }

    private async Task<JsonElement> EndAsync(long id)
    {
        var status = default(JsonElement);
        await Eventually.IsTrueAsync(
            async () =>
            {
                status = await _service.Client.GetFromJsonAsync<JsonElement>($"/autonomous/jobs/{id}/status");
                return status.GetProperty("job").GetProperty("status").GetString() is "completed" or "failed";
            },
            $"the end of cycle {id}");
        return status;
    }

    private Task<JsonElement> ExplainAsync(JsonElement status, long agent, string workflow) => _service.Client.GetFromJsonAsync<JsonElement>(
        $"/autonomous/jobs/{status.GetProperty("job").GetProperty("id").GetInt64()}/explain?agent_id={agent}&workflow={workflow}");

    private async Task<JsonElement> SimulateAsync(string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await _service.Client.PostAsync("/autonomous/simulate", content);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static int Executed(JsonElement status) => status.GetProperty("job").GetProperty("total_workflows_executed").GetInt32();

    private Task PutAsync(string key, int order, string score, string? noted = null) => _service.PutAsync($$"""
        key: {{key}}
        readiness: { order: {{order}}, score: "{{score}}"{{(noted is null ? "" : $", event: {noted}")}} }
        steps: [{ id: a, type: transform, value: 1 }]
        """);

    private Task<long> AddAgentAsync(string username, string status = "active") => _service.Database.ScalarAsync<long>(
        $"insert into agents (username, status) values ('{username}', '{status}') returning id");

    private async Task<List<T>> QueryAsync<T>(string sql)
    {
        await using var connection = await _service.Database.DataSource.OpenConnectionAsync();
        return (await connection.QueryAsync<T>(sql)).AsList();
    }
}
