using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Tests.Jobs.Agents;

/// <summary>Agent tasks: what an agent is told, who is asked, and what its answer means.</summary>
[TestFixture]
internal sealed class AgentTaskTests : AgentTaskTestBase
{
    [Test]
    public async Task An_agent_is_told_all_that_it_needs_and_its_answer_is_the_result()
    {
        var id = await AddAgentAsync("mira", extra: """, "about": "Reads.", "system_prompt": "Be brief.", "capabilities": ["write", "read"] """);
        Answer("/agents", (200, """{"result": {"text": "hi"}, "accuracy": 91.5, "tokens": 12, "validated_by": "peer"}"""));

        var run = await Service.RunAsync("""
            key: told
            variables: { tone: kind }
            steps:
              - { id: fetch, type: transform, value: "({ n: 2 })" }
              - id: think
                type: agent-task
                depends_on: [fetch]
                config: { agent: Mira, goal: "Write {{ results.fetch.n }} lines", capabilities: [write], max_tokens: 500, output_schema: { type: object } }
              - { id: end, type: transform, depends_on: [think], value: "({ text: results.think.text, by: steps.think.response.agent.username, tokens: steps.think.response.tokens })" }
            """, """{"topic": "leaves"}""");

        run.Output.Should().Be("""{"by":"mira","text":"hi","tokens":12}""");
        var request = Service.Target.RequestsTo("/agents").Last();
        JsonNode.DeepEquals(JsonNode.Parse(request.Body), JsonNode.Parse($$"""
            {"goal": "Write 2 lines", "agent": {"id": {{id}}, "username": "mira", "about": "Reads.", "system_prompt": "Be brief.", "capabilities": ["write", "read"]},
             "capabilities": ["write"], "input": {"topic": "leaves"}, "results": {"fetch": {"n": 2} }, "variables": {"tone": "kind"}, "attempt": 1,
             "user_id": "ada", "intent_id": "learn", "workflow_run_id": "{{run.Id}}", "step_id": "think", "max_tokens": 500, "output_schema": {"type": "object"} }
            """)).Should().BeTrue(request.Body);
        (request.Method, request.Key, request.Authorization).Should().Be(("POST", $"{run.Id}:think:0", $"Bearer {AgentToken}"));
        request.TraceParent.Should().StartWith($"00-{run.Id.Value:N}-");
        JsonNode.DeepEquals(JsonNode.Parse(run["think"].Response!), JsonNode.Parse($$"""
            {"status": 200, "agent": {"id": {{id}}, "username": "mira", "alternative": false}, "accuracy": 91.5, "tokens": 12, "validated_by": ["peer"]}
            """)).Should().BeTrue(run["think"].Response);
        run["think"].Queue.Should().Be("agents");
    }

    [Test]
    public async Task An_agents_own_endpoint_gets_no_token_of_the_default_one()
    {
        await AddAgentAsync("own", "/own");
        Answer("/own", (200, """{"data": [1]}"""));

        var run = await RunTaskAsync("own_endpoint", "agent: own");

        run.Output.Should().Be("[1]");
        Service.Target.RequestsTo("/own").Should().ContainSingle().Which.Authorization.Should().BeNull();
    }

    [Test]
    public async Task A_type_is_an_active_agent_that_can_do_all_of_it_the_same_for_all_attempts()
    {
        await AddAgentAsync("editor-1", "/editor-1", """, "capabilities": ["editor", "latin"] """);
        await AddAgentAsync("editor-2", "/editor-2", """, "capabilities": ["editor", "latin"] """);
        await AddAgentAsync("editor-old", "/editor-old", """, "capabilities": ["editor", "latin", "greek"], "status": "retired" """);
        await AddAgentAsync("editor-new", "/editor-new", """, "capabilities": ["editor"] """);
        Answer("/editor-1", (503, "{}"), (200, """{"result": 1}"""));
        Answer("/editor-2", (503, "{}"), (200, """{"result": 1}"""));

        var run = await RunTaskAsync("typed", "agentType: editor, capabilities: [latin]");

        (run.Status, run["think"].Attempts).Should().Be(("success", (short)2));
        new[] { "/editor-1", "/editor-2" }.Select(path => Service.Target.RequestsTo(path).Count).Should().BeEquivalentTo([0, 2]);
        Service.Target.RequestsTo("/editor-new").Concat(Service.Target.RequestsTo("/editor-old")).Should().BeEmpty();
    }

    [TestCase("agent: nobody", "Step 'think': There is no agent 'nobody'. Make one with POST /api/agents, or name another.")]
    [TestCase("agent: 999999", "Step 'think': There is no agent '999999'.*")]
    [TestCase("agent: \"{{ inputs.who }}\"", "Step 'think': `agent` has to come to an agent's id or username, but came to Undefined.")]
    [TestCase("agent: gone", "Step 'think': Agent 'gone' is retired.*")]
    [TestCase("agent: able, capabilities: [read, fly, swim]", "Step 'think': Agent 'able' lacks 'fly', 'swim' of the capabilities that the step asks for.*")]
    [TestCase("agent_type: wizard, capabilities: [fly]", "Step 'think': No active agent has 'wizard', 'fly' among its capabilities.*")]
    public async Task What_no_agent_can_be_given_is_dead_at_once(string fields, string message)
    {
        await EnsureAsync("gone", """, "status": "retired" """);
        await EnsureAsync("able", """, "capabilities": ["read"] """);

        var run = await RunTaskAsync("no_agent", fields);

        (run.Status, run["think"].Status, run["think"].Attempts).Should().Be(("failed", "dead", (short)1));
        run.AttemptsOf("think").Single().ErrorText.Should().Match(message);
    }

    [TestCase("hello", "* has to answer with a JSON object: hello")]
    [TestCase("{\"error\": {\"message\": \"tired\"}}", "* answered with an error: tired")]
    [TestCase("{\"ok\": false}", "* answered with an error")]
    [TestCase("{\"answer\": 1}", "*: its answer has neither `result` nor `data`.")]
    [TestCase("{\"result\": {\"n\": 1}, \"accuracy\": 101}", "*: `accuracy` has to be a number from 0 to 100, but is 101.")]
    [TestCase("{\"result\": {\"n\": 1}, \"accuracy\": \"high\"}", "*: `accuracy` has to be a number from 0 to 100, but is \"high\".")]
    [TestCase("{\"result\": {\"n\": 1}, \"tokens\": -1}", "*: `tokens` has to be a number of at least 0, but is -1.")]
    [TestCase("{\"result\": {\"n\": 1}, \"validated_by\": [1]}", "*: `validated_by` has to be a text or a list*")]
    [TestCase("{\"result\": {\"n\": 0.5}}", "*: its answer does not fit output_schema: `result.n` has to be of type integer, but is 0.5.")]
    public async Task An_answer_that_is_none_fails_the_attempt_which_is_made_again(string answer, string message)
    {
        Answer("/agents", (200, answer), (200, """{"result": {"n": 1}}"""));

        var run = await RunTaskAsync("answers", "agent_type: executor, output_schema: { type: object, properties: { n: { type: integer } } }");

        run.Output.Should().Be("""{"n":1}""");
        run.AttemptsOf("think").Select(attempt => attempt.Success).Should().Equal(false, true);
        run.AttemptsOf("think")[0].ErrorText.Should().StartWith("Agent 'executor' (POST http://").And.Match(message);
    }

    [Test]
    public async Task Too_little_accuracy_fails_the_attempt_and_the_next_one_is_told_its_number()
    {
        Answer("/agents", (200, """{"result": 1, "accuracy": 60}"""), (200, """{"result": 2, "accuracy": 80}"""));

        var run = await RunTaskAsync("inaccurate", "agent_type: executor, required_accuracy: 80");

        run.Output.Should().Be("2");
        run.AttemptsOf("think")[0].ErrorText.Should().EndWith("the result has an accuracy of 60, below the required 80 (required_accuracy).");
        BodiesTo("/agents").TakeLast(2).Select(body => ((int)body["attempt"]!, (int)body["required_accuracy"]!)).Should().Equal((1, 80), (2, 80));
    }

    [TestCase("agent: strict, required_accuracy: 50", "success")]
    [TestCase("agent: strict", "failed")]
    public async Task An_agents_own_accuracy_holds_where_the_step_has_none(string fields, string state)
    {
        await EnsureAsync("strict", """, "required_accuracy": 90 """);
        Answer("/agents", (200, """{"result": {"accuracy": 70}}"""));

        (await RunTaskAsync("own_accuracy", fields)).Status.Should().Be(state);
    }

    [TestCase("[accuracy]", 2)]
    [TestCase("[timeout, 5xx]", 1)]
    public async Task Accuracy_is_a_cause_of_its_own(string on, int attempts)
    {
        Answer("/agents", (200, """{"result": 1, "accuracy": 1}"""));

        var run = await Service.RunAsync($$$"""
            key: cause
            steps: [{ id: think, type: agent-task, goal: g, agent_type: executor, required_accuracy: 80, retry: { max_attempts: 2, delay_ms: 1, on: {{{on}}} } }]
            """);

        run["think"].Attempts.Should().Be((short)attempts);
    }

    [Test]
    public async Task A_failed_run_names_the_agent()
    {
        var id = await AddAgentAsync("unlucky");
        Answer("/agents", (422, """{"error": "no"}"""));

        var run = await RunTaskAsync("unlucky", "agent: unlucky");

        ((long)run.Error["agent_id"]!, (string)run.Error["step_id"]!).Should().Be((id, "think"));
        (await Service.Client.GetFromJsonAsync<JsonNode>($"/api/runs/{run.Id}"))!["error"]!["agent_id"]!.ToJsonString().Should().Be($"{id}");
    }

    [Test]
    public async Task A_failed_run_names_the_agent_that_is_not_there()
    {
        var run = await RunTaskAsync("absent", "agent: 987654321");

        ((long)run.Error["agent_id"]!).Should().Be(987654321);
    }

    [Test]
    public async Task An_endpoint_with_a_password_is_not_called_and_not_shown()
    {
        await AddAgentAsync("leaky");
        await Service.Database.ExecuteAsync("update orchestrator.agents set endpoint = 'http://ada:hunter2@localhost:1/' where username = 'leaky'");

        var run = await RunTaskAsync("leaky", "agent: leaky");

        ((string)run.Error["message"]!).Should().Contain("has an endpoint that is no absolute http or https address").And.NotContain("hunter2");
    }

    /// <summary>Makes the agent unless a test before this one has.</summary>
    private async Task EnsureAsync(string username, string extra)
    {
        var page = await Service.Client.GetFromJsonAsync<JsonNode>($"/api/agents?q={username}");
        if (page!["items"]!.AsArray().Count == 0)
        {
            await AddAgentAsync(username, extra: extra);
        }
    }
}
