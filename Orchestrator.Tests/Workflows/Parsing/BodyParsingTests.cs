using Orchestrator.Tests.Workflows.Support;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Tests.Workflows.Parsing;

/// <summary>Steps that contain others: which body each belongs to, what may read what, and what is wrong with a file.</summary>
public sealed class BodyParsingTests
{
    private static readonly TestCaseData[] Mistakes =
    [
        Broken.Steps("  - { id: p, type: parallel, steps: [a] }\n  - §{ id: q, type: parallel, steps: [a] }\n  - { id: a, call: /x }\n", "steps[1]", "`a` starts only through `p`, and `q` names it too"),
        Broken.Steps("  - { id: p, type: parallel, steps: [§b] }\n  - { id: a, call: /x }\n", "steps[0].steps[0]", "there is no step `b`"),
        Broken.Steps("  - §{ id: p, type: parallel }\n", "steps[0]", "needs `steps`"),
        Broken.Steps("  - §{ id: a, type: transform, value: item }\n", "steps[0]", "`item` and `index` are there inside of a `for_each` only"),
        Broken.Steps("  - §{ id: a, type: transform, value: iteration }\n", "steps[0]", "`iteration` is there inside of a `loop` only"),
        Broken.Steps("  - §{ id: a, type: transform, value: error }\n", "steps[0]", "`error` is there only in a step that runs because another has failed"),
        Broken.Steps("  - { id: f, type: for_each, items: '[1]', step: a }\n  - { id: a, type: transform, value: 1 }\n  - { id: b, type: transform, value: results.§a, depends_on: [f] }\n", "steps[2].value", "each item of `f` has a result of `a` of its own"),
        Broken.Steps("  - { id: a, call: /x, on_failure: { strategy: alternative, step: §a } }\n", "steps[0].on_failure.step", "the step `a` names itself"),
        Broken.Steps("  - { id: a, call: /x, on_failure: §{ strategy: alternative } }\n", "steps[0].on_failure", "the alternative has no `step`"),
        Broken.Steps("  - { id: a, call: /x, on_failure: { strategy: alternative, step: b } }\n  - { id: b, call: /x }\n  - §{ id: c, call: /x, depends_on: [b] }\n", "steps[2]", "`c` waits for `b`, which runs only in the place of another step"),
        Broken.Steps("  - { id: p, type: parallel, steps: [a] }\n  - §{ id: a, call: /x, depends_on: [o] }\n  - { id: o, call: /x }\n", "steps[1]", "`a` runs inside of `p`, and waits for `o`, which runs outside of it"),
        Broken.Steps("  - { id: c, type: condition, condition: true, §conditions: x }\n", "steps[0].conditions", "unknown field `conditions`"),
        Broken.Steps("  - §{ id: d, type: delay }\n", "steps[0]", "needs one of `ms`, `until` and `random`"),
        Broken.Steps("  - { id: d, type: delay, random: §[3, 1] }\n", "steps[0].random", "3 is more than 1"),
        Broken.Steps("  - §{ id: x, type: cancel }\n", "steps[0]", "needs `step` or `scope`"),
        Broken.Steps("  - { id: x, type: cancel, step: §slw }\n  - { id: slow, type: delay, ms: 1 }\n", "steps[0].step", "there is no step `slw`"),
        Broken.Steps("  - { id: x, type: cancel, step: §x }\n", "steps[0].step", "names itself"),
        Broken.Steps("  - §{ id: x, type: cancel, scope: s }\n  - { id: slow, type: delay, ms: 1, scope: t }\n", "steps[0]", "no other step is in the scope `s`"),
        Broken.Steps("  - { id: d, type: delay, until: §2026-02-30 }\n", "steps[0].until", "expected a time such as"),
        Broken.Steps("  - { id: f, type: for_each, items: '[1]', item: one, complete_when: §nope > 1, step: { id: x, type: transform, value: one + index } }\n", "steps[0].complete_when", "unknown name `nope`"),
        Broken.Steps("  - §{ id: f, type: for_each, items: '[1]', rest: ignore, step: { id: x, type: transform, value: 1 } }\n", "steps[0]", "after `complete_when`, which the step has not"),
        Broken.Steps("  - { id: r, type: race, steps: §[] }\n", "steps[0].steps", "the list is empty"),
        Broken.Steps("  - { id: l, type: loop, steps: §[] }\n", "steps[0].steps", "the list is empty"),
        Broken.Steps("  - { id: s, type: switch, cases: §[] }\n", "steps[0].cases", "there are no cases"),
        Broken.Steps("  - { id: s, type: transform, value: 1, set: §[a] }\n", "steps[0].set", "expected a mapping of variables"),
        Broken.Steps("  - { id: f, type: for_each, items: '[1]', item: §inputs, step: a }\n  - { id: a, type: transform, value: 1 }\n", "steps[0].item", "`inputs` means something else in expressions"),
        Broken.Steps("  - { id: a, call: /x }\n  - §{ id: b, call: /x, depends_on: [a], join: { need: 2 } }\n", "steps[1]", "`join` needs 2 steps, and this one waits for 1"),
        Broken.Steps("  - { id: a, call: /x }\n  - { id: c, type: condition, condition: true, true_step: b }\n  - §{ id: b, call: /x, depends_on: [a], join: any }\n", "steps[2]", "`b` starts only when a condition chooses it"),
        Broken.Steps("  - §{ id: p, type: parallel, steps: [q] }\n  - { id: q, type: parallel, steps: [p] }\n", "steps[0]", "in a circle: p → q → p"),
    ];

    [TestCaseSource(nameof(Mistakes))]
    public void A_mistake_is_reported_where_it_is(string marked, string path, string fragment) => Broken.Check(marked, path, fragment);

    [Test]
    public void Steps_that_a_step_holds_are_steps_of_the_file()
    {
        var workflow = Parse("""
            key: nested
            steps:
              - id: each
                type: for_each
                items: "[1, 2]"
                steps:
                  - { id: first, type: transform, value: item }
                  - id: inner
                    type: parallel
                    steps: [{ id: a, type: transform, value: results.first }, { id: b, type: transform, value: index }]
              - { id: after, type: transform, value: results.each, depends_on: [each] }
            """);

        workflow.Steps.Select(step => step.Id).Should().Equal("each", "first", "inner", "a", "b", "after");
        workflow.Bodies.Select(body => string.Join(" ", body.Steps.Select(step => workflow.Steps[step].Id)))
            .Should().Equal("each after", "first inner", "a", "b");
        workflow.Graph.Parents(2).Should().Equal([1], "steps of an item that don't name each other run in their order");
        workflow.Steps[0].Opens.Should().Equal(1);
        workflow.Steps[2].Opens.Should().Equal(2, 3);
    }

    [Test]
    public void What_waits_only_for_steps_of_a_body_belongs_to_it_and_what_waits_for_others_too_waits_for_the_whole()
    {
        var workflow = Parse("""
            key: homes
            steps:
              - { id: both, type: parallel, steps: [a, b] }
              - { id: a, type: transform, value: 1 }
              - { id: b, type: transform, value: 2 }
              - { id: join, type: transform, value: results.a + results.b, depends_on: [a, b] }
              - { id: other, type: transform, value: 3 }
              - { id: after, type: transform, value: results.join, depends_on: [a, other] }
            """);

        workflow.Bodies.Select(body => string.Join(" ", body.Steps.Select(step => workflow.Steps[step].Id))).Should().Equal("both other after", "a b join");
        workflow.Graph.Parents(5).Should().Equal(0, 4);
    }

    [Test]
    public void Seed_spellings_are_read()
    {
        var workflow = Parse("""
            id: seed
            steps:
              - { id: data-check, type: condition, name: Check, config: { condition: 'inputs.quality > 0.8', trueStep: high, falseStep: low } }
              - { id: high, type: loop, config: { condition: 'variables.i < 3', loopStep: one, maxIterations: 7, breakCondition: 'results["one"].error' } }
              - { id: one, type: transform, value: "{}" }
              - { id: low, type: parallel, config: { steps: [x, y], maxConcurrency: 3 }, next: [end] }
              - { id: x, type: transform, value: 1 }
              - { id: y, type: transform, value: 1 }
              - { id: end, type: transform, value: 1 }
            """);

        workflow.Steps[1].Action.Should().BeOfType<LoopAction>().Which.MaxIterations.Should().Be(7);
        workflow.Steps[3].Action.Should().BeOfType<ParallelAction>().Which.MaxConcurrency.Should().Be(3);
        workflow.Graph.Children(0).Should().Equal(1, 3);
        workflow.Steps[1].Choosers.Should().Be(1);
    }

    private static WorkflowDefinition Parse(string text)
    {
        var result = WorkflowParser.Parse(text, "test.yml");
        result.Diagnostics.Should().BeEmpty();
        return result.Definition!;
    }
}
