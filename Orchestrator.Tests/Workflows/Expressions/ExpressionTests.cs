using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Tests.Workflows.Expressions;

/// <summary>What expressions mean, written as they are written in files.</summary>
internal sealed class ExpressionTests
{
    private static readonly Scope Scope = new(
        ("inputs", Value.Parse("""{"n": 3, "zero": 0, "text": "abc", "list": [1, 2, 3], "deep": {"a": {"b": 5}}, "none": null, "a-b": 1}""")),
        ("results", Value.Parse("""{"fetch": {"data": [{"id": 7}]}}""")));

    [TestCase("1", "1")]
    [TestCase("1.5e3", "1500")]
    [TestCase(".5", "0.5")]
    [TestCase("0xff", "255")]
    [TestCase("'it\\'s'", "\"it's\"")]
    [TestCase("\"a\\n\\u0041\\x42\\u{1F600}\"", "\"a\\nAB\\uD83D\\uDE00\"")]
    [TestCase("true", "true")]
    [TestCase("null", "null")]
    [TestCase("undefined", "null")]
    [TestCase("[1, 'a', [], {}]", "[1,\"a\",[],{}]")]
    [TestCase("{a: 1, 'b c': 2, 3: 4, ['x' + 1]: 5}", "{\"a\":1,\"b c\":2,\"3\":4,\"x1\":5}")]
    [TestCase("{inputs}.inputs.n", "3")]
    [TestCase("[...inputs.list, 4]", "[1,2,3,4]")]
    [TestCase("{...inputs.deep, ...null, c: 1}", "{\"a\":{\"b\":5},\"c\":1}")]
    public void Literals(string expression, string json) => Json(expression).Should().Be(json);

    [TestCase("inputs.n", "3")]
    [TestCase("payload.n", "3")]
    [TestCase("inputs['a-b']", "1")]
    [TestCase("inputs.list[1]", "2")]
    [TestCase("inputs.list['1']", "2")]
    [TestCase("inputs.list[9]", "null")]
    [TestCase("inputs.list[-1]", "null")]
    [TestCase("inputs.list[0.5]", "null")]
    [TestCase("inputs.list.length", "3")]
    [TestCase("inputs.text.length", "3")]
    [TestCase("inputs.text[0]", "\"a\"")]
    [TestCase("inputs.missing", "null")]
    [TestCase("inputs.missing?.a.b.c", "null")]
    [TestCase("inputs.missing?.[inputs.none.x]", "null")]
    [TestCase("inputs.none?.a", "null")]
    [TestCase("inputs?.deep?.a.b", "5")]
    [TestCase("inputs?.['deep'].a['b']", "5")]
    [TestCase("results.fetch.data[0].id", "7")]
    [TestCase("results[\"fetch\"].data[inputs.missing?.x ?? 0].id", "7")]
    [TestCase("inputs.n.anything", "null")]
    public void Access(string expression, string json) => Json(expression).Should().Be(json);

    [TestCase("1 + 2 * 3", "7")]
    [TestCase("(1 + 2) * 3", "9")]
    [TestCase("7 % 4 - 1", "2")]
    [TestCase("-7 % 4", "-3")]
    [TestCase("2 ** 3 ** 2", "512")]
    [TestCase("(-2) ** 2", "4")]
    [TestCase("1 / 0", "null")]
    [TestCase("'a' + 1 + 2", "\"a12\"")]
    [TestCase("1 + 2 + 'a'", "\"3a\"")]
    [TestCase("'5' * '2'", "10")]
    [TestCase("'a' + undefined + null + true", "\"aundefinednulltrue\"")]
    [TestCase("'a' + {b: 1}", "\"a{\\\"b\\\":1}\"")]
    [TestCase("+'12'", "12")]
    [TestCase("+''", "0")]
    [TestCase("+'1_000'", "null")]
    [TestCase("0.1 + 0.2", "0.30000000000000004")]
    [TestCase("'' + 1e21", "\"1e+21\"")]
    [TestCase("'' + 123456789012345680000", "\"123456789012345680000\"")]
    [TestCase("'' + 1.5e-7", "\"1.5e-7\"")]
    [TestCase("'' + 0.000001", "\"0.000001\"")]
    [TestCase("'' + -0", "\"0\"")]
    public void Arithmetic(string expression, string json) => Json(expression).Should().Be(json);

    [TestCase("1 < 2", true)]
    [TestCase("'b' > 'a'", true)]
    [TestCase("'10' < '9'", true)]
    [TestCase("'10' < 9", false)]
    [TestCase("undefined > 1", false)]
    [TestCase("undefined <= 1", false)]
    [TestCase("1 === 1", true)]
    [TestCase("1 === '1'", false)]
    [TestCase("1 == '1'", false)]
    [TestCase("null == undefined", true)]
    [TestCase("null === undefined", false)]
    [TestCase("null != 0", true)]
    [TestCase("NaN === NaN", false)]
    [TestCase("NaN !== NaN", true)]
    [TestCase("[1, {a: 2}] === [1, {a: 2}]", true)]
    [TestCase("!inputs.zero", true)]
    [TestCase("!!inputs.list", true)]
    [TestCase("!!''", false)]
    [TestCase("!NaN", true)]
    public void Comparison(string expression, bool expected) => Evaluate(expression).Should().Be(Value.Of(expected));

    [TestCase("inputs.none ?? 'd'", "\"d\"")]
    [TestCase("inputs.zero ?? 'd'", "0")]
    [TestCase("inputs.zero || 'd'", "\"d\"")]
    [TestCase("inputs.zero && inputs.none.x", "0")]
    [TestCase("(inputs.none ?? 0) || 5", "5")]
    [TestCase("inputs.n > 2 ? 'big' : 'small'", "\"big\"")]
    [TestCase("false ? 1 : true ? 2 : 3", "2")]
    [TestCase("true ?.5:1", "0.5")]
    public void Choice(string expression, string json) => Json(expression).Should().Be(json);

    [TestCase("inputs.missing.a", "can't read `a` of undefined", 15)]
    [TestCase("1 + inputs.none.a", "can't read `a` of null", 16)]
    [TestCase("inputs.list['x'].a", "can't read `a` of undefined", 17)]
    [TestCase("inputs.list * 2", "`*` needs numbers, found an array", 12)]
    [TestCase("{} < 1", "`<` needs numbers, found an object", 3)]
    [TestCase("[...inputs.n]", "`...` needs an array here, found a number", 1)]
    [TestCase("inputs?.missing.a", "can't read `a` of undefined", 16)]
    public void What_cannot_be_evaluated_says_why_and_where(string expression, string problem, int offset)
    {
        var evaluate = () => Evaluate(expression);

        var exception = evaluate.Should().Throw<EvaluationException>().Which;
        exception.Problem.Should().Contain(problem);
        exception.Offset.Should().Be(offset);
        exception.Message.Should().Contain($"`{expression}`");
    }

    [Test]
    public void A_value_that_grows_beyond_bounds_ends_the_evaluation()
    {
        var large = new Scope(("inputs", Value.Of(new string('x', 5_000_000))));

        var evaluate = () => Expression.Parse("inputs + inputs").Evaluate(large);

        evaluate.Should().Throw<EvaluationException>().WithMessage("*grows beyond 8,388,608 characters*");
    }

    [Test]
    public void A_value_that_nests_beyond_bounds_ends_the_evaluation()
    {
        var deep = new Scope(("inputs", Value.Parse(new string('[', 64) + new string(']', 64))));

        var evaluate = () => Expression.Parse("[inputs]").Evaluate(deep);

        evaluate.Should().Throw<EvaluationException>().WithMessage("*nests deeper than 64 levels*");
    }

    [Test]
    public void What_is_read_is_known_beforehand()
    {
        var references = Expression.Parse("results.a.x ?? results['b-c'] ?? steps.d.state ?? payload.results ?? run").References;

        references.Results.Should().BeEquivalentTo("a", "b-c");
        references.Steps.Should().BeEquivalentTo("d");
        references.Roots.Should().BeEquivalentTo("results", "steps", "inputs", "run");
        (references.AllResults, references.AllSteps).Should().Be((false, false));
    }

    [TestCase("results")]
    [TestCase("results[inputs.name]")]
    [TestCase("{...results}")]
    [TestCase("(results).a ?? results")]
    public void Results_that_are_named_late_are_all_read(string expression) =>
        Expression.Parse(expression).References.AllResults.Should().BeTrue();

    [Test]
    public void Only_roots_that_are_come_to_are_asked_for()
    {
        var scope = new Asked();

        Expression.Parse("inputs ?? results.a").Evaluate(scope);

        scope.Roots.Should().Equal("inputs");
    }

    private static Value Evaluate(string expression) => Expression.Parse(expression).Evaluate(Scope);

    private static string Json(string expression) => Evaluate(expression).ToJson();

    private sealed class Asked : IScope
    {
        public List<string> Roots { get; } = [];

        public Value Resolve(string root)
        {
            Roots.Add(root);
            return Value.Of(1);
        }
    }
}
