using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Parsing;
using Orchestrator.Workflows.Parsing.Templates;
using Orchestrator.Workflows.Readiness;

namespace Orchestrator.Jobs.Definitions;

/// <summary>
/// The folder that workflow files are dropped into (<see cref="FolderListing"/>). Read when the service
/// starts, and looked at once a second while it runs: a file that is new or changed becomes the head of its workflow, one
/// that is gone withdraws it. A bad file is reported once; it stops neither the others nor the last good version of its
/// workflow. Looking, not watching: notifications don't come from every file system.
/// </summary>
internal sealed class WorkflowFolder(
    ProjectFolders folders, WorkflowRegistry registry, StepCatalog types, TimeProvider time, ILogger<WorkflowFolder> log)
    : BackgroundService
{
    public const int MaxFileBytes = 1 << 20;

    private const string Tenant = DispatchRequest.DefaultTenant;
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    /// <summary>Files that are heads, by path below the folder.</summary>
    private Dictionary<string, Head> _heads = [];

    /// <summary>What was said about each bad file.</summary>
    private Dictionary<string, string> _said = [];
    private string _seen = "";
    private readonly SaidFailure _failure = new();
    private volatile TemplateSet _templates = TemplateSet.None;
    private volatile ReadinessSettings _readiness = ReadinessSettings.Default;

    /// <summary>What <see cref="ReadinessSettings.FileName"/> said when it was last good; the defaults without it.</summary>
    public ReadinessSettings Readiness => _readiness;

    /// <summary>The templates that the folder's workflows may use; of a file that went bad, as it was when it was last good.</summary>
    public TemplateSet Templates => _templates;

    /// <summary>Reads every file; what is wrong is in the answers.</summary>
    /// <param name="folder">Where they lie.</param>
    /// <param name="types">The step types that they may use.</param>
    /// <param name="before">Templates as they were when they were last good; null: a file that is bad is no template.</param>
    /// <param name="holders">Names of the files that workflows are from, by key: another file doesn't take a key over; null: the first has it.</param>
    public static IReadOnlyList<WorkflowFile> Read(
        string folder, StepCatalog types, TemplateSet? before = null, IReadOnlyDictionary<string, string>? holders = null)
    {
        var listing = FolderListing.Of(folder).ToLookup(entry => FolderListing.IsTemplate(entry.Name));
        var templates = Distinct(listing[true].Select(entry => Read(entry, types, TemplateSet.None)).OfType<WorkflowFile>()).ToList();
        var set = SetOf(templates, before);
        var files = listing[false].Select(entry => Read(entry, types, set)).OfType<WorkflowFile>().ToList();
        var firsts = files.Where(file => file.Definition is not null).GroupBy(file => file.Definition!.Key).ToDictionary(
            alike => alike.Key,
            alike => files.Find(file => file.Name == holders?.GetValueOrDefault(alike.Key) && (file.Definition?.Key ?? alike.Key) == alike.Key)?.Name ?? alike.First().Name);
        return
        [
            .. templates,
            .. files
                .Select(file => file switch
                {
                    { Definition.Key: var key } when firsts[key] != file.Name =>
                        file.Refuse("key", $"key '{key}' is also the key of {firsts[key]}", "Give one of them another key."),
                    { Settings: not null, Name: not ReadinessSettings.FileName } =>
                        file.Refuse("", "there is one such file, in the workflows' folder itself", "Move it there, or rename it."),
                    _ => file,
                }),
        ];
    }

    /// <summary>Reads one file, as if in its folder: with the templates of that folder or of one above it.</summary>
    public static WorkflowFile ReadFile(string path, StepCatalog types)
    {
        for (var folder = Directory.GetParent(Path.GetFullPath(path)); folder is not null; folder = folder.Parent)
        {
            if (Directory.Exists(Path.Combine(folder.FullName, FolderListing.Templates)))
            {
                var templates = FolderListing.Of(Path.Combine(folder.FullName, FolderListing.Templates)).Select(entry =>
                    WorkflowFile.Read(entry.Info.FullName, Path.Combine(FolderListing.Templates, entry.Name), types));
                return WorkflowFile.Read(path, path, types, SetOf([.. templates], null));
            }
        }

        return WorkflowFile.Read(path, path, types);
    }

    /// <summary>The good templates among files, and those of <paramref name="before"/> whose file is there and bad.</summary>
    public static TemplateSet SetOf(IReadOnlyList<WorkflowFile> files, TemplateSet? before) => new(
        files.Select(file => file.Template ?? before?.Sources.FirstOrDefault(old => old.File == file.Name)).OfType<TemplateSource>());

    private static IEnumerable<WorkflowFile> Distinct(IEnumerable<WorkflowFile> templates)
    {
        var firsts = new Dictionary<string, string>();
        return templates.Select(file => file.Template is { Name: var name } && !firsts.TryAdd(name, file.Name)
            ? file.Refuse("template", $"template '{name}' is also in {firsts[name]}", "Give one of them another name.")
            : file);
    }

    /// <summary>Stores every good file of the folder that is new or changed; what is wrong with the others is logged.</summary>
    public async Task<IReadOnlyList<WorkflowFile>> LoadAsync(CancellationToken cancellationToken)
    {
        var isRestart = _seen.Length == 0;
        var seen = Stamp(folders.Workflows);
        var files = Read(folders.Workflows, types, _templates, Holders());
        Report(files);
        _templates = SetOf([.. files.Where(file => FolderListing.IsTemplate(file.Name))], _templates);
        _readiness = files.FirstOrDefault(file => file.Name is ReadinessSettings.FileName or ".") switch
        {
            null => ReadinessSettings.Default,
            { Settings: { } settings } => settings,
            _ => _readiness,
        };
        var heads = new Dictionary<string, Head>();
        foreach (var file in files)
        {
            if (file.Definition is { } definition)
            {
                heads[file.Name] = await StoreAsync(file, definition, isRestart, cancellationToken);
            }
            else if (file.Template is null)
            {
                KeepLastGood(file, heads);
            }
        }

        var keys = heads.Values.Select(head => head.Key).ToHashSet();
        foreach (var (name, head) in _heads.Where(gone => !keys.Contains(gone.Value.Key)))
        {
            if (await registry.WithdrawAsync(Tenant, head.Key, name, cancellationToken))
            {
                Log.WorkflowWithdrawn(log, head.Key, name);
            }
        }

        (_heads, _seen) = (heads, seen);
        return files;
    }

    /// <summary>What a file says of the workflow becomes the head again, now and not at the next start only; null: there is no such file.</summary>
    public async Task<(int Version, string File)?> TakeBackAsync(string tenant, string key, CancellationToken cancellationToken)
    {
        if (tenant != Tenant || Read(folders.Workflows, types, _templates, Holders()).FirstOrDefault(one => one.Definition?.Key == key) is not { Definition: { } definition } file)
        {
            return null;
        }

        var (version, _) = await registry.PutAsync(Tenant, definition, file.Content, file.Name, isRestart: false, cancellationToken);
        return (version, file.Name);
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
                    _failure.IsOver(() => { });
                }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // Looked at anew: nothing was taken over, or not all of it.
                _seen = "unread";
                _failure.Say(e, (message, _) => Log.FolderFailed(log, folders.Workflows, message));
            }
        }
    }

    private Dictionary<string, string> Holders() =>
        _heads.GroupBy(head => head.Value.Key).ToDictionary(alike => alike.Key, alike => alike.First().Key);

    /// <summary>Null: it was removed while it was read, and is not there.</summary>
    private static WorkflowFile? Read(FolderEntry entry, StepCatalog types, TemplateSet templates)
    {
        if (entry.Problem is { } problem)
        {
            return WorkflowFile.OfFolder(entry.Name, problem);
        }

        var file = WorkflowFile.Read(entry.Info.FullName, entry.Name, types, templates);
        return !file.IsGood && entry.IsGone ? null : file;
    }

    /// <summary>Each mistake once, until the file is mended or makes another.</summary>
    private void Report(IReadOnlyList<WorkflowFile> files)
    {
        var said = files.Where(file => file.Diagnostics.Count > 0)
            .ToDictionary(file => file.Name, file => string.Join('\n', file.Diagnostics));
        foreach (var file in files.Where(file => said.TryGetValue(file.Name, out var now) && _said.GetValueOrDefault(file.Name) != now))
        {
            foreach (var diagnostic in file.Diagnostics)
            {
                Log.BadWorkflow(log, diagnostic.ToString());
            }
        }

        _said = said;
    }

    /// <summary>A file that is as it was is left alone: the API may have put another version since.</summary>
    private async Task<Head> StoreAsync(
        WorkflowFile file, WorkflowDefinition definition, bool isRestart, CancellationToken cancellationToken)
    {
        var head = new Head(definition.Key, file.Whole);
        if (_heads.GetValueOrDefault(file.Name) != head)
        {
            var (version, isNew) = await registry.PutAsync(Tenant, definition, file.Content, file.Name, isRestart, cancellationToken);
            if (isNew)
            {
                Log.WorkflowStored(log, definition.Key, version, file.Name);
            }
        }

        return head;
    }

    /// <summary>A bad file, or all files of a folder that can't be read. Mended, it is put again.</summary>
    private void KeepLastGood(WorkflowFile bad, Dictionary<string, Head> heads)
    {
        var inside = bad.Name == "." ? "" : bad.Name + Path.DirectorySeparatorChar;
        foreach (var (name, head) in _heads.Where(head => head.Key == bad.Name || head.Key.StartsWith(inside, StringComparison.Ordinal)))
        {
            heads[name] = head with { Content = null };
        }
    }

    /// <summary>What a change of any file changes.</summary>
    private static string Stamp(string folder) => "." + string.Join('\n', FolderListing.Of(folder).Select(entry => entry.Stamp));

    /// <param name="Key">The workflow's.</param>
    /// <param name="Content">What was put, with its templates; null: the file has been bad since.</param>
    private sealed record Head(string Key, string? Content);
}
