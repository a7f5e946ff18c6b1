using Orchestrator.Tests.Workflows.Support;
using Orchestrator.Workflows.Definitions;
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
}
