using Orchestrator.Jobs.Definitions;
using Orchestrator.Web.Hosting;
using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Web.Cli;

/// <summary><c>validate</c>: 0 when every file is good, 1 when one is not, 2 when there is nothing to check.</summary>
internal static class ValidateCommand
{
    public static int Run(string? path)
    {
        var target = path ?? ServiceSettings.WorkflowsFolder();
        if (!File.Exists(target) && !Directory.Exists(target))
        {
            Console.Error.WriteLine($"There is no file or folder '{target}'.");
            return 2;
        }

        var files = File.Exists(target)
            ? [WorkflowFolder.ReadFile(target, StepCatalog.BuiltIn)]
            : WorkflowFolder.Read(target, StepCatalog.BuiltIn);
        foreach (var diagnostic in files.SelectMany(file => file.Diagnostics))
        {
            Console.WriteLine(diagnostic);
        }

        var bad = files.Count(file => !file.IsGood);
        var warnings = files.SelectMany(file => file.Diagnostics).Count(diagnostic => diagnostic.Severity == Severity.Warning);
        if (files.Count == 0)
        {
            Console.Error.WriteLine($"There are no workflow files in '{target}'.");
        }

        Console.WriteLine($"{files.Count} files: {files.Count - bad} good, {bad} with errors, {warnings} warnings");
        return bad > 0 ? 1 : files.Count == 0 ? 2 : 0;
    }
}
