using System.Text.RegularExpressions;
using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Tests.Workflows.Parsing;

/// <summary>What the page for newcomers shows loads as it stands there.</summary>
public sealed partial class DocumentedSampleTests
{
    private static IEnumerable<string> Samples
    {
        get
        {
            var folder = new DirectoryInfo(TestContext.CurrentContext.TestDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "Orchestrator.sln")))
            {
                folder = folder.Parent!;
            }

            return Block().Matches(File.ReadAllText(Path.Combine(folder.FullName, "docs", "workflows.md"))).Select(block => block.Groups[1].Value);
        }
    }

    [TestCaseSource(nameof(Samples))]
    public void A_sample_loads(string sample)
    {
        var text = sample.StartsWith("key:", StringComparison.Ordinal) ? sample : "key: sample\nsteps:\n" + sample;

        WorkflowParser.Parse(text, "workflows.md").Diagnostics.Should().BeEmpty();
    }

    [GeneratedRegex(@"^```yaml\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();
}
