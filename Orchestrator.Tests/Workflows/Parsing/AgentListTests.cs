using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Tests.Workflows.Parsing;

/// <summary>Seed 003's definitions, as they are written there: object literals as JSON or YAML.</summary>
public sealed class AgentListTests
{
    [Test]
    public void Agents_work_one_after_the_other_and_their_data_goes_into_the_variables()
    {
        var workflow = Parse("""
            { "id": "workflow_sequential_001", "name": "Sequential Data Extraction", "agents": [1, 2, 3, 4],
              "initialData": { "loginUrl": "https://example.com/login", "username": "user@example.com" },
              "config": { "timeout": 60000, "maxRetries": 3 } }
            """);

        workflow.Steps.Select(step => step.Id).Should().Equal("agent_1", "agent_2", "agent_3", "agent_4");
        workflow.Graph.Parents(3).Should().Equal(2);
        workflow.Variables["username"].AsString().Should().Be("user@example.com");
        workflow.Steps.Should().OnlyContain(step => step.Action is AgentTaskAction && step.Set != null && step.Retry.MaxAttempts == 3);
    }

    [Test]
    public void Agents_of_a_group_work_side_by_side()
    {
        var workflow = Parse("""
            id: workflow_parallel_001
            agents: [5, 6, 7, 8]
            initialData: { sites: [https://competitor1.com] }
            config: { parallelGroups: [[5, 6, 7], [8]] }
            """);

        workflow.Graph.Roots.Should().Equal(0, 1, 2);
        workflow.Graph.Parents(3).Should().Equal(0, 1, 2);
    }

    [Test]
    public void Agents_of_a_condition_start_only_through_it()
    {
        var workflow = Parse("""
            id: workflow_conditional_001
            agents: [10, 11, 12, 13]
            initialData: { lastKnownPrice: 99.99 }
            conditions:
              - agentId: 10
                condition: "(data) => data.currentPrice !== data.lastKnownPrice"
                thenAgents: [11]
                elseAgents: [12]
            """);

        workflow.Steps.Select(step => step.Id).Should().Equal("agent_10", "condition_10", "agent_11", "agent_12", "agent_13");
        workflow.Graph.Parents(2).Should().Equal(1);
        workflow.Steps[3].Choosers.Should().Be(1);
        workflow.Graph.Parents(4).Should().Equal(1, 2, 3);
    }

    [TestCase("id: k\nagents: [{}]\n", "expected a list of agents")]
    [TestCase("id: k\nagents: [1]\nconditions: [{ agentId: 1 }]\n", "a condition needs `agentId` and `condition`")]
    [TestCase("id: k\nagents: [1]\nconfig: { parallelGroups: [[1, 2]] }\n", "agent 2 is in a group, and not among the `agents`")]
    [TestCase("id: k\nagents: [1, 2]\nconfig: { parallelGroups: [[2]] }\n", "agent 1 is in no group")]
    [TestCase("id: k\nagents: [1]\nconfig: { parallelGroups: [[9]] }\nconditions: [{ agentId: 1, condition: 'data => {' }]\n", "an arrow function's body is one expression")]
    [TestCase("id: k\nagents: [1]\nconditions: [{ agentId: 9, condition: 'data => true' }]\n", "agent 9 of a condition is not among the `agents`")]
    [TestCase("id: k\nagents: [1, 2]\nconditions: [{ agentId: 1, condition: 'true', thenAgents: [2] }, { agentId: 2, condition: 'true' }]\n", "agent 2 starts through a condition")]
    [TestCase("id: k\nagents: [1, 1]\n", "the step id `agent_1` is here twice")]
    [TestCase("id: k\nagents: [a b]\n", "can't be a step's id")]
    public void What_is_wrong_is_reported(string text, string fragment) =>
        WorkflowParser.Parse(text, "k.yml").Diagnostics.Select(one => one.ToString()).Should().Contain(one => one.Contains(fragment));

    private static WorkflowDefinition Parse(string text)
    {
        var result = WorkflowParser.Parse(text, "test.yml");
        result.Diagnostics.Should().BeEmpty();
        return result.Definition!;
    }
}
