using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Tests.Workflows.Support;

/// <summary>Workflow files for tests.</summary>
internal static class Files
{
    /// <summary>Parses a file that must be sound.</summary>
    public static WorkflowDefinition Sound(string text)
    {
        var result = WorkflowParser.Parse(text, "sound.yml");
        result.Diagnostics.Should().BeEmpty();
        return result.Definition!;
    }

    /// <summary>A file of the repository's <c>workflows</c> folder.</summary>
    public static string Shipped(string name)
    {
        var folder = new DirectoryInfo(TestContext.CurrentContext.TestDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Orchestrator.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside of the repository.");
        }

        return File.ReadAllText(Path.Combine(folder.FullName, "workflows", name));
    }
}
