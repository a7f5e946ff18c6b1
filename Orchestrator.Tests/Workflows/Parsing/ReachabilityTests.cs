using Orchestrator.Tests.Workflows.Support;
using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Tests.Workflows.Parsing;

/// <summary>Steps that can never start are reported; those of which that is not certain are not.</summary>
public sealed class ReachabilityTests
{
    private static readonly TestCaseData[] Unreachable =
    [
        Broken.Steps("  - { id: end, type: succeed }\n  - §{ id: after, call: /x, depends_on: [end] }\n", "steps[1]", "`after` can never start: `end`, which it waits for, ends the run"),
        Broken.Steps("  - { id: a, call: /x }\n  - { id: end, type: fail, message: no }\n  - §{ id: after, call: /x, depends_on: [a, end] }\n", "steps[2]", "`after` can never start"),
        Broken.Steps("  - { id: end, type: fail, message: no, when: inputs.bad }\n  - §{ id: after, call: /x, depends_on: [end] }\n", "steps[1]", "`after` can never start"),
        Broken.Steps("  - { id: a, call: /x }\n  - { id: end, type: succeed }\n  - §{ id: after, call: /x, depends_on: [a, end], join: { need: 2 } }\n", "steps[2]", "`after` can never start"),
        Broken.Steps("  - { id: each, type: for_each, items: inputs.all, steps: [{ id: end, type: fail, message: no }, §{ id: after, call: /x }] }\n", "steps[0].steps[1]", "`after` can never start"),
        Broken.Steps("  - { id: a, call: /x, compensate: §undo }\n  - { id: undo, call: /y }\n", "steps[0].compensate", "`undo` can never start: nothing rolls `a` back"),
    ];

    [TestCaseSource(nameof(Unreachable))]
    public void It_is_reported_at_its_place(string marked, string path, string fragment) => Broken.Check(marked, path, fragment);

    [TestCase("[{ id: end, type: succeed, when: inputs.enough }, { id: a, call: /x }, { id: after, call: /x, depends_on: [a, end] }]")]
    [TestCase("[{ id: check, type: condition, condition: inputs.ok, true_step: go, false_step: end }, { id: go, call: /x }, { id: end, type: fail, message: no }, { id: after, call: /x, depends_on: [go, end] }]")]
    [TestCase("[{ id: end, type: succeed, output: inputs.a.b, on_failure: skip }, { id: after, call: /x, depends_on: [end] }]")]
    [TestCase("[{ id: end, type: succeed }, { id: a, call: /x }, { id: after, call: /x, depends_on: [a, end], join: any }]")]
    [TestCase("[{ id: a, call: /x, compensate: undo }, { id: undo, call: /y }, { id: b, call: /x, depends_on: [a], on_failure: rollback }]")]
    [TestCase("[{ id: each, type: for_each, items: inputs.all, steps: [{ id: end, type: fail, message: no, when: item.bad }, { id: after, call: /x }] }]")]
    public void Nothing_is_said_of_what_may_start(string steps) =>
        WorkflowParser.Parse($"key: k\nsteps: {steps}\n", "test.yml").Diagnostics.Should().BeEmpty();
}
