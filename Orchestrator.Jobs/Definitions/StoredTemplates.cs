using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Templates;

namespace Orchestrator.Jobs.Definitions;

/// <summary>The templates that are stored with a content: <c>[{name, file, text}]</c>.</summary>
internal static class StoredTemplates
{
    /// <summary>Null: there are none.</summary>
    public static string? Write(IReadOnlyList<TemplateSource> templates) => templates.Count == 0 ? null : Value.Array(templates.Select(one =>
        Value.Object(("name", one.Name), ("file", one.File), ("text", one.Text)))).ToJson();

    public static TemplateSet Read(string? json) => json is null ? TemplateSet.None : new TemplateSet(
        Value.Parse(json).AsArray().Select(one => new TemplateSource(one["name"].ToText(), one["file"].ToText(), one["text"].ToText())));
}
