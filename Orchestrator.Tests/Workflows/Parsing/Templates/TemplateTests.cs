using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing;
using Orchestrator.Workflows.Parsing.Templates;

namespace Orchestrator.Tests.Workflows.Parsing.Templates;

/// <summary>What becomes of steps that use templates, and what is said of those that can't.</summary>
internal sealed class TemplateTests
{
    private const string Charge = """
        template: charge
        parameters:
          amount: { type: number, required: true, min: 0 }
          wait_ms: { type: integer, default: 500 }
          label: { type: string, default: "paid: " }
        steps:
          - { id: check, type: transform, value: "params.amount > 10", timeout_ms: "{{ params.wait_ms }}" }
          - { id: book, url: "https://x/{{ params.label }}", body: { sum: "{{ params.amount * 2 }}", ok: "{{ results.check }}" }, depends_on: check }
          - { id: note, type: transform, value: "results['book'].id", when: "steps.check.state === 'success'", depends_on: [book] }
        """;

    private static readonly TemplateSet Set = new(
    [
        Source("charge", Charge),
        Source("twice", "template: twice\nparameters: { sum: {} }\nsteps:\n  - { id: one, uses: charge, with: { amount: '{{ params.sum / 2 }}' } }\n  - { id: two, uses: charge, with: { amount: 1 }, depends_on: [one] }\noutput: \"[results.one, results.two, params.sum]\"\n"),
        Source("round_a", "template: round_a\nsteps: [{ id: a, uses: round_b }]"),
        Source("round_b", "template: round_b\nsteps: [{ id: b, uses: round_a }]"),
        Source("wrong_inside", "template: wrong_inside\nparameters: { x: {} }\nsteps:\n  - { id: a, type: transform, value: params.y }\n  - { id: b, type: transform, valeu: 1, depends_on: [c] }\n"),
        Source("outside", "template: outside\nsteps:\n  - { id: a, type: transform, value: results.fetch }\n"),
        Source("broken", "template: broken\nparameters: 5\nsteps: [{ id: a, type: transform, value: 1 }]"),
        Source("fan", "template: fan\nsteps:\n  - { id: l, type: transform, value: 1 }\n  - { id: r, type: transform, value: 2 }\n"),
    ]);

    [Test]
    public void A_use_becomes_the_templates_steps_and_is_their_end()
    {
        var workflow = Sound("""
            key: k
            steps:
              - { id: fetch, type: transform, value: 1 }
              - { id: pay, name: Pay, uses: charge, with: { amount: "{{ results.fetch + 1 }}" }, depends_on: [fetch] }
              - { id: after, type: transform, value: results.pay, depends_on: [pay] }
            """);

        Drawn(workflow).Should().Equal("fetch", "pay_check < fetch", "pay_book < pay_check", "pay_note < pay_book", "pay < pay_note", "after < pay");
        var (check, book, note, pay) = (workflow.Steps[1], workflow.Steps[2], workflow.Steps[3], workflow.Steps[4]);
        check.Timeout.Should().Be(TimeSpan.FromMilliseconds(500));
        check.Reads.Should().Equal(0);
        book.Reads.Should().Equal(0, 1);
        note.When!.References.Steps.Should().Equal("pay_check");
        (pay.Name, pay.Action).Should().BeEquivalentTo(("Pay", pay.Action));
        pay.Reads.Should().Equal(3);
        workflow.Templates.Should().Equal(Source("charge", Charge));
        ((TransformAction)check.Action).Value.Render(Results(("fetch", 10))).Should().Be(Value.True);
        ((TransformAction)check.Action).Value.Render(Results(("fetch", 9))).Should().Be(Value.False);
        ((HttpAction)book.Action).Body!.Render(Results(("fetch", 10), ("pay_check", 7))).ToJson().Should().Be("""{"sum":22,"ok":7}""");
    }

    [Test]
    public void A_when_and_several_ends_hold_the_whole_template()
    {
        var workflow = Sound("key: k\nsteps:\n  - { id: a, type: transform, value: 1 }\n  - { id: f, uses: fan, when: results.a > 1, depends_on: a, next: z }\n  - { id: z, type: transform, value: 1 }\n");

        Drawn(workflow).Should().Equal("a", "f_start < a", "f_l < f_start", "f_r < f_start", "f < f_l f_r", "z < f");
        workflow.Steps[1].When!.Source.Should().Be("results.a > 1");
        workflow.Steps[4].Reads.Should().Equal(3);
    }

    [Test]
    public void Templates_use_templates_and_hand_their_parameters_on()
    {
        var workflow = Sound("key: k\nsteps: [{ id: t, uses: twice, with: { sum: '{{ inputs.n }}' } }]");

        Drawn(workflow).Should().Equal(
            "t_one_check", "t_one_book < t_one_check", "t_one_note < t_one_book", "t_one < t_one_note",
            "t_two_check < t_one", "t_two_book < t_two_check", "t_two_note < t_two_book", "t_two < t_two_note", "t < t_two");
        ((TransformAction)workflow.Steps[0].Action).Value.Render(new Scope((RootNames.Inputs, Value.Object(("n", 30))))).Should().Be(Value.True);
        workflow.Templates.Select(template => template.Name).Should().Equal("charge", "twice");
    }

    [Test]
    public void A_file_may_bring_its_own()
    {
        var workflow = Sound("""
            key: k
            steps:
              - { id: a, uses: charge, with: { what: [1, 2] } }
            templates:
              - template: charge
                parameters: { what: { type: array, required: true } }
                steps: [{ id: one, type: transform, value: "params.what.map(n => n * params.what.length)" }]
            """);

        Drawn(workflow).Should().Equal("a_one", "a < a_one");
        workflow.Templates.Should().BeEmpty();
        ((TransformAction)workflow.Steps[0].Action).Value.Render(new Scope()).ToJson().Should().Be("[2,4]");
    }

    [TestCase("uses: chrage, with: { amount: 1 }", 2, "steps[0].uses", "there is no template `chrage`", "Did you mean `charge`?")]
    [TestCase("uses: charge", 2, "steps[0]", "template `charge` needs the parameter `amount`", "")]
    [TestCase("uses: charge, with: { amount: 1, amonut: 2 }", 2, "steps[0].with.amonut", "template `charge` has no parameter `amonut`", "Did you mean `amount`?")]
    [TestCase("uses: charge, with: { amount: much }", 2, "steps[0].with.amount", "the parameter doesn't fit: has to be of type number", "")]
    [TestCase("uses: charge, with: { amount: -1 }", 2, "steps[0].with.amount", "the parameter doesn't fit: value has to be at least 0", "")]
    [TestCase("uses: charge, with: { amount: 1, wait_ms: 0 }", 2, "steps[0].timeout_ms", "0 is not between 1 and", "")]
    [TestCase("uses: charge, with: { amount: '{{ results.nope }}' }", 2, "steps[0].with.amount", "there is no step `nope`", "")]
    [TestCase("uses: charge, with: { amount: '{{ nope }}' }", 2, "steps[0].with.amount", "unknown name `nope`", "")]
    [TestCase("uses: charge, with: { amount: 1 }, retry: { max_attempts: 2 }", 2, "steps[0].retry", "`retry` doesn't belong to a step with `uses`", "")]
    [TestCase("uses: charge, with: { amount: 1 }, depends_on: [b]", 2, "steps[0].depends_on[0]", "there is no step `b`", "")]
    [TestCase("uses: round_a", 2, "steps[0]", "in template `round_a` (round_a.yml:2:9): in template `round_b` (round_b.yml:2:24): the templates use each other in a circle: round_a → round_b → round_a", "")]
    [TestCase("uses: wrong_inside", 2, "steps[0]", "in template `wrong_inside` (wrong_inside.yml:4:45): the template has no parameter `y`", "Known are `x`.")]
    [TestCase("uses: wrong_inside", 2, "steps[0]", "in template `wrong_inside` (wrong_inside.yml:5:31): unknown field `valeu`", "Did you mean `value`?")]
    [TestCase("uses: wrong_inside", 2, "steps[0]", "in template `wrong_inside` (wrong_inside.yml:5:54): the template has no step `c`", "")]
    [TestCase("uses: outside", 2, "steps[0]", "in template `outside` (outside.yml:3:46): the template has no step `fetch`", "")]
    [TestCase("uses: broken", 2, "steps[0].uses", "template `broken` has mistakes itself, first broken.yml:2:13: error: parameters: expected a mapping", "")]
    [TestCase("type: transform, value: params.x", 2, "steps[0].value", "unknown name `params`", "")]
    [TestCase("type: transform, value: 1, with: { a: 1 }", 2, "steps[0].with", "unknown field `with`", "")]
    public void What_is_wrong_is_said_at_the_using_step(string step, int line, string path, string message, string hint)
    {
        var parsed = WorkflowParser.Parse($"key: k\nsteps: [{{ id: pay, {step} }}]\n", "k.yml", templates: Set);

        parsed.Definition.Should().BeNull();
        parsed.Diagnostics.Should().OnlyContain(one => one.File == "k.yml" && one.Line == line);
        parsed.Diagnostics.Should().Contain(one => one.Path.StartsWith(path) && one.Message.Contains(message) && one.Hint.Contains(hint), string.Join('\n', parsed.Diagnostics));
    }

    [Test]
    public void Steps_that_steps_hold_have_ids_of_the_use_too()
    {
        var parsed = WorkflowParser.Parse("key: k\nsteps: [{ id: a, uses: both }, { id: b, uses: both }]", "k.yml", templates: new TemplateSet(
            [Source("both", "template: both\nsteps:\n  - { id: p, type: parallel, steps: [{ id: x, type: transform, value: 1 }, { id: y, type: transform, value: 2 }] }\n  - { id: z, type: transform, value: results.p, depends_on: [p] }")]));

        parsed.Diagnostics.Should().BeEmpty();
        parsed.Definition!.Steps.Select(step => step.Id).Should().Equal("a_p", "a_x", "a_y", "a_z", "a", "b_p", "b_x", "b_y", "b_z", "b");
    }

    [Test]
    public void What_grows_beyond_all_bounds_is_refused()
    {
        var doubling = new TemplateSet(Enumerable.Range(0, 9).Select(n => Source($"t{n}", $"template: t{n}\nsteps:\n"
            + string.Concat(Enumerable.Range(0, 8).Select(i => n == 0 ? $"  - {{ id: s{i}, type: transform, value: 1 }}\n" : $"  - {{ id: s{i}, uses: t{n - 1} }}\n")))));

        WorkflowParser.Parse("key: k\nsteps: [{ id: a, uses: t8 }]", "k.yml", templates: doubling).Diagnostics
            .Should().Contain(one => one.Message.Contains("are more than the 10000"));
    }

    [TestCase("steps: [{ id: a, type: transform, value: 1 }]", "`template` is missing")]
    [TestCase("template: x", "`steps` is missing")]
    [TestCase("template: X\nsteps: [{ id: a }]", "can't be a workflow's key")]
    [TestCase("template: x\nstep: []\nsteps: [{ id: a }]", "unknown field `step`")]
    [TestCase("template: x\nsteps: []", "there are no steps")]
    [TestCase("template: x\nsteps: [{ id: a, type: transform, value: '1 +' }]", "x.yml:2:46: error")]
    [TestCase("template: x\nsteps: [{ id: a, type: parallel, steps: [{ id: b, call: /x, body: { n: ['{{ 1 + }}'] } }] }]", "expected a value")]
    [TestCase("template: x\nsteps: [{ id: a, call: /x, when: '(' }]", "expected a value")]
    [TestCase("template: x\nsteps: [{ id: a, call: /x }]\noutput: 'results.a.'", "expected a property's name")]
    [TestCase("template: x\nsteps: [{ type: transform }]", "the step has no `id`")]
    public void A_templates_own_file_is_checked(string text, string message) =>
        TemplateSet.Parse(text, "x.yml").Diagnostics.Should().Contain(one => one.ToString().Contains(message));

    [TestCase("template: x\nsteps: [{ id: a, name: '{{', call: '/{{ params.p }}', when: params.gone, body: { value: '1 +', when: '(' } }]\n", TestName = "Names_and_what_is_no_expression_are_not_a_templates_own")]
    public void What_only_a_use_can_tell_is_left_to_it(string text) => TemplateSet.Parse(text, "x.yml").Diagnostics.Should().BeEmpty();

    [Test]
    public void A_template_in_the_file_that_nobody_uses_is_checked_too()
    {
        var parsed = WorkflowParser.Parse(
            "key: k\ntemplates:\n  - template: a\n    steps: [{ id: x, type: transform, value: '1 +' }]\nsteps: [{ id: s, type: transform, value: 1 }]", "k.yml");

        parsed.Diagnostics.Should().ContainSingle().Which.Line.Should().Be(4);
    }

    [TestCase("templates: [{ template: a, steps: [] }]\nsteps: [{ id: s, uses: a }, { id: t, type: transform, value: results.s, depends_on: [s] }]", "there are no steps")]
    [TestCase("steps: [{ id: s, uses: round_a }, { id: t, type: transform, value: results.s, depends_on: [s] }]", "use each other in a circle")]
    [TestCase("steps: [{ id: s, uses: nobody }, { id: t, type: transform, value: results.s, depends_on: [s] }]", "there is no template `nobody`")]
    [TestCase("steps: [{ id: s, uses: charge }, { id: p, type: parallel, steps: [s] }]", "needs the parameter `amount`")]
    public void What_follows_from_a_use_that_can_not_be_made_is_not_said_besides(string text, string message) =>
        WorkflowParser.Parse("key: k\n" + text, "k.yml", templates: Set).Diagnostics.Should().ContainSingle().Which.Message.Should().Contain(message);

    private static TemplateSource Source(string name, string text) => new(name, $"{name}.yml", text);

    private static WorkflowDefinition Sound(string text)
    {
        var parsed = WorkflowParser.Parse(text, "k.yml", templates: Set);
        parsed.Diagnostics.Should().BeEmpty();
        return parsed.Definition!;
    }

    private static IEnumerable<string> Drawn(WorkflowDefinition workflow) => workflow.Steps.Select(step =>
        workflow.Graph.Parents(step.Index).Count == 0 ? step.Id : $"{step.Id} < {string.Join(' ', workflow.Graph.Parents(step.Index).Select(parent => workflow.Steps[parent].Id))}");

    private static Scope Results(params (string Step, int Result)[] results) =>
        new((RootNames.Results, Value.Object(results.Select(one => KeyValuePair.Create(one.Step, Value.Of(one.Result))))));
}
