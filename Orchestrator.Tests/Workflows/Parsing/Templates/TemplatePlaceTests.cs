using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Tests.Workflows.Parsing.Templates;

/// <summary>A step that uses a template stands wherever a step may, with all that it becomes.</summary>
internal sealed class TemplatePlaceTests
{
    private const string Templates = """
        templates:
          - template: charge
            parameters: { of: {} }
            steps:
              - { id: check, type: transform, value: params.of }
              - { id: book, type: transform, value: results.check, depends_on: [check] }
          - template: fan
            steps: [{ id: l, type: transform, value: 1 }, { id: r, type: transform, value: 2 }]
          - template: outer
            steps: [{ id: p, type: parallel, steps: [{ id: x, uses: charge }, { id: y, type: transform, value: 1 }] }]
          - template: round
            steps: [{ id: p, type: parallel, steps: [{ id: x, uses: round }] }]
        """;

    [Test]
    public void Among_the_steps_that_another_holds()
    {
        var workflow = Sound("""
              - id: all
                type: for_each
                items: "[1]"
                steps:
                  - { id: fetch, type: transform, value: item }
                  - { id: pay, uses: charge, with: { of: "{{ results.fetch }}" } }
                  - { id: last, type: transform, value: results.pay }
            """);

        Drawn(workflow).Should().Equal("all", "fetch", "pay_check < fetch", "pay_book < pay_check", "pay < pay_book", "last < pay");
        BodyOf(workflow, "all").Should().NotBe(BodyOf(workflow, "fetch"));
        workflow.Steps.Skip(1).Select(step => BodyOf(workflow, step.Id)).Should().AllBeEquivalentTo(BodyOf(workflow, "pay"));
    }

    [TestCase("{ id: around, type: loop, max_iterations: 2, loop_step: f }")]
    [TestCase("{ id: around, type: for_each, items: '[1]', step: f }")]
    [TestCase("{ id: around, type: parallel, steps: [f] }")]
    [TestCase("{ id: around, type: race, steps: [f] }")]
    public void Named_by_one_that_contains_it(string around)
    {
        var workflow = Sound($"  - {around}\n  - {{ id: f, uses: fan }}\n");

        Drawn(workflow).Should().Equal("around", "f_start", "f_l < f_start", "f_r < f_start", "f < f_l f_r");
        new[] { "f_start", "f_l", "f_r", "f" }.Select(step => BodyOf(workflow, step)).Should().AllBeEquivalentTo(1);
        (workflow.Steps[0].Action switch { ParallelAction all => all.Steps, RaceAction race => race.Steps, _ => ["f"] }).Should().Equal("f");
    }

    [Test]
    public void A_choice_is_for_its_first_step()
    {
        var workflow = Sound("""
              - { id: pick, type: condition, condition: "false", true_step: f, false_step: pay }
              - { id: f, uses: fan }
              - { id: pay, uses: charge }
              - { id: after, type: transform, value: 1, next: [more] }
              - { id: more, uses: charge }
            """);

        Drawn(workflow).Should().Equal(
            "pick", "f_start < pick", "f_l < f_start", "f_r < f_start", "f < f_l f_r", "pay_check < pick", "pay_book < pay_check", "pay < pay_book",
            "after", "more_check < after", "more_book < more_check", "more < more_book");
        workflow.Blueprint.Rule(0).Targets.Select(step => workflow.Steps[step].Id).Should().BeEquivalentTo("f_start", "pay_check");
    }

    [Test]
    public void A_cancellation_is_for_all_of_it()
    {
        var workflow = Sound("""
              - { id: pay, uses: charge }
              - { id: stop, type: cancel, step: pay }
            """);

        ((CancelAction)workflow.Steps[^1].Action).Steps.Should().BeEquivalentTo("pay_check", "pay_book", "pay");
    }

    [Test]
    public void In_a_template_too() => Sound("  - { id: o, uses: outer }\n").Steps.Select(step => step.Id)
        .Should().Equal("o_p", "o_x_check", "o_x_book", "o_x", "o_y", "o");

    [TestCase("  - { id: a, type: transform, value: 1, on_failure: { strategy: alternative, step: f } }\n  - { id: f, uses: fan }", "steps[0].on_failure.step")]
    [TestCase("  - { id: a, type: transform, value: 1, compensate: f }\n  - { id: f, uses: fan }", "steps[0].compensate")]
    public void Where_only_one_step_may_stand_it_is_refused(string steps, string path) => Parse(steps).Diagnostics
        .Should().Contain(one => one.Path == path && one.Message.Contains("which has several steps, and only one may stand here") && one.Hint.Contains("type: parallel"));

    [Test]
    public void What_is_wrong_is_said_at_its_place() => Parse("  - { id: a, type: parallel, steps: [{ id: b, type: transform, value: 1 }, { id: c, uses: charge, with: { fo: 1 } }] }")
        .Diagnostics.Should().Contain(one => one.Path == "steps[0].steps[1].with.fo" && one.Message.Contains("has no parameter `fo`"));

    [Test]
    public void A_circle_through_what_is_held_is_found() => Parse("  - { id: a, uses: round }")
        .Diagnostics.Should().Contain(one => one.Message.Contains("the templates use each other in a circle: round → round"));

    [Test]
    public void What_is_held_counts()
    {
        var doubling = string.Concat(Enumerable.Range(0, 9).Select(n => $"  - template: t{n}\n    steps:\n"
            + string.Concat(Enumerable.Range(0, 8).Select(i => n == 0
                ? $"      - {{ id: s{i}, type: transform, value: 1 }}\n"
                : $"      - {{ id: s{i}, type: parallel, steps: [{{ id: h{i}, uses: t{n - 1} }}] }}\n"))));

        WorkflowParser.Parse($"key: k\ntemplates:\n{doubling}steps: [{{ id: a, uses: t8 }}]", "k.yml").Diagnostics
            .Should().Contain(one => one.Message.Contains("are more than the 10000"));
    }

    private static WorkflowDefinition Sound(string steps)
    {
        var parsed = Parse(steps);
        parsed.Diagnostics.Should().BeEmpty();
        return parsed.Definition!;
    }

    private static ParseResult Parse(string steps) => WorkflowParser.Parse($"key: k\n{Templates}\nsteps:\n{steps}\n", "k.yml");

    private static int BodyOf(WorkflowDefinition workflow, string step) => workflow.Blueprint.BodyOf(workflow.Steps.Single(one => one.Id == step).Index);

    private static IEnumerable<string> Drawn(WorkflowDefinition workflow) => workflow.Steps.Select(step =>
        workflow.Graph.Parents(step.Index).Count == 0 ? step.Id : $"{step.Id} < {string.Join(' ', workflow.Graph.Parents(step.Index).Select(parent => workflow.Steps[parent].Id))}");
}
