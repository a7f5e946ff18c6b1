using Orchestrator.Workflows.Graph;

namespace Orchestrator.Workflows.Definitions;

/// <summary>Steps that run together: the workflow's own, or those that another step opens, as often as it opens them.</summary>
/// <param name="Steps">By index, ascending.</param>
/// <param name="Roots">Those that depend on none of the others.</param>
/// <param name="Sinks">Those that none of the others depends on: their results are the body's.</param>
/// <param name="Owner">The step whose type contains it; null: the workflow's own, or one that only a failure opens.</param>
public sealed record StepBody(IReadOnlyList<int> Steps, IReadOnlyList<int> Roots, IReadOnlyList<int> Sinks, int? Owner = null)
{
    public static StepBody Of(IReadOnlyList<int> steps, StepGraph graph, int? owner = null) => new(
        steps,
        [.. steps.Where(step => graph.Parents(step).Count == 0)],
        [.. steps.Where(step => graph.Children(step).Count == 0)],
        owner);
}
