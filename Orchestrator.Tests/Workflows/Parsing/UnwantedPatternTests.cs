using Orchestrator.Tests.Workflows.Support;
using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Tests.Workflows.Parsing;

/// <summary>
/// The control-flow patterns that need several tokens in one step: what somebody would write for them is refused with what
/// to use instead.
/// </summary>
public sealed class UnwantedPatternTests
{
    private const string TwoLoops = """
          - { id: left, type: loop, max_iterations: 3, steps: [a] }
          - { id: right, type: loop, max_iterations: 3, steps: [b] }
          - { id: a, call: /x }
          - §{ id: b, call: /x, depends_on: [a] }

        """;

    private static readonly TestCaseData[] Refused =
    [
        Case("8_Multi_merge", "  - { id: a, call: /x }\n  - { id: b, call: /x }\n  - { id: c, call: /x, depends_on: [a, b], join: §each }\n", "steps[2].join", "starts once, not once for each", "a `for_each` whose steps include it"),
        Case("10_Arbitrary_cycles", "  - §{ id: a, call: /x, depends_on: [b] }\n  - { id: b, call: /x, depends_on: [a] }\n", "steps[0]", "in a circle: a → b → a", "to repeat steps use a `loop`"),
        Case("33_Generalised_and_join", TwoLoops, "steps[3]", "`b` runs inside of `right`, and waits for `a`, which runs outside of it", "goes into the steps of one `loop`"),
        Case("38_General_synchronizing_merge", "  - { id: a, call: /x }\n  - { id: b, call: /x, depends_on: [a], join: §or }\n", "steps[1].join", "knows only what can still come along `depends_on`", "What repeats goes into a `loop`"),
        Case("41_Thread_merge", "  - { id: a, call: /x }\n  - §{ id: b, call: /x, depends_on: [a], join: { need: 3 } }\n", "steps[1]", "`join` needs 3 steps, and this one waits for 1", "use a `for_each` with `complete_when`"),
        Case("42_Thread_split", "  - { id: a, call: /x, next: [b, §b] }\n  - { id: b, call: /x }\n", "steps[0].next[1]", "`b` is named twice here", "use a `for_each`"),
    ];

    [TestCaseSource(nameof(Refused))]
    public void It_is_refused_with_what_to_use_instead(string marked, string path, string fragment, string hint)
    {
        Broken.Check(marked, path, fragment);
        WorkflowParser.Parse(marked.Replace("§", "", StringComparison.Ordinal), "test.yml").Diagnostics.Should().Contain(one => one.Hint.Contains(hint));
    }

    private static TestCaseData Case(string pattern, string steps, string path, string fragment, string hint) =>
        new TestCaseData([.. Broken.Steps(steps, path, fragment).Arguments, hint]).SetName($"Pattern_{pattern}");
}
