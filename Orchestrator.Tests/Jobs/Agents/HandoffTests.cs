using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Tests.Jobs.Agents;

/// <summary>What agents hand on (seed 003).</summary>
[TestFixture]
internal sealed class HandoffTests : AgentTaskTestBase
{
    private const string Chain = """
        key: chain
        steps:
          - { id: research, type: agent-task, agent: researcher, goal: find }
          - { id: shape, type: transform, value: results.research.n, depends_on: [research] }
          - { id: write, type: agent-task, agent_type: executor, goal: "write {{ results.shape }}", depends_on: [shape] }
          - { id: draw, type: agent-task, agent_type: executor, goal: draw, depends_on: [research], retry: { max_attempts: 1 } }
          - { id: end, type: transform, value: 1, depends_on: [write] }
        """;

    [Test]
    public async Task Each_agent_task_that_ended_well_leaves_one_to_the_next_agents()
    {
        var id = await AddAgentAsync("researcher", "/researcher");
        Answer("/researcher", (503, "{}"), (200, """{"data": {"n": 3}, "accuracy": 95, "validated_by": ["facts"]}"""));
        Service.Target.On("/agents", (http, seen) => Support.TargetServer.JsonAsync(
            http, seen.Body.Contains("\"draw\"") ? 422 : 200, """{"result": "text"}"""));

        var run = await Service.RunAsync(Chain.Replace("agent: researcher", "agent: researcher, retry: { delay_ms: 1 }"));
        var handoffs = (await Service.Client.GetFromJsonAsync<JsonNode>($"/api/runs/{run.Id}/handoffs"))!["items"]!;
        var ofRun = (await Service.Client.GetFromJsonAsync<JsonNode>($"/api/runs/{run.Id}"))!["handoffs"];

        var rest = (await Service.Client.GetFromJsonAsync<JsonNode>($"/api/runs/{run.Id}/handoffs?limit=1&cursor=1"))!["items"]!.AsArray();

        run["draw"].Status.Should().Be("dead");
        rest.Should().ContainSingle().Which!.ToJsonString().Should().Be(handoffs[1]!.ToJsonString());
        var first = handoffs[0]!;
        JsonNode.DeepEquals(first["from"], JsonNode.Parse($$"""{"step_id": "research", "agent_id": {{id}}, "username": "researcher"}""")).Should().BeTrue(first.ToJsonString());
        first["to"]!.AsArray().Select(to => (string)to!["step_id"]!).Should().Equal("write", "draw");
        first["to"]![1]!["username"].Should().BeNull("it has not done it");
        first["data"]!.ToJsonString().Should().Be("""{"n":3}""");
        ((double)first["metadata"]!["accuracy"]!, first["metadata"]!["validated_by"]!.ToJsonString()).Should().Be((95, """["facts"]"""));
        handoffs.AsArray().Select(one => (string)one!["from"]!["step_id"]!).Should().StartWith("research").And.NotContain("draw");
        JsonNode.DeepEquals(handoffs, ofRun).Should().BeTrue();
    }

    [Test]
    public async Task Agents_inside_of_other_steps_hand_on_to_those_beside_them_and_after()
    {
        Answer("/agents", (200, """{"result": 1}"""));

        var run = await Service.RunAsync("""
            key: inside
            defaults: { retry: { max_attempts: 1 } }
            steps:
              - { id: plan, type: agent-task, agent_type: executor, goal: plan }
              - id: each
                type: for_each
                items: "[1, 2]"
                depends_on: [plan]
                steps:
                  - { id: draft, type: agent-task, agent_type: executor, goal: draft }
                  - { id: check, type: transform, value: 1, depends_on: [draft] }
                  - { id: polish, type: agent-task, agent_type: executor, goal: polish, depends_on: [check] }
              - { id: both, type: parallel, depends_on: [each], steps: [left, right] }
              - { id: left, type: agent-task, agent_type: executor, goal: left }
              - id: right
                type: loop
                max_iterations: 2
                steps: [{ id: round, type: agent-task, agent_type: executor, goal: round }, { id: tick, type: transform, value: 1, depends_on: [round] }]
              - { id: never, type: for_each, items: "[]", depends_on: [both], steps: [{ id: nobody, type: agent-task, agent_type: executor, goal: none }] }
            """);
        var handoffs = (await Service.Client.GetFromJsonAsync<JsonNode>($"/api/runs/{run.Id}/handoffs"))!["items"]!.AsArray();

        handoffs.ToDictionary(
            one => (string)one!["from"]!["step_id"]!,
            one => string.Join(" ", one!["to"]!.AsArray().Select(to => $"{to!["step_id"]}{(to["username"] is null ? "?" : "")}")))
            .Should().BeEquivalentTo(new Dictionary<string, string>
            {
                ["plan"] = "each[0].draft each[1].draft",
                ["each[0].draft"] = "each[0].polish",
                ["each[1].draft"] = "each[1].polish",
                ["each[0].polish"] = "left right[0].round",
                ["each[1].polish"] = "left right[0].round",
                ["left"] = "never[0].nobody?",
                ["right[0].round"] = "right[1].round",
                ["right[1].round"] = "never[0].nobody?",
            });
    }

    [Test]
    public async Task The_last_agent_hands_on_to_nobody()
    {
        Answer("/agents", (200, """{"result": 1}"""));

        var run = await RunTaskAsync("last", "agent_type: executor");

        var handoff = (await Service.Client.GetFromJsonAsync<JsonNode>($"/api/runs/{run.Id}/handoffs"))!["items"]!.AsArray().Single()!;
        handoff["to"].Should().BeNull();
        handoff["metadata"]!["accuracy"].Should().BeNull();
        ((string)handoff["from"]!["username"]!).Should().Be("executor");
    }

    [Test]
    public async Task Of_a_run_that_is_not_there_there_is_a_problem() =>
        (await Service.Client.GetAsync($"/api/runs/{Guid.NewGuid()}/handoffs")).StatusCode.Should().Be(HttpStatusCode.NotFound);
}
