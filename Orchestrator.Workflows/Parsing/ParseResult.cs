using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Workflows.Parsing;

/// <summary>What became of a workflow file.</summary>
/// <param name="Definition">Null when there is any error.</param>
/// <param name="Diagnostics">Everything wrong in the file, in its order.</param>
public sealed record ParseResult(WorkflowDefinition? Definition, IReadOnlyList<Diagnostic> Diagnostics);
