using Orchestrator.Workflows.Comparing;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Tests.Workflows.Comparing;

internal sealed class VersionDiffTests
{
    private const string Before = "key: k\nname: Old\nconfig: { timeout_ms: 5, priority: high }\nsteps:\n  - { id: a, type: transform, value: 1 }\n  - { id: b, config: { type: x, value: 2 }, depends_on: a }\n  - { id: c, call: /x }\n";

    [Test]
    public void Steps_and_fields_that_differ_are_named()
    {
        const string after = "# told\nkey: k\ntriggers: [{ type: manual }]\nconfig: { timeout_ms: 7, priority: high }\nsteps:\n  - { value: 1, id: a, type: transform }\n  - { id: b, type: x, value: 3, depends_on: [a] }\n  - { id: d, call: /x }\n";

        var diff = Diff(Before, after, [new("t", "t.yml", "1"), new("u", "u.yml", "1")], [new("t", "t.yml", "2"), new("u", "u.yml", "1")]);

        diff.Added.Should().Equal("d");
        diff.Removed.Should().Equal("c");
        diff.Changed.Should().BeEquivalentTo([new ChangedStep("b", ["depends_on", "value"])]);
        diff.Fields.Should().Equal("config.timeout_ms", "name", "triggers");
        diff.Templates.Should().Equal("t");
        diff.Text.Should().Be("""
            --- k/1
            +++ k/2
            @@ -1,7 +1,8 @@
            +# told
             key: k
            -name: Old
            -config: { timeout_ms: 5, priority: high }
            +triggers: [{ type: manual }]
            +config: { timeout_ms: 7, priority: high }
             steps:
            -  - { id: a, type: transform, value: 1 }
            -  - { id: b, config: { type: x, value: 2 }, depends_on: a }
            -  - { id: c, call: /x }
            +  - { value: 1, id: a, type: transform }
            +  - { id: b, type: x, value: 3, depends_on: [a] }
            +  - { id: d, call: /x }

            """);
    }

    [Test]
    public void The_same_has_no_difference() =>
        Diff(Before, Before).Should().BeEquivalentTo(new VersionDiff([], [], [], [], [], ""));

    [Test]
    public void Changes_far_apart_are_parts_of_their_own()
    {
        var lines = Enumerable.Range(1, 40).Select(n => $"# {n}").ToArray();
        var changed = lines.ToArray();
        (changed[4], changed[29]) = ("# five", "# thirty");

        Diff(string.Join('\n', lines), string.Join('\n', changed)).Text.Split('\n').Where(line => line.StartsWith("@@"))
            .Should().Equal("@@ -2,7 +2,7 @@", "@@ -27,7 +27,7 @@");
    }

    /// <summary>Whatever the texts: without the added lines it is the first, without the removed ones the second.</summary>
    [Test]
    public void Any_two_texts_are_told_right()
    {
        var random = new Random(7);
        for (var round = 0; round < 300; round++)
        {
            var first = Enumerable.Range(0, random.Next(1, 30)).Select(_ => $"# {random.Next(4)}").ToArray();
            var second = Enumerable.Range(0, random.Next(1, 30)).Select(_ => $"# {random.Next(4)}").ToArray();
            // Unchanged lines between, so that one part holds all.
            var text = Diff(string.Join('\n', first), string.Join('\n', second)).Text.Split('\n').Skip(2).Where(line => line.Length > 0 && !line.StartsWith("@@")).ToList();
            var removed = first.ToList();
            foreach (var line in text.Where(line => line[0] == '-'))
            {
                removed.Remove(line[1..]).Should().BeTrue();
            }

            foreach (var line in text.Where(line => line[0] == '+'))
            {
                removed.Add(line[1..]);
            }

            removed.Order().Should().Equal(second.Order());
        }
    }

    [Test]
    public void Very_different_texts_are_shown_as_a_whole()
    {
        var diff = Diff(string.Join('\n', Enumerable.Range(0, 5000).Select(n => $"# a{n}")), string.Join('\n', Enumerable.Range(0, 5000).Select(n => $"# b{n}")));

        diff.Text.Split('\n').Count(line => line.StartsWith("-#")).Should().Be(5000);
        diff.Text.Split('\n').Count(line => line.StartsWith("+#")).Should().Be(5000);
    }

    private static VersionDiff Diff(string before, string after, TemplateSource[]? first = null, TemplateSource[]? second = null) =>
        VersionDiff.Of(before, after, first ?? [], second ?? [], "k/1", "k/2");
}
