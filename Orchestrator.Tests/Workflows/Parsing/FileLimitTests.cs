using System.Text;
using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Tests.Workflows.Parsing;

/// <summary>Each limit is met by one clear error, and what lies just inside is read.</summary>
internal sealed class FileLimitTests
{
    [Test]
    public void A_file_above_one_mebibyte_is_refused() =>
        Only("key: k\n#" + new string('x', 1024 * 1024)).Should().Contain("more than the 1048576 (1 MiB)");

    [Test]
    public void Ten_thousand_steps_in_a_row_are_read()
    {
        var result = WorkflowParser.Parse(Chain(10_000), "f.yml");

        result.Diagnostics.Should().BeEmpty();
        result.Definition!.Graph.Order.Should().HaveCount(10_000);
        result.Definition.Steps[^1].Reads.Should().Equal(9_998);
    }

    [Test]
    public void One_step_more_is_refused() => Only(Chain(10_001)).Should().Contain("10001 steps are more than the 10000");

    [Test]
    public void A_circle_of_ten_thousand_steps_is_shown_in_part() =>
        Only(Chain(10_000).Replace("id: s0,", "id: s0, depends_on: s9999,")).Should().Contain("s0 → s1 →").And.Contain("→ … →");

    [Test]
    public void Results_as_a_whole_in_a_long_chain_are_refused()
    {
        var text = new StringBuilder("key: k\nsteps:\n- {id: s0, type: transform, value: 1}\n");
        for (var i = 1; i < 2000; i++)
        {
            text.Append($"- {{id: s{i}, type: transform, depends_on: s{i - 1}, value: results}}\n");
        }

        Only(text.ToString()).Should().Contain("read more than 1000000 results together");
    }

    [TestCase("[", "]")]
    [TestCase("{a: ", "}")]
    public void Nesting_is_bounded(string open, string close)
    {
        string Nested(int levels) => $"key: k\nvariables: {{v: {Times(open, levels)}1{Times(close, levels)}}}\nsteps: [{{id: a, call: /x}}]";

        WorkflowParser.Parse(Nested(62), "f.yml").Diagnostics.Should().BeEmpty();
        Only(Nested(63)).Should().Contain("nest deeper than 64 levels");
        Only(Nested(100_000)).Should().Contain("nest deeper than 64 levels");
    }

    [TestCase("(")]
    [TestCase("[")]
    [TestCase("!")]
    [TestCase("1+(")]
    [TestCase("{a:")]
    [TestCase("1?1:")]
    [TestCase("inputs[")]
    public void Brackets_of_an_expression_are_bounded(string open) =>
        Only($"key: k\nsteps: [{{id: a, type: transform, value: '{Times(open, 100_000)}'}}]").Should().Contain("nests deeper than 100 levels");

    [TestCase("1", "+1")]
    [TestCase("inputs", ".a")]
    [TestCase("inputs", "?.a")]
    [TestCase("inputs", "[0]")]
    public void Chains_of_an_expression_are_bounded(string start, string link) =>
        Only($"key: k\nsteps: [{{id: a, type: transform, value: '{start}{Times(link, 100_000)}'}}]").Should().Contain("chains more than 500 operations");

    [Test]
    public void Alias_bombs_are_refused()
    {
        var text = new StringBuilder("key: k\nvariables:\n  v0: &v0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n");
        for (var i = 1; i < 10; i++)
        {
            text.Append($"  v{i}: &v{i} [{string.Join(", ", Enumerable.Repeat($"*v{i - 1}", 10))}]\n");
        }

        Only(text + "steps: [{id: a, call: /x}]").Should().Contain("the aliases stand for more than 100000 nodes");
    }

    [Test]
    public void Of_very_many_mistakes_the_first_thousand_are_shown()
    {
        var text = "key: k\nsteps: [{id: a, call: /x}]\n" + string.Concat(Enumerable.Range(0, 5000).Select(i => $"f{i}: 1\n"));

        var diagnostics = WorkflowParser.Parse(text, "f.yml").Diagnostics;

        diagnostics.Should().HaveCount(1001);
        diagnostics[^1].Message.Should().Be("there are 4000 more mistakes");
    }

    [Test]
    public void Ten_thousand_unknown_names_are_reported_all_the_same() =>
        WorkflowParser.Parse(Chain(10_000).Replace("depends_on: s", "depends_on: t"), "f.yml").Diagnostics[^1].Message
            .Should().Be("there are 8999 more mistakes");

    private static string Chain(int steps) => "key: k\nsteps:\n" + string.Concat(Enumerable.Range(0, steps).Select(i =>
        i == 0 ? "- {id: s0, call: /x}\n" : $"- {{id: s{i}, call: /x, depends_on: s{i - 1}}}\n"));

    private static string Times(string text, int count) => new StringBuilder(text.Length * count).Insert(0, text, count).ToString();

    private static string Only(string text)
    {
        var result = WorkflowParser.Parse(text, "f.yml");
        (result.Definition is null).Should().BeTrue();
        return result.Diagnostics.Should().ContainSingle().Which.ToString();
    }
}
