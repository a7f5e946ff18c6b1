using Orchestrator.Tests.Workflows.Support;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Tests.Workflows.Schemas;

/// <summary>The part of JSON Schema that results are checked against.</summary>
[TestFixture]
internal sealed class OutputSchemaTests
{
    [TestCase("{ type: string }", "\"a\"", null)]
    [TestCase("{ type: string }", "1", "`result` has to be of type string, but is 1")]
    [TestCase("{ type: integer }", "1.5", "`result` has to be of type integer, but is 1.5")]
    [TestCase("{ type: [string, null] }", "null", null)]
    [TestCase("{ type: [string, null] }", "true", "`result` has to be of type string or null, but is true")]
    [TestCase("{ enum: [low, high] }", "\"mid\"", "`result` has to be one of \"low\", \"high\", but is \"mid\"")]
    [TestCase("{ const: 3 }", "3", null)]
    [TestCase("{ minimum: 0, maximum: 1 }", "1.1", "`result` has to be at most 1, but is 1.1")]
    [TestCase("{ minimum: 0 }", "-1", "`result` has to be at least 0, but is -1")]
    [TestCase("{ minLength: 2 }", "\"a\"", "`result` has to be at least 2 characters, but is 1")]
    [TestCase("{ maxItems: 1 }", "[1,2]", "`result` has to be at most 1 elements, but is 2")]
    [TestCase("{ pattern: '^[a-z]+$' }", "\"a1\"", "`result` has to match ^[a-z]+$, but is \"a1\"")]
    [TestCase("{ items: { type: number } }", "[1,\"2\"]", "`result[1]` has to be of type number, but is \"2\"")]
    [TestCase("{ required: [a, b] }", "{\"a\":1}", "`result.b` is missing")]
    [TestCase("{ properties: { a: { properties: { b: { type: boolean } } } } }", "{\"a\":{\"b\":0}}", "`result.a.b` has to be of type boolean, but is 0")]
    [TestCase("{ properties: { a: {} }, additionalProperties: false }", "{\"a\":1,\"c\":2}", "`result.c` is not allowed there")]
    [TestCase("{ additionalProperties: { type: string } }", "{\"c\":2}", "`result.c` has to be of type string, but is 2")]
    [TestCase("{ title: t, description: d, type: object }", "{}", null)]
    public void A_value_fits_or_the_first_misfit_is_named_with_its_place(string schema, string value, string? problem) =>
        Action(schema).OutputSchema!.Problem(Value.Parse(value), "result").Should().Be(problem);

    [Test]
    public void The_agent_gets_it_as_it_stands() =>
        Action("{ type: object, title: t }").OutputSchema!.Source.ToJson().Should().Be("""{"type":"object","title":"t"}""");

    private static AgentTaskAction Action(string schema) => (AgentTaskAction)Files.Sound(
        $"key: k\nsteps: [{{ id: a, type: agent-task, agent_type: executor, goal: g, output_schema: {schema} }}]").Steps[0].Action;
}
