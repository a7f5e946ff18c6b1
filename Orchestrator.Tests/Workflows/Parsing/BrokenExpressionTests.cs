using Orchestrator.Tests.Workflows.Support;

namespace Orchestrator.Tests.Workflows.Parsing;

/// <summary>Mistakes inside expressions, with the exact place inside the scalar.</summary>
internal sealed class BrokenExpressionTests
{
    private static IEnumerable<TestCaseData> Places =>
    [
        Broken.Value("1 +§", "expected a value, found the end"),
        Broken.Value("inputs.a §inputs.b", "expected the end of the expression, found `inputs`"),
        Broken.Value("(1 + 2§", "expected `)`, found the end"),
        Broken.Value("§input.a", "unknown name `input`. Did you mean `inputs`?"),
        Broken.Value("1 + §secrets.key", "`secrets` is not yet supported"),
        Broken.Value("inputs.a §= 1", "an expression can't assign. To compare, write ===."),
        Broken.Value("inputs.a §& 1", "the bitwise operator `&` is not part of the expression language"),
        Broken.Value("§new Map()", "`new` makes only dates here"),
        Broken.Value("inputs.a ?? 1 §|| 2", "`??` and `||` are mixed"),
        Broken.Value("§/a/", "regular expressions are not part of the expression language"),
        Broken.Value("1 + §'abc", "the string is not closed"),
        Broken.Value("§1x", "`1x` is neither a number nor a name"),
        Broken.Value("inputs.§", "expected a property's name, found the end"),
        Broken.Value("\"{{ §nope }}\"", "unknown name `nope`"),
        Broken.Value("\"a {{ inputs.a§\"", "`{{` is not closed"),
        Broken.Value("\"\\t\\u0041 {{ §nope }}\"", "unknown name `nope`"),
        Broken.Value("'it''s {{ §nope }}'", "unknown name `nope`"),
        Broken.Value("\"x\n      y {{ §nope }}\"", "unknown name `nope`"),
        Broken.Value("|\n      first\n        second {{ §nope }}\n", "unknown name `nope`"),
        Broken.Value(">\n      first\n      second\n\n      third {{ §nope }}\n", "unknown name `nope`"),
        Broken.Value("results.§b.c", "there is no step `b`"),
        Broken.Value("results[§\"b\"].c", "there is no step `b`"),
        Broken.Value("steps.§b.state", "there is no step `b`"),
        Broken.Value("results.§a", "a step can't read its own result before it has one"),
    ];

    private static IEnumerable<TestCaseData> Elsewhere =>
    [
        Broken.Step("when: inputs.a §{{ b }}", "when", "expected the end of the expression, found `{`"),
        Broken.Step("when: §\"{{ true }} x\"", "when", "expected one expression, found text around"),
        Broken.Step("body: {a: [1, \"{{ §nope }}\"]}", "body.a[1]", "unknown name `nope`"),
        Broken.Step("body: {§\"{{ inputs.a }}\": 1}", "body[\"{{ inputs.a }}\"]", "a key can't hold an expression"),
        Broken.Step("output: results.§a.x", "output", "In `output` the raw result is `step.result`."),
        Broken.Step("output: §nope.x", "output", "unknown name `nope`"),
        Broken.File("key: k\noutput: results.§fetsh\nsteps: [{id: fetch, call: /x}]\n", "output", "there is no step `fetsh`. Did you mean `fetch`?"),
        Broken.Steps("  - {id: a, call: /x}\n  - {id: b, type: transform, value: results.§a}\n", "steps[1].value", "the result of `a` may not be there: this step doesn't wait for it. Add `a` to `depends_on`."),
    ];

    [TestCaseSource(nameof(Places))]
    [TestCaseSource(nameof(Elsewhere))]
    public void A_mistake_is_reported_inside_the_scalar(string text, string path, string fragment) => Broken.Check(text, path, fragment);
}
