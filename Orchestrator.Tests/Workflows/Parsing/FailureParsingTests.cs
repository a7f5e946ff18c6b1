using Orchestrator.Tests.Workflows.Support;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Tests.Workflows.Parsing;

/// <summary>What files say about failures.</summary>
public sealed class FailureParsingTests
{
    private static readonly TestCaseData[] Mistakes =
    [
        Broken.File("key: k\ndefaults: {on_failure: §{strategy: alternative, step: a}}\nsteps: [{id: a, call: /x}]\n", "defaults.on_failure", "can't be every step's"),
        Broken.File("key: k\ndefaults: {on_failure: §{strategy: rollback, steps: [a]}}\nsteps: [{id: a, call: /x}]\n", "defaults.on_failure", "belong to one step"),
        Broken.Steps("  - {id: b, call: /x}\n  - §{id: a, call: /x, on_failure: rollback}\n", "steps[1]", "the rollback has nothing to undo"),
        Broken.Steps("  - {id: b, call: /x}\n  - §{id: a, call: /x, on_failure: {strategy: rollback, steps: b}}\n", "steps[1]", "names `b`, which has no `compensate`"),
        Broken.Steps("  - {id: a, call: /x, on_failure: {strategy: rollback, steps: §b}}\n", "steps[0].on_failure.steps", "there is no step `b`"),
        Broken.Steps("  - {id: a, call: /x, on_failure: §{strategy: skip, step: b}}\n  - {id: b, call: /x}\n", "steps[0].on_failure", "`step` belongs to the strategy `alternative`"),
        Broken.Steps("  - {id: a, call: /x, on_failure: §{strategy: alternative, step: b, handler: h}}\n  - {id: b, call: /x}\n", "steps[0].on_failure", "`handler` belongs to the strategy `escalate`"),
        Broken.Steps("  - {id: a, call: /x, on_failure: {strategy: alternative, alternativeAgentId: §2}}\n", "steps[0].on_failure.alternativeAgentId", "only an `agent-task`"),
        Broken.Steps("  - {id: a, type: agent-task, agent: 1, goal: g, alternative_agent: 3, on_failure: {strategy: alternative, alternativeAgentId: §2}}\n", "steps[0].on_failure.alternativeAgentId", "has an `alternative_agent` besides"),
        Broken.Steps("  - §{id: p, type: parallel, steps: [b], retry: {max_attempts: 2}}\n  - {id: b, call: /x}\n", "steps[0]", "is not tried again as a whole"),
        Broken.Steps("  - §{id: p, type: parallel, steps: [b], on_failure: {type: retry, maxAttempts: 2}}\n  - {id: b, call: /x}\n", "steps[0]", "is not tried again as a whole"),
    ];

    [TestCaseSource(nameof(Mistakes))]
    public void A_mistake_is_reported_where_it_is(string text, string path, string fragment) => Broken.Check(text, path, fragment);

    [Test]
    public void The_default_of_a_file_is_every_steps_that_has_none_of_its_own()
    {
        var steps = WorkflowParser.Parse("""
            key: k
            defaults: { on_failure: { type: retry, maxAttempts: 3, retryDelay: 2000 } }
            steps:
              - { id: a, call: /x }
              - { id: b, call: /x, on_failure: skip }
            """, "k.yml").Definition!.Steps;

        (steps[0].OnFailure.Kind, steps[0].Retry.MaxAttempts, steps[0].Retry.Delay).Should().Be((OnFailure.Abort, 3, TimeSpan.FromSeconds(2)));
        (steps[1].OnFailure.Kind, steps[1].Retry.MaxAttempts).Should().Be((OnFailure.Skip, 5));
    }

    [Test]
    public void Seed_003s_fallback_gives_an_agents_task_to_another_agent()
    {
        var step = WorkflowParser.Parse("""
            key: k
            steps: [{ id: a, type: agent-task, agent: 1, goal: g, on_failure: { strategy: alternative, alternativeAgentId: 2, maxRetries: 3 } }]
            """, "k.yml").Definition!.Steps[0];

        ((AgentTaskAction)step.Action).Alternative!.Render(Scope.Empty).AsNumber().Should().Be(2);
        (step.OnFailure.Kind, step.Retry.MaxAttempts).Should().Be((OnFailure.Abort, 6), "each agent has three attempts");
    }

    [Test]
    public void The_nearest_setting_wins_and_the_hosts_is_the_farthest()
    {
        var (recovery, problems) = Recovery(("http", "strategy", "skip"), ("http", "max_attempts", "3"), ("http", "delay_ms", "20"), ("http", "on", "timeout, 503"), ("agent_task", "strategy", "escalate"), ("agent_task", "handler", "manual-intervention"));
        var steps = WorkflowParser.Parse("""
            key: k
            defaults: { retry: { delay_ms: 30 } }
            steps:
              - { id: a, call: /x }
              - { id: b, call: /x, on_failure: abort, retries: 0 }
              - { id: c, type: agent-task, agent: a, goal: think }
              - { id: d, type: transform, value: 1 }
            """, "k.yml", new StepCatalog([], recovery)).Definition!.Steps;

        problems.Should().BeEmpty();
        (steps[0].OnFailure.Kind, steps[0].Retry.MaxAttempts, steps[0].Retry.Delay).Should().Be((OnFailure.Skip, 3, TimeSpan.FromMilliseconds(30)));
        steps[0].Retry.On.Should().Equal("timeout", "503");
        (steps[1].OnFailure.Kind, steps[1].Retry.MaxAttempts).Should().Be((OnFailure.Abort, 1));
        (steps[2].OnFailure.Kind, steps[2].OnFailure.Handler).Should().Be((OnFailure.Escalate, "manual-intervention"));
        (steps[3].OnFailure.Kind, steps[3].Retry.MaxAttempts).Should().Be((OnFailure.Abort, 5));
    }

    [TestCase("http", "strategy", "alternative", "Recovery:http:strategy is 'alternative'", "names a step of one workflow")]
    [TestCase("http", "strategy", "sometimes", "Recovery:http:strategy is 'sometimes'", "`escalate`")]
    [TestCase("http", "max_attempts", "many", "Recovery:http:max_attempts is 'many'", "1 to 1000")]
    [TestCase("http", "max_atempts", "3", "Recovery:http:max_atempts is '3'", "`max_attempts`")]
    [TestCase("htp", "max_attempts", "3", "Recovery:htp", "agent-task")]
    [TestCase("parallel", "max_attempts", "3", "Recovery:parallel", "contain others")]
    public void A_hosts_mistake_names_the_setting_the_value_and_what_is_allowed(string type, string name, string value, string setting, string allowed) =>
        Recovery((type, name, value)).Problems.Should().ContainSingle().Which.Should().Contain(setting).And.Contain(allowed);

    private static (RecoveryDefaults Defaults, IReadOnlyList<string> Problems) Recovery(params (string Type, string Name, string Value)[] settings) => RecoveryDefaults.Read(
        settings.GroupBy(one => one.Type).ToDictionary(type => type.Key, type => type.ToDictionary(one => one.Name, one => one.Value)), StepCatalog.BuiltIn);
}
