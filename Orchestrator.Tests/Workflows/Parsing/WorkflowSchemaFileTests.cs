using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Tests.Workflows.Parsing;

/// <summary>The committed schema, which editors take, is the one that the code makes.</summary>
internal sealed class WorkflowSchemaFileTests
{
    private const string SchemaFile = "docs/workflow.schema.json";

    [Test]
    public void The_committed_schema_is_the_codes()
    {
        var folder = new DirectoryInfo(TestContext.CurrentContext.TestDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Orchestrator.sln")))
        {
            folder = folder.Parent!;
        }

        File.ReadAllText(Path.Combine(folder.FullName, SchemaFile)).Should().Be(
            WorkflowSchema.Generate(), $"'dotnet run --project Orchestrator.Web -- schema > {SchemaFile}' makes it");
    }
}
