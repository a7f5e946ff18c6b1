using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Workflows.Parsing.Templates;

/// <summary>The templates that a workflow file may use. Immutable; each is read once.</summary>
public sealed class TemplateSet
{
    private readonly Dictionary<string, (TemplateSource Source, Lazy<(StepTemplate Template, IReadOnlyList<Diagnostic> Wrong)> Read)> _byName =
        new(StringComparer.Ordinal);

    /// <summary>Of several of one name the first counts.</summary>
    public TemplateSet(IEnumerable<TemplateSource> sources)
    {
        foreach (var source in sources)
        {
            _byName.TryAdd(source.Name, (source, new(() => Read(source.Text, source.File))));
        }
    }

    /// <summary>No templates.</summary>
    public static TemplateSet None { get; } = new([]);

    /// <summary>As they were written.</summary>
    public IEnumerable<TemplateSource> Sources => _byName.Values.Select(one => one.Source);

    internal IReadOnlyCollection<string> Names => _byName.Keys;

    /// <summary>Reads a template's file.</summary>
    /// <param name="text">Its content.</param>
    /// <param name="fileName">What the diagnostics call the file.</param>
    /// <returns>The template, null where there is any error; and everything wrong in the file.</returns>
    public static (TemplateSource? Template, IReadOnlyList<Diagnostic> Diagnostics) Parse(string text, string fileName)
    {
        var (template, wrong) = Read(text, fileName);
        return (wrong.Count == 0 ? new TemplateSource(template.Name, fileName, text) : null, wrong);
    }

    internal (TemplateSource Source, StepTemplate Template, IReadOnlyList<Diagnostic> Wrong)? Find(string name) =>
        _byName.TryGetValue(name, out var found) ? (found.Source, found.Read.Value.Template, found.Read.Value.Wrong) : null;

    private static (StepTemplate Template, IReadOnlyList<Diagnostic> Wrong) Read(string text, string file)
    {
        text = text.TrimStart('\uFEFF');
        var template = new StepTemplate(file, text);
        var wrong = WorkflowParser.Read(text, file, root =>
        {
            template = StepTemplate.Read(root, file, text);
            TemplateSyntax.Check(template, root.Report);
        });
        return (template, wrong);
    }
}
