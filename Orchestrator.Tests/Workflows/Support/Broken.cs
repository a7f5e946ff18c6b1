using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Tests.Workflows.Support;

/// <summary>A file with one thing wrong in it; the mark § stands before the place that must be reported.</summary>
internal static class Broken
{
    private const char Mark = '§';

    public static TestCaseData File(string text, string path, string fragment) =>
        new TestCaseData(text, path, fragment).SetArgDisplayNames(fragment, path);

    /// <summary>A workflow around the given steps.</summary>
    public static TestCaseData Steps(string steps, string path, string fragment) =>
        File("key: k\nsteps:\n" + steps, path, fragment);

    /// <summary>A workflow around the fields of its only step, which is a sound call but for these.</summary>
    public static TestCaseData Step(string fields, string path, string fragment) =>
        Steps($"  - id: a\n    call: /x\n    {fields}\n", $"steps[0].{path}", fragment);

    /// <summary>A workflow around a transform step with this value.</summary>
    public static TestCaseData Value(string value, string fragment) =>
        Steps($"  - id: a\n    type: transform\n    value: {value}\n", "steps[0].value", fragment);

    /// <summary>Parses a marked file and expects exactly one diagnostic, at the mark.</summary>
    public static void Check(string marked, string path, string fragment)
    {
        var before = marked[..marked.IndexOf(Mark)];
        var line = before.Count(c => c == '\n') + 1;
        var column = before.Length - before.LastIndexOf('\n');

        var result = WorkflowParser.Parse(marked.Replace(Mark.ToString(), ""), "broken.yml");

        (result.Definition is null).Should().BeTrue("the file is broken");
        result.Diagnostics.Select(one => one.ToString()).Should().ContainSingle()
            .Which.Should().StartWith($"broken.yml:{line}:{column}: error: {(path.Length == 0 ? "" : path + ": ")}")
            .And.Contain(fragment);
    }
}
