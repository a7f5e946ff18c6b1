namespace Orchestrator.Workflows.Definitions;

/// <summary>A template that workflow files use for steps that they have in common, as it was written.</summary>
/// <param name="Name">What files call it: <c>template</c> in its text.</param>
/// <param name="File">What diagnostics call its file.</param>
/// <param name="Text">YAML.</param>
public sealed record TemplateSource(string Name, string File, string Text);
