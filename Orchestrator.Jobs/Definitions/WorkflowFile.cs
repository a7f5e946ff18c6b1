using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Parsing;
using Orchestrator.Workflows.Parsing.Templates;
using Orchestrator.Workflows.Readiness;

namespace Orchestrator.Jobs.Definitions;

/// <summary>A workflow file as it was read, or the <see cref="ReadinessSettings.FileName"/> among them.</summary>
/// <param name="Name">Its path below the folder.</param>
/// <param name="Content">Its text; empty where it could not be read.</param>
/// <param name="Definition">Null when there is any error, and of <see cref="ReadinessSettings.FileName"/>.</param>
/// <param name="Diagnostics">Everything wrong with it.</param>
internal sealed record WorkflowFile(
    string Name, string Content, WorkflowDefinition? Definition, IReadOnlyList<Diagnostic> Diagnostics)
{
    /// <summary>What <see cref="ReadinessSettings.FileName"/> says; null when there is any error, and of workflows.</summary>
    public ReadinessSettings? Settings { get; private init; }

    /// <summary>What a file in the folder of templates holds; null when there is any error, and of others.</summary>
    public TemplateSource? Template { get; private init; }

    public bool IsGood => Definition is not null || Settings is not null || Template is not null;

    /// <summary>What decides whether it is as it was: its text, and that of the templates which it uses.</summary>
    public string Whole => Content + StoredTemplates.Write(Definition?.Templates ?? []);

    public static WorkflowFile Read(string path, string name, StepCatalog types, TemplateSet? templates = null)
    {
        try
        {
            if (Directory.Exists(path))
            {
                return Bad(name, "this is a folder, not a file", "Rename the folder: the names of workflow files end like its name.");
            }

            if (RegularFile.Read(path, WorkflowFolder.MaxFileBytes) is not { } bytes)
            {
                return Bad(name, "the file is larger than 1 MiB", "Split the workflow.");
            }

            var (content, problem) = WorkflowText.Decode(bytes, name);
            if (content is null)
            {
                return new WorkflowFile(name, "", null, [problem!]);
            }

            if (Path.GetFileName(name) == ReadinessSettings.FileName)
            {
                var (settings, diagnostics) = ReadinessSettings.Parse(content, name);
                return new WorkflowFile(name, content, null, diagnostics) { Settings = settings };
            }

            if (FolderListing.IsTemplate(name))
            {
                var (template, wrong) = TemplateSet.Parse(content, name);
                return new WorkflowFile(name, content, null, wrong) { Template = template };
            }

            var parsed = WorkflowParser.Parse(content, name, types, templates);
            return new WorkflowFile(name, content, parsed.Definition, parsed.Diagnostics);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Bad(name, $"the file can't be read: {e.Message.TrimEnd('.')}", "Check that it is a file, that it is there, and that this user may read it.");
        }
    }

    /// <summary>A folder of which nothing can be said but that it can't be listed.</summary>
    public static WorkflowFile OfFolder(string name, string problem) =>
        Bad(name, $"the folder can't be read: {problem.TrimEnd('.')}", "Check that this user may read it and enter it.");

    public WorkflowFile Refuse(string path, string problem, string hint) => this with
    {
        Definition = null,
        Settings = null,
        Template = null,
        Diagnostics = [.. Diagnostics, new Diagnostic(Severity.Error, Name, 1, 1, path, problem, hint)],
    };

    private static WorkflowFile Bad(string name, string problem, string hint) =>
        new(name, "", null, [new Diagnostic(Severity.Error, name, 1, 1, "", problem, hint)]);
}
