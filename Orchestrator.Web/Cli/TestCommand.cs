using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Simulation;
using Orchestrator.Web.Hosting;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Parsing;
using Orchestrator.Workflows.Testing;

namespace Orchestrator.Web.Cli;

/// <summary><c>test</c>: runs the tests that lie beside workflows; 0 when all pass, 1 when one does not, 2 when there are none.</summary>
internal static class TestCommand
{
    private const string Folder = "tests";

    public static async Task<int> RunAsync(string? path, CancellationToken cancellationToken)
    {
        var workflows = ServiceSettings.WorkflowsFolder();
        var files = Files(path ?? Path.Combine(workflows, Folder));
        if (files.Count == 0)
        {
            Console.Error.WriteLine($"There are no tests in '{path ?? Path.Combine(workflows, Folder)}': files that end with {WorkflowTestFile.Ending}.");
            return 2;
        }

        var known = new Dictionary<string, IReadOnlyDictionary<string, WorkflowDefinition>>();
        var (passed, failed) = (0, 0);
        foreach (var file in files)
        {
            var (good, bad) = await RunFileAsync(file, folder => known.TryGetValue(folder, out var read) ? read : known[folder] = Read(folder), cancellationToken);
            (passed, failed) = (passed + good, failed + bad);
        }

        Console.WriteLine($"{passed} passed, {failed} failed");
        return failed > 0 ? 1 : 0;
    }

    private static List<string> Files(string path) =>
        File.Exists(path) ? [path]
        : Directory.Exists(path) ? [.. Directory.EnumerateFiles(path, "*" + WorkflowTestFile.Ending, SearchOption.AllDirectories).Order(StringComparer.Ordinal)]
        : [];

    private static async Task<(int Passed, int Failed)> RunFileAsync(
        string path, Func<string, IReadOnlyDictionary<string, WorkflowDefinition>> workflows, CancellationToken cancellationToken)
    {
        if (new FileInfo(path).Length > WorkflowFolder.MaxFileBytes)
        {
            Console.WriteLine($"{path}: it has more than the {WorkflowFolder.MaxFileBytes} bytes that a file may have");
            return (0, 1);
        }

        var (file, diagnostics) = WorkflowTestFile.Parse(await File.ReadAllTextAsync(path, cancellationToken), path);
        foreach (var diagnostic in diagnostics)
        {
            Console.WriteLine(diagnostic);
        }

        if (file is null)
        {
            return (0, 1);
        }

        // Tests lie in the folder tests of the folder that holds the workflows.
        var folder = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetFullPath(path))!)!;
        if (!workflows(folder).TryGetValue(file.WorkflowKey, out var definition))
        {
            Console.WriteLine($"{path}: there is no workflow `{file.WorkflowKey}` in {folder}, or it is not good; `validate` says what is wrong");
            return (0, 1);
        }

        var failed = 0;
        foreach (var test in file.Tests)
        {
            var result = await WorkflowTester.RunAsync(definition, test, cancellationToken);
            failed += result.Problems.Count > 0 ? 1 : 0;
            foreach (var problem in result.Problems)
            {
                Console.WriteLine($"{path}:{test.Line}: {test.Name}: {problem}");
            }
        }

        return (file.Tests.Count - failed, failed);
    }

    private static Dictionary<string, WorkflowDefinition> Read(string folder) => WorkflowFolder.Read(folder, StepCatalog.BuiltIn)
        .Select(file => file.Definition)
        .OfType<WorkflowDefinition>()
        .ToDictionary(definition => definition.Key);
}
