using Orchestrator.Tests.Workflows.Support;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Tests.Workflows.Expressions;

internal sealed class TemplateTests
{
    private static readonly Scope Scope = new(("inputs", Value.Parse("""{"n": 3, "list": [1, 2], "name": "Ada", "none": null}""")));

    [TestCase("\"{{ inputs.n }}\"", "3")]
    [TestCase("\"{{inputs.list}}\"", "[1,2]")]
    [TestCase("\" {{ inputs.n }}\"", "\" 3\"")]
    [TestCase("\"Dear {{ inputs.name }}: {{ inputs.list }}!\"", "\"Dear Ada: [1,2]!\"")]
    [TestCase("\"a{{ inputs.none }}b{{ inputs.missing }}c\"", "\"abc\"")]
    [TestCase("\"{{ {a: {b: inputs.n}} }}\"", "{\"a\":{\"b\":3}}")]
    [TestCase("\"{{ {a: {b: inputs.n}}}}\"", "{\"a\":{\"b\":3}}")]
    [TestCase("\"{{ '}}' + '{{' }}\"", "\"}}{{\"")]
    [TestCase("{a: \"{{ inputs.n }}\", b: [x, \"{{ inputs.missing }}\"], c: 1}", "{\"a\":3,\"b\":[\"x\",null],\"c\":1}")]
    [TestCase("{a: \"{{ inputs.missing }}\"}", "{}")]
    [TestCase("plain inputs.n", "\"plain inputs.n\"")]
    [TestCase("{yes: on, no: ~, n: 1.0, s: \"1\"}", "{\"yes\":\"on\",\"no\":null,\"n\":1,\"s\":\"1\"}")]
    public void A_body_is_a_template(string yaml, string json) =>
        Http($"body: {yaml}").Body!.Render(Scope).ToJson().Should().Be(json);

    [TestCase("inputs.n + 1", "4")]
    [TestCase("\"{{ inputs.n + 1 }}\"", "4")]
    [TestCase("\"n is {{ inputs.n }}\"", "\"n is 3\"")]
    [TestCase("{a: \"{{ inputs.n }}\", b: inputs.n}", "{\"a\":3,\"b\":\"inputs.n\"}")]
    [TestCase("5", "5")]
    [TestCase("\"'text'\"", "\"text\"")]
    public void A_transform_takes_an_expression_or_a_template(string yaml, string json) =>
        ((TransformAction)Files.Sound($"key: k\nsteps: [{{id: a, type: transform, value: {yaml}}}]").Steps[0].Action)
            .Value.Render(Scope).ToJson().Should().Be(json);

    [TestCase("inputs.n > 2", true)]
    [TestCase("\"{{ inputs.n > 3 }}\"", false)]
    [TestCase("true", true)]
    public void A_condition_is_an_expression_with_or_without_braces(string yaml, bool expected) =>
        Files.Sound($"key: k\nsteps: [{{id: a, call: /x, when: {yaml}}}]").Steps[0].When!.Evaluate(Scope).IsTruthy.Should().Be(expected);

    [Test]
    public void A_failure_names_the_expression_and_the_place_in_it()
    {
        var body = Http("body: \"text before {{ 1 + inputs.none.x }}\"").Body!;

        body.Invoking(template => template.Render(Scope)).Should().Throw<EvaluationException>()
            .WithMessage("can't read `x` of null; `?.` allows for that (in `1 + inputs.none.x` at 17)");
    }

    [Test]
    public void What_holds_no_expression_is_rendered_once()
    {
        Http("body: {a: [1, text]}").Body!.IsConstant.Should().BeTrue();
        Http("body: {a: [1, \"{{ inputs.n }}\"]}").Body!.IsConstant.Should().BeFalse();
    }

    [Test]
    public void References_of_all_parts_are_gathered() =>
        Files.Sound("""
            key: k
            steps:
              - {id: a, call: /x}
              - {id: b, call: /x, depends_on: a, body: {x: "{{ results.a.x }}", y: ["{{ inputs.y }} {{ run.id }}"]}}
            """).Steps[1].Action.As<HttpAction>().Body!.References.Should().BeEquivalentTo(
                new { Roots = new[] { "results", "inputs", "run" }, Results = new[] { "a" }, AllResults = false });

    private static HttpAction Http(string fields) =>
        (HttpAction)Files.Sound($"key: k\nsteps:\n  - id: a\n    call: /x\n    {fields}\n").Steps[0].Action;
}
