using Orchestrator.Tests.Workflows.Support;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Tests.Workflows.Parsing;

/// <summary><c>wait_for_event</c>, <c>approval</c> and <c>workflow</c> as a file gives them.</summary>
[TestFixture]
internal sealed class WaitParsingTests
{
    private static readonly TestCaseData[] Wrong =
    [
        Broken.Steps("  - §{ id: a, type: wait_for_event }", "steps[0]", "a step of type `wait_for_event` needs `event`"),
        Broken.Steps("  - { id: a, type: wait_for_event, event: §'workflow.completed:b' }", "steps[0].event", "the ends of runs are for triggers"),
        Broken.Steps("  - { id: a, type: wait_for_event, event: e, match: §evnt.type }", "steps[0].match", "Did you mean `event`?"),
        Broken.Steps("  - { id: a, type: wait_for_event, event: e, match: event.payload.n === results.§b }", "steps[0].match", "there is no step `b`"),
        Broken.Steps("  - { id: a, type: wait_for_event, event: '{{ §event.type }}' }", "steps[0].event", "`event`"),
        Broken.Steps("  - { id: a, type: wait_for_event, event: e, buffer: §maybe }", "steps[0].buffer", "expected true or false"),
        Broken.Steps("  - §{ id: a, type: wait_for_event, event: e, on_timeout: continue }", "steps[0]", "which the step has not"),
        Broken.Steps("  - { id: a, type: wait_for_event, event: e, timeout_ms: 5, on_timeout: §skip }", "steps[0].on_timeout", "`skip` is none of `fail`, `continue`"),
        Broken.Steps("  - §{ id: a, type: approval }", "steps[0]", "a step of type `approval` needs `prompt`"),
        Broken.Steps("  - { id: a, type: approval, prompt: p, approvers: §[] }", "steps[0].approvers", "nobody is in it"),
        Broken.Steps("  - { id: a, type: approval, prompt: p, on_reject: §stop }", "steps[0].on_reject", "`stop` is none of `fail`, `continue`"),
        Broken.Steps("  - §{ id: a, type: workflow }", "steps[0]", "a step of type `workflow` needs `workflow_key`"),
        Broken.Steps("  - { id: a, type: workflow, workflow_key: §Bad Key }", "steps[0].workflow_key", "`Bad Key` can't be a workflow's key"),
        Broken.Steps("  - { id: a, type: workflow, workflow_key: b, inputs: §5 }", "steps[0].inputs", "expected a mapping"),
        Broken.Steps("  - { id: a, type: workflow, workflow_key: b, version: §0 }", "steps[0].version", "0 is"),
    ];

    [TestCaseSource(nameof(Wrong))]
    public void What_is_wrong_is_said_at_its_place(string marked, string path, string fragment) => Broken.Check(marked, path, fragment);

    [Test]
    public void Settings_are_read()
    {
        var steps = Files.Sound("""
            key: k
            steps:
              - { id: a, type: wait_for_event, event: e, match: event.payload.n > inputs.n, buffer: false, timeout: 500, onTimeout: continue }
              - { id: b, type: approval, config: { prompt: p, approvers: admin, onReject: continue } }
              - { id: c, type: workflow, workflowKey: other, inputs: { n: 1 }, wait: false, version: 3 }
            """).Steps;

        steps[0].Action.Should().BeOfType<WaitForEventAction>().Which.Should().Match<WaitForEventAction>(action => !action.Buffers && action.ContinuesAfterTimeout && action.Match != null);
        steps[0].Timeout.Should().Be(TimeSpan.FromMilliseconds(500));
        steps[1].Action.Should().BeOfType<ApprovalAction>().Which.Should().Match<ApprovalAction>(action => action.PassesRejections && !action.ContinuesAfterTimeout);
        steps[1].Timeout.Should().BeNull();
        steps[2].Action.Should().BeOfType<WorkflowAction>().Which.Should().Match<WorkflowAction>(action => !action.Waits && action.Version == 3 && action.Inputs != null);
    }
}
