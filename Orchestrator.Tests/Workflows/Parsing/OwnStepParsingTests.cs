using System.Text.Json.Nodes;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing;
using Orchestrator.Workflows.Parsing.Fields;

namespace Orchestrator.Tests.Workflows.Parsing;

/// <summary>Step types that a host brings along: read, checked and described like the built-in ones.</summary>
internal sealed class OwnStepParsingTests
{
    private static readonly StepCatalog Types = new([
        new OwnStepType("charge",
        [
            new OwnStepField("amount", Shape.Number(0.5, 1000)) { IsRequired = true, Description = "In euros." },
            new OwnStepField("currency", Shape.OneOf(["eur", "usd"])),
            new OwnStepField("max_tries", Shape.Whole(1, 10)),
            new OwnStepField("url", Shape.Text) { Check = value => value.AsString().Contains(' ') ? "it has a space" : null },
            new OwnStepField("note", Shape.Text with { IsNullable = true }),
            new OwnStepField("lines", Shape.ListOf(Shape.ObjectOf(
            [
                new OwnStepField("unit_price", Shape.Number(0, 100)) { IsRequired = true },
                new OwnStepField("gift", Shape.Truth),
            ]))),
            new OwnStepField("labels", Shape.MappingOf(Shape.Text)),
            new OwnStepField("raw", Shape.Any),
        ]),
    ]);

    [Test]
    public void Fields_are_read_from_the_step_and_its_config_under_the_names_of_the_type()
    {
        var action = Charge("""
            amount: 12.5
                config: {maxTries: 3, lines: [{unitPrice: 1, gift: true}], labels: {a: b}, raw: [1, {x: null}]}
                note: ~
            """);

        action.Type.Should().Be("charge");
        action.HasEffect.Should().BeTrue();
        Rendered(action).Should().Be(
            """{"amount":12.5,"max_tries":3,"lines":[{"unit_price":1,"gift":true}],"labels":{"a":"b"},"raw":[1,{"x":null}],"note":null}""");
    }

    [Test]
    public void Every_field_may_be_a_template_and_what_it_reads_is_known()
    {
        var result = WorkflowParser.Parse("""
            key: k
            steps:
              - {id: a, type: transform, value: 5}
              - {id: b, type: charge, amount: '{{ results.a }}', lines: [{unit_price: '{{ results.a }}'}], max_tries: '{{ 2 }}', depends_on: [a]}
            """, "f.yml", Types);

        result.Diagnostics.Should().BeEmpty();
        result.Definition!.Steps[1].Reads.Should().Equal(0);
    }

    [TestCase("§{id: a, type: charge}", "steps[0]", "a step of type `charge` needs `amount`. In euros.")]
    [TestCase("{id: a, type: charge, amount: §lots}", "steps[0].amount", "expected a number, found the text `lots`")]
    [TestCase("{id: a, type: charge, amount: §2000}", "steps[0].amount", "2000 is not between 0.5 and 1000")]
    [TestCase("{id: a, type: charge, amount: 1, §amuont: 2}", "steps[0].amuont", "unknown field `amuont`. Did you mean `amount`?")]
    [TestCase("{id: a, type: charge, amount: 1, §method: GET}", "steps[0].method", "`method` belongs to steps of type `http`, this one is `charge`")]
    [TestCase("{id: a, type: charge, amount: 1, config: {§amount: 2}}", "steps[0].config.amount", "`amount` is given twice")]
    [TestCase("{id: a, type: charge, amount: 1, currency: §gbp}", "steps[0].currency", "`gbp` is none of `eur`, `usd`")]
    [TestCase("{id: a, type: charge, amount: 1, max_tries: §1.5}", "steps[0].max_tries", "expected a whole number")]
    [TestCase("{id: a, type: charge, amount: 1, url: §'a b'}", "steps[0].url", "it has a space")]
    [TestCase("{id: a, type: charge, amount: 1, url: §~}", "steps[0].url", "expected text, found nothing")]
    [TestCase("{id: a, type: charge, amount: 1, lines: [{unit_price: 1}, §{gift: true}]}", "steps[0].lines[1]", "`unit_price` is missing")]
    [TestCase("{id: a, type: charge, amount: 1, lines: [{unit_price: 1, §gif: true}]}", "steps[0].lines[0].gif", "Did you mean `gift`?")]
    [TestCase("{id: a, type: charge, amount: 1, lines: §5}", "steps[0].lines", "expected a list, found the number 5")]
    [TestCase("{id: a, type: charge, amount: 1, labels: {a: §1}}", "steps[0].labels.a", "expected text, found the number 1. Put it in quotes.")]
    [TestCase("{id: a, type: charge, amount: '{{ results.§b }}'}", "steps[0].amount", "there is no step `b`")]
    [TestCase("{id: a, type: §chrage, amount: 1}", "steps[0].type", "unknown type `chrage`. Did you mean `charge`?")]
    [TestCase("{id: a, type: §refund, amount: 1}", "steps[0].type", "unknown type `refund`. This program knows http, transform,")]
    public void A_mistake_is_reported_where_it_is(string step, string path, string fragment)
    {
        var text = $"key: k\nsteps:\n  - {step}\n";
        var column = text.Split('\n')[2].IndexOf('§') + 1;

        var result = WorkflowParser.Parse(text.Replace("§", ""), "f.yml", Types);

        result.Diagnostics.Select(one => one.ToString()).Should().ContainSingle(one => one.Contains(fragment))
            .Which.Should().StartWith($"f.yml:3:{column}: error: {path}: ");
    }

    [Test]
    public void A_program_without_the_type_says_so() =>
        WorkflowParser.Parse("key: k\nsteps:\n  - {id: a, type: charge, amount: 1}\n", "f.yml").Diagnostics.Should().ContainSingle()
            .Which.Message.Should().Be("unknown type `charge`");

    [TestCase("http", "amount", "a step type of the orchestrator")]
    [TestCase("Charge", "amount", "no name of a step type")]
    [TestCase("charge", "retry", "every step has with another meaning")]
    [TestCase("charge", "config", "every step has with another meaning")]
    public void A_type_that_would_hide_what_is_there_is_refused(string type, string field, string fragment)
    {
        var create = () => new StepCatalog([new OwnStepType(type, [new OwnStepField(field, Shape.Text)])]);

        create.Should().Throw<ArgumentException>().Which.Message.Should().Contain(fragment);
    }

    [TestCase("5", null)]
    [TestCase("\"x\"", "`amount` has to be a number from 0.5 to 1000, but is \"x\"")]
    [TestCase("0", "`amount` has to be a number from 0.5 to 1000, but is 0")]
    [TestCase("null", "`amount` has to be a number from 0.5 to 1000, but is nothing")]
    public void What_a_template_came_to_is_held_against_the_type(string json, string? problem) =>
        Types.Own.Single().Fields[0].Problem(Value.Parse(json)).Should().Be(problem);

    [Test]
    public void A_wrong_value_deep_inside_is_named() =>
        Types.Own.Single().Fields[5].Problem(Value.Parse("""[{"unit_price": 1}, {"unit_price": "x"}]""")).Should().StartWith("`lines[1].unit_price` has to be");

    [Test]
    public void The_schema_knows_the_type_and_what_its_fields_are()
    {
        var step = JsonNode.Parse(WorkflowSchema.Generate(Types))!["properties"]!["steps"]!["items"]!;

        step["properties"]!["type"]!["enum"]!.AsArray().Select(word => (string)word!).Should().StartWith("http").And.EndWith("charge");
        step["properties"]!["maxTries"]!["anyOf"]![0]!["maximum"]!.GetValue<double>().Should().Be(10);
        step["properties"]!["config"]!["properties"]!.AsObject().Should().ContainKey("max_tries");
        var rule = step["allOf"]!.AsArray().Should().ContainSingle().Subject!;
        rule["if"]!["properties"]!["type"]!["const"]!.GetValue<string>().Should().Be("charge");
        rule["then"]!["properties"]!["amount"]!["description"]!.GetValue<string>().Should().Be("In euros.");
        rule["then"]!["allOf"]!.ToJsonString().Should().Contain("amount").And.NotContain("currency");
    }

    private static OwnAction Charge(string fields)
    {
        var result = WorkflowParser.Parse($"key: k\nsteps:\n  - id: a\n    type: charge\n    {fields}\n", "f.yml", Types);
        result.Diagnostics.Should().BeEmpty();
        return result.Definition!.Steps[0].Action.Should().BeOfType<OwnAction>().Subject;
    }

    private static string Rendered(OwnAction action) =>
        Value.Object(action.Config.Select(field => KeyValuePair.Create(field.Key, field.Value.Render(Scope.Empty)))).ToJson();
}
