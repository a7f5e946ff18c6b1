using System.Security.Cryptography;
using System.Text;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Tests.Workflows.Expressions;

/// <summary>Methods, functions, arrow functions and template strings.</summary>
internal sealed class FunctionTests
{
    private static readonly Scope Scope = new(("inputs", Value.Parse(
        """{"n": [3, 1, 2], "people": [{"id": 1, "name": "Ada", "tags": ["x"]}, {"id": 2, "name": "Bo", "tags": []}], "text": " a,b,c ", "none": null}""")));

    [TestCase("inputs.n.map(x => x * 2)", "[6,2,4]")]
    [TestCase("inputs.n.map((x, i) => x * i)", "[0,1,4]")]
    [TestCase("inputs.n.map((x, i, all) => all.length)", "[3,3,3]")]
    [TestCase("inputs.n.map(() => 1)", "[1,1,1]")]
    [TestCase("inputs.n.filter(x => x > 1)", "[3,2]")]
    [TestCase("[0, 1, '', 'a', null].filter(Boolean)", "[1,\"a\"]")]
    [TestCase("['1', '2'].map(Number)", "[1,2]")]
    [TestCase("inputs.people.find(p => p.name === 'Bo').id", "2")]
    [TestCase("inputs.people.find(p => p.id === 9)?.name ?? 'nobody'", "\"nobody\"")]
    [TestCase("inputs.people.findIndex(p => p.id === 2)", "1")]
    [TestCase("inputs.n.findLast(x => x > 1)", "2")]
    [TestCase("inputs.n.some(x => x > 2)", "true")]
    [TestCase("inputs.n.every(x => x > 2)", "false")]
    [TestCase("inputs.n.reduce((sum, x) => sum + x, 0)", "6")]
    [TestCase("inputs.n.reduce((a, b) => a > b ? a : b)", "3")]
    [TestCase("inputs.people.flatMap(p => p.tags)", "[\"x\"]")]
    [TestCase("[1, [2, [3, [4]]]].flat()", "[1,2,[3,[4]]]")]
    [TestCase("[1, [2, [3, [4]]]].flat(Infinity)", "[1,2,3,4]")]
    [TestCase("inputs.n.includes(2)", "true")]
    [TestCase("[NaN].includes(NaN)", "true")]
    [TestCase("[NaN].indexOf(NaN)", "-1")]
    [TestCase("inputs.n.join('-')", "\"3-1-2\"")]
    [TestCase("[1, null, undefined].join()", "\"1,,\"")]
    [TestCase("inputs.n.slice(1)", "[1,2]")]
    [TestCase("inputs.n.slice(-2, -1)", "[1]")]
    [TestCase("inputs.n.concat([4], 5)", "[3,1,2,4,5]")]
    [TestCase("inputs.n.at(-1)", "2")]
    [TestCase("inputs.n.reverse()", "[2,1,3]")]
    [TestCase("[10, 9, 1, undefined].sort()", "[1,10,9,null]")]
    [TestCase("inputs.n.sort((a, b) => b - a)", "[3,2,1]")]
    [TestCase("[{k: 1, v: 'a'}, {k: 0, v: 'b'}, {k: 1, v: 'c'}].sort((x, y) => x.k - y.k).map(x => x.v).join('')", "\"bac\"")]
    [TestCase("inputs.n.sort(() => 1).length", "3")]
    [TestCase("inputs.n.map(x => inputs.n.map(y => x * y).join())[0]", "\"9,3,6\"")]
    [TestCase("inputs.people.map(p => ({...p, tags: p.tags.length}))[0]", "{\"id\":1,\"name\":\"Ada\",\"tags\":1}")]
    [TestCase("[1].map(inputs => inputs)", "[1]")]
    [TestCase("inputs.none?.map(x => x.y)", "null")]
    public void Arrays(string expression, string json) => Json(expression).Should().Be(json);

    [TestCase("inputs.text.trim().split(',')", "[\"a\",\"b\",\"c\"]")]
    [TestCase("'abc'.split('')", "[\"a\",\"b\",\"c\"]")]
    [TestCase("'abc'.includes('bc')", "true")]
    [TestCase("'abc'.startsWith('b')", "false")]
    [TestCase("'abc'.indexOf('c')", "2")]
    [TestCase("'abc'.slice(-2)", "\"bc\"")]
    [TestCase("'abc'.substring(2, 0)", "\"ab\"")]
    [TestCase("'abc'.at(-1) + 'abc'.charAt(9)", "\"c\"")]
    [TestCase("'aXa'.toLowerCase().replace('a', 'b')", "\"bxa\"")]
    [TestCase("'a.a'.replaceAll('.', '')", "\"aa\"")]
    [TestCase("'a-b'.replace('-', m => m + m)", "\"a--b\"")]
    [TestCase("'7'.padStart(3, '0') + '|' + '7'.padEnd(3)", "\"007|7  \"")]
    [TestCase("'ab'.repeat(3)", "\"ababab\"")]
    [TestCase("(3.14159).toFixed(2)", "\"3.14\"")]
    [TestCase("`Dear ${inputs.people[0].name}, ${1 + 1} \\`x\\` ${`in ${'ner'}`}`", "\"Dear Ada, 2 `x` in ner\"")]
    [TestCase("`${undefined} $ ${null} $5`", "\"undefined $ null $5\"")]
    public void Strings(string expression, string json) => Json(expression).Should().Be(json);

    [TestCase("Math.max(1, ...inputs.n)", "3")]
    [TestCase("Math.min(...inputs.n)", "1")]
    [TestCase("Math.round(2.5) + Math.round(-2.5)", "1")]
    [TestCase("Math.floor(-1.5) + Math.PI * 0", "-2")]
    [TestCase("Object.keys({a: 1, b: 2})", "[\"a\",\"b\"]")]
    [TestCase("Object.values({a: 1, b: 2})", "[1,2]")]
    [TestCase("Object.fromEntries(Object.entries({a: 1}).map(e => [e[0] + '1', e[1]]))", "{\"a1\":1}")]
    [TestCase("JSON.parse('{\"a\": [1]}').a[0]", "1")]
    [TestCase("JSON.stringify({a: [1]})", "\"{\\\"a\\\":[1]}\"")]
    [TestCase("String(5) + Number('7') + Boolean('')", "\"57false\"")]
    [TestCase("[parseInt('12px'), parseFloat('1.5.2'), isNaN('x'), Array.isArray([]), Number.isInteger(5)]", "[12,1.5,true,true,true]")]
    public void Functions(string expression, string json) => Json(expression).Should().Be(json);

    [TestCase("inputs.n.map(x => x.y.z)", "can't read `z` of undefined")]
    [TestCase("inputs.n.map(1)", "`map` needs a function")]
    [TestCase("inputs.text.map(x => x)", "a string has no method `map`")]
    [TestCase("[].reduce((a, b) => a)", "needs a start value")]
    [TestCase("JSON.parse('{')", "found no JSON")]
    [TestCase("Object.keys(1)", "needs an object, found a number")]
    [TestCase("'x'.repeat(-1)", "a count that is not negative")]
    [TestCase("[Boolean][0]", "a function is no value here")]
    public void What_cannot_be_called_says_why(string expression, string problem) =>
        FluentActions.Invoking(() => Json(expression)).Should().Throw<EvaluationException>().WithMessage($"*{problem}*");

    [TestCase("inputs.n.mop(x => x)", "unknown method `mop`")]
    [TestCase("Math.maxx(1)", "unknown function `Math.maxx` at 1. Did you mean `Math.max`?")]
    [TestCase("foo(1)", "unknown function `foo`")]
    [TestCase("new Set([1])", "`new` makes only dates here")]
    [TestCase("Date()", "`Date` is made with `new`")]
    [TestCase("inputs.n.push(1)", "unknown method `push` at 10. Nothing is changed in an expression; write [...list, x]")]
    [TestCase("new Date().setHours(1)", "A date is not changed")]
    [TestCase("'x'.match('y')", "There are no regular expressions")]
    [TestCase("Math.random()", "An expression gives the same again")]
    [TestCase("inputs.n[0](1)", "only functions and methods of the language can be called")]
    [TestCase("x => x", "unknown name `x`")]
    [TestCase("inputs.n.map(x => { return x })", "body is one expression")]
    [TestCase("`${1", "expected `}`")]
    [TestCase("`abc", "the template string is not closed")]
    public void What_is_no_call_is_refused_when_read(string expression, string message) =>
        FluentActions.Invoking(() => Expression.Parse(expression)).Should().Throw<FormatException>().WithMessage($"*{message}*");

    [TestCase("'x'.repeat(1e9)")]
    [TestCase("'x'.repeat(2900).padEnd(1e9)")]
    [TestCase("'x'.repeat(8000000).replaceAll('x', 'yyyyyyyyyy')")]
    [TestCase("'x'.repeat(1000).split('').map(a => 'x'.repeat(1000).split('').map(b => 'x'.repeat(1000).split('').map(c => c)))")]
    [TestCase("'x'.repeat(64).split('').reduce((a, b) => [a, a], 1)")]
    [TestCase("'x'.repeat(60).split('').reduce((a, b) => [a, a], 'xx').length + 1")]
    [TestCase("'x'.repeat(100000).split('').reduce((a, b) => a + a, 'x')")]
    [TestCase("'x'.repeat(8000000).includes('x'.repeat(4000000) + 'y')")]
    [TestCase("'x'.repeat(100000).split('').sort((a, b) => 'x'.repeat(50000).split('').length)")]
    [TestCase("'x'.repeat(200000).split('').sort()")]
    [TestCase("'x'.padStart(1e12)")]
    [TestCase("Array.from({length: 1e9})")]
    [TestCase("Array.from({length: 100000}, (x, i) => 'x'.repeat(1000)).join('y')")]
    [TestCase("[1].fill(0, -Infinity).concat(Array.from({length: 2000}).map(x => Array.from({length: 2000})))")]
    [TestCase("JSON.stringify('x'.repeat(60).split('').reduce((a, b) => [a], 1).concat('x'.repeat(100000).split('')), null, 10)")]
    [TestCase("Array.from({length: 1000}).map(x => hash('x'.repeat(100000)))")]
    [TestCase("encodeURIComponent('ü'.repeat(4000000))")]
    [TestCase("'x'.repeat(1000000).split('').map(x => 'x'.localeCompare('y'))")]
    [TestCase("[...'x'.repeat(2000000)]")]
    [TestCase("'x'.repeat(300000).split('').reduceRight((a, b) => a + 1, 0)")]
    public void Every_evaluation_ends_within_its_budget(string expression) =>
        FluentActions.Invoking(() => Json(expression)).Should().Throw<EvaluationException>()
            .Which.Problem.Should().MatchRegex("more than 1,000,000 steps|grows beyond|nests deeper");

    [Test]
    public void What_a_function_reads_is_known_beforehand()
    {
        var references = Expression.Parse("inputs.n.map(x => results.a[x] + x.results)").References;

        references.Results.Should().BeEquivalentTo("a");
        references.AllResults.Should().BeFalse();
        Expression.Parse("Object.keys(results)").References.AllResults.Should().BeTrue();
    }

    [TestCase("[3, 1, 2].toSorted()", "[1,2,3]")]
    [TestCase("[3, 1, 2].toReversed()", "[2,1,3]")]
    [TestCase("[3, 1, 2].with(-1, 9)", "[3,1,9]")]
    [TestCase("[3, 1].entries().map(e => e[0] * e[1])", "[0,1]")]
    [TestCase("Object.groupBy([1, 2, 3], n => n % 2 ? 'odd' : 'even')", "{\"odd\":[1,3],\"even\":[2]}")]
    [TestCase("['a', 'b'].map(parseInt)", "[null,null]")]
    [TestCase("'' + [1, {a: 2}] + {b: 3}", "\"[1,{\\\"a\\\":2}]{\\\"b\\\":3}\"")]
    [TestCase("'straße'.toUpperCase()", "\"STRASSE\"")]
    public void What_Node_of_today_lacks_or_does_otherwise(string expression, string json) => Json(expression).Should().Be(json);

    [TestCase("hash({b: [1, 2.50], a: null})", "{\"a\":null,\"b\":[1,2.5]}")]
    [TestCase("hash({a: null, u: undefined, b: [1, 2.5]})", "{\"a\":null,\"b\":[1,2.5]}")]
    [TestCase("hash('é😀')", "\"é😀\"")]
    [TestCase("hash(new Date(0))", "\"1970-01-01T00:00:00.000Z\"")]
    public void A_hash_is_that_of_the_canonical_json(string expression, string canonical) =>
        Json(expression).Should().Be($"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}\"");

    private static string Json(string expression) => Expression.Parse(expression).Evaluate(Scope).ToJson();
}
