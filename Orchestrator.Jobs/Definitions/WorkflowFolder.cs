using Microsoft.Extensions.Logging;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Jobs.Definitions;

/// <summary>
/// The folder that workflow files are dropped into, with its subfolders except <c>tests</c>. A bad file is reported and
/// left out; it stops neither the others nor the last good version of its workflow.
/// </summary>
internal sealed class WorkflowFolder(ProjectFolders folders, WorkflowStore store, WorkflowCatalog catalog, ILogger<WorkflowFolder> log)
{
    public const long MaxFileBytes = 1 << 20;

    /// <summary>Reads every file; what is wrong is in the answers.</summary>
    public static IReadOnlyList<WorkflowFile> Read(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return [];
        }

        var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".yml" or ".yaml")
            .Where(file => !Path.GetRelativePath(folder, file).StartsWith("tests" + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(file => WorkflowFile.Read(file, Path.GetRelativePath(folder, file)))
            .ToList();
        var firsts = new Dictionary<string, string>();
        return [.. files.Select(file =>
            file.Definition is not { Key: var key } || firsts.TryAdd(key, file.Name) ? file : file.Refuse($"key '{key}' is also the key of {firsts[key]}"))];
    }

    /// <summary>Stores every good file of the folder; what is wrong with the others is logged.</summary>
    public async Task<IReadOnlyList<WorkflowFile>> LoadAsync(string tenant, CancellationToken cancellationToken)
    {
        var files = Read(folders.Workflows);
        foreach (var file in files)
        {
            foreach (var diagnostic in file.Diagnostics)
            {
                Log.BadWorkflow(log, diagnostic.ToString());
            }

            if (file.Definition is { } definition)
            {
                var (version, isNew) = await store.PutAsync(tenant, definition.Key, file.Content, file.Name, cancellationToken);
                catalog.Forget(tenant, definition.Key);
                if (isNew)
                {
                    Log.WorkflowStored(log, definition.Key, version, file.Name);
                }
            }
        }

        return files;
    }
}

/// <summary>A workflow file as it was read.</summary>
/// <param name="Name">Its path below the folder.</param>
/// <param name="Content">Its text; empty where it could not be read.</param>
/// <param name="Definition">Null when there is any error.</param>
/// <param name="Diagnostics">Everything wrong with it.</param>
internal sealed record WorkflowFile(
    string Name, string Content, WorkflowDefinition? Definition, IReadOnlyList<Diagnostic> Diagnostics)
{
    public static WorkflowFile Read(string path, string name)
    {
        try
        {
            if (new FileInfo(path).Length > WorkflowFolder.MaxFileBytes)
            {
                return Bad(name, "the file is larger than 1 MiB", "Split the workflow.");
            }

            var content = File.ReadAllText(path);
            var parsed = WorkflowParser.Parse(content, name);
            return new WorkflowFile(name, content, parsed.Definition, parsed.Diagnostics);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Bad(name, $"the file can't be read: {e.Message}", "Check that it is there and that this user may read it.");
        }
    }

    public WorkflowFile Refuse(string problem) => this with
    {
        Definition = null,
        Diagnostics = [.. Diagnostics, new Diagnostic(Severity.Error, Name, 1, 1, "key", problem, "Give one of them another key.")],
    };

    private static WorkflowFile Bad(string name, string problem, string hint) =>
        new(name, "", null, [new Diagnostic(Severity.Error, name, 1, 1, "", problem, hint)]);
}
