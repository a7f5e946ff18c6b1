using Orchestrator.Tests.Workflows.Support;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Tests.Workflows.Parsing;

/// <summary><c>agent-task</c>, <c>emit_event</c> and <c>notify</c> as a file gives them.</summary>
[TestFixture]
internal sealed class LeafParsingTests
{
    private static readonly TestCaseData[] Wrong =
    [
        Broken.Steps("  - §{ id: a, type: agent-task, agent: b }", "steps[0]", "a step of type `agent-task` needs `goal`"),
        Broken.Steps("  - §{ id: a, type: agent-task, goal: g }", "steps[0]", "an agent-task step needs `agent` or `agent_type`"),
        Broken.Steps("  - §{ id: a, type: agent-task, goal: g, agent: b, agentType: c }", "steps[0]", "the step has both `agent` and `agent_type`"),
        Broken.Steps("  - §{ id: a, type: agent-task, goal: g, agent: b, alternative_agent: b }", "steps[0]", "the alternative agent is the agent itself"),
        Broken.Steps("  - { id: a, type: agent-task, goal: g, agent: §1.5 }", "steps[0].agent", "expected a whole number"),
        Broken.Steps("  - { id: a, type: agent-task, goal: g, agent: b, §provider: openai }", "steps[0].provider", "`provider` is not yet supported"),
        Broken.Steps("  - { id: a, type: agent-task, goal: g, agent: b, §model: m }", "steps[0].model", "`model` is not yet supported"),
        Broken.Steps("  - { id: a, type: agent-task, goal: g, agent: b, §tools: [] }", "steps[0].tools", "`tools` is not yet supported"),
        Broken.Steps("  - { id: a, type: agent-task, goal: g, agent: b, max_tokens: §0 }", "steps[0].max_tokens", "0 is not between 1 and 10000000"),
        Broken.Steps("  - { id: a, type: agent-task, goal: g, agent: b, output_schema: { type: §text } }", "steps[0].output_schema.type", "`text` is none of `object`"),
        Broken.Steps("  - { id: a, type: agent-task, goal: g, agent: b, output_schema: { §propertys: {} } }", "steps[0].output_schema.propertys", "Did you mean `properties`?"),
        Broken.Steps("  - { id: a, type: agent-task, goal: g, agent: b, output_schema: { items: { §oneOf: [] } } }", "steps[0].output_schema.items.oneOf", "is no keyword of a schema here"),
        Broken.Steps("  - { id: a, type: agent-task, goal: g, agent: b, output_schema: { pattern: §'(' } }", "steps[0].output_schema.pattern", "it is no regular expression"),
        Broken.Steps("  - { id: a, type: agent-task, goal: '{{ results.§b }}', agent: c }", "steps[0].goal", "there is no step `b`"),
        Broken.Steps("  - §{ id: a, type: emit_event, payload: {} }", "steps[0]", "a step of type `emit_event` needs `event_type`"),
        Broken.Steps("  - { id: a, type: emit_event, event_type: §'workflow.failed:k' }", "steps[0].event_type", "kept for the ends of runs"),
        Broken.Steps("  - { id: a, type: emit_event, event_type: x, payload: §text }", "steps[0].payload", "expected a mapping"),
        Broken.Steps("  - §{ id: a, type: notify, channel: c }", "steps[0]", "a step of type `notify` needs `message`"),
        Broken.Steps("  - { id: a, type: notify, message: m, channel: §'https://hooks.slack.com/x' }", "steps[0].channel", "a channel is a name, not an address"),
        Broken.Steps("  - { id: a, type: notify, message: m, channel: alerts, severity: §loud }", "steps[0].severity", "`loud` is none of `info`, `warning`, `critical`"),
        Broken.Steps("  - { id: a, url: §'http://ada:secret@x/' }", "steps[0].url", "the address has a user or a password in it. Send them as a header"),
        Broken.Steps("  - { id: a, url: §'https://{{ inputs.u }}:{{ inputs.p }}@x/' }", "steps[0].url", "the address has a user or a password in it"),
        Broken.Steps("  - { id: a, url: §'http://' }", "steps[0].url", "expected an address with a host"),
        Broken.Step("required_accuracy: §101", "required_accuracy", "101 is not between 0 and 100"),
    ];

    [TestCaseSource(nameof(Wrong))]
    public void What_is_wrong_is_said_at_its_place(string marked, string path, string fragment) => Broken.Check(marked, path, fragment);

    [TestCase("http://x:{{ inputs.port }}/{{ inputs.who }}@home")]
    [TestCase("https://x/@scope?mail=a@b")]
    [TestCase("https://{{ inputs.host }}/x")]
    public void An_at_sign_behind_the_host_is_no_user(string url) => Files.Sound($"{{ key: k, steps: [{{ id: a, url: '{url}' }}] }}");

    [Test]
    public void The_seeds_spelling_loads()
    {
        var step = Files.Sound("""
            id: my-workflow
            steps:
              - id: ai-analysis
                type: agent-task
                name: AI Data Analysis
                config: { agentType: coordinator, goal: Analyze customer feedback, capabilities: [nlp, sentiment], timeout: 30000, alternativeAgentId: 3 }
            """).Steps[0];

        var action = step.Action.Should().BeOfType<AgentTaskAction>().Subject;
        (action.AgentType, action.HasAlternative, step.Timeout).Should().Be(("coordinator", true, TimeSpan.FromSeconds(30)));
        action.Capabilities.Should().Equal("nlp", "sentiment");
    }

    [Test]
    public void An_agent_task_has_five_minutes_a_queue_of_its_own_and_as_many_attempts_for_the_alternative()
    {
        var steps = Files.Sound("""
            key: k
            steps:
              - { id: a, type: agent-task, goal: g, agent: b }
              - { id: b, type: agent-task, goal: g, agent: b, alternative_agent: c, retry: { max_attempts: 3 }, queue: mine }
              - { id: c, type: notify, channel: x, message: m }
            """).Steps;

        steps.Select(step => (step.Queue, step.Retry.MaxAttempts, step.Timeout?.TotalSeconds)).Should().Equal(
            ("agents", 5, 300), ("mine", 6, 300), (null, 5, 15));
        Files.Sound("{ key: k, config: { queue: gpu }, steps: [{ id: a, type: agent-task, goal: g, agent: b }] }").Steps[0].Queue
            .Should().BeNull("the workflow's queue is the step's too");
    }
}
