using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Jobs.Definitions;

/// <summary>
/// The folder that workflow files are dropped into, with its subfolders except <c>tests</c>. Read when the service
/// starts, and looked at once a second while it runs: a file that is new or changed becomes the head of its workflow, one
/// that is gone withdraws it. A bad file is reported once; it stops neither the others nor the last good version of its
/// workflow. Looking, not watching: notifications don't come from every file system.
/// </summary>
internal sealed class WorkflowFolder(
    ProjectFolders folders, WorkflowRegistry registry, StepCatalog types, TimeProvider time, ILogger<WorkflowFolder> log)
    : BackgroundService
{
    public const long MaxFileBytes = 1 << 20;

    private const string Tenant = DispatchRequest.DefaultTenant;
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    /// <summary>Files that are heads, by path below the folder.</summary>
    private Dictionary<string, string> _keys = [];
    private string _seen = "";

    /// <summary>Reads every file; what is wrong is in the answers.</summary>
    public static IReadOnlyList<WorkflowFile> Read(string folder, StepCatalog types)
    {
        var firsts = new Dictionary<string, string>();
        return [.. Paths(folder)
            .Select(path => WorkflowFile.Read(path, Path.GetRelativePath(folder, path), types))
            .Select(file => file.Definition is not { Key: var key } || firsts.TryAdd(key, file.Name)
                ? file
                : file.Refuse($"key '{key}' is also the key of {firsts[key]}"))];
    }

    /// <summary>Stores every good file of the folder; what is wrong with the others is logged.</summary>
    public async Task<IReadOnlyList<WorkflowFile>> LoadAsync(CancellationToken cancellationToken)
    {
        var isRestart = _seen.Length == 0;
        _seen = Stamp(folders.Workflows);
        var files = Read(folders.Workflows, types);
        var before = _keys;
        _keys = [];
        foreach (var file in files)
        {
            if (await StoreAsync(file, isRestart, cancellationToken) is { } key)
            {
                _keys[file.Name] = key;
            }
            else if (before.TryGetValue(file.Name, out var lastGood))
            {
                _keys[file.Name] = lastGood;
            }
        }

        foreach (var (name, key) in before.Where(gone => !_keys.ContainsValue(gone.Value)))
        {
            if (await registry.WithdrawAsync(Tenant, key, name, cancellationToken))
            {
                Log.WorkflowWithdrawn(log, key, name);
            }
        }

        return files;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (Stamp(folders.Workflows) != _seen)
                {
                    await LoadAsync(stoppingToken);
                }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // Looked at anew: nothing was taken over, or not all of it.
                _seen = "unread";
                Log.FolderFailed(log, folders.Workflows, e.Message);
            }
        }
    }

    private async Task<string?> StoreAsync(WorkflowFile file, bool isRestart, CancellationToken cancellationToken)
    {
        foreach (var diagnostic in file.Diagnostics)
        {
            Log.BadWorkflow(log, diagnostic.ToString());
        }

        if (file.Definition is not { } definition)
        {
            return null;
        }

        var (version, isNew) = await registry.PutAsync(Tenant, definition, file.Content, file.Name, isRestart, cancellationToken);
        if (isNew)
        {
            Log.WorkflowStored(log, definition.Key, version, file.Name);
        }

        return definition.Key;
    }

    private static IEnumerable<string> Paths(string folder) => !Directory.Exists(folder)
        ? []
        : Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(path => Path.GetExtension(path) is ".yml" or ".yaml")
            .Where(path => !Path.GetRelativePath(folder, path).StartsWith("tests" + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    /// <summary>What a change of any file changes: names, times and sizes.</summary>
    private static string Stamp(string folder) => "." + string.Join('\n', Paths(folder).Select(path =>
    {
        var file = new FileInfo(path);
        return file.Exists ? $"{path} {file.LastWriteTimeUtc.Ticks} {file.Length}" : path;
    }));
}
