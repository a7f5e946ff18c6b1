using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Graph;

namespace Orchestrator.Workflows.Drawing;

/// <summary>How one step leads to another.</summary>
/// <param name="From">Index of the step.</param>
/// <param name="To">Index of the other.</param>
/// <param name="Kind"><c>depends_on</c>: it waits for the step; <c>contains</c>: it runs in it; <c>alternative</c>: in its place when it fails; <c>compensate</c>: it undoes it.</param>
public readonly record struct DrawnEdge(int From, int To, string Kind)
{
    public const string DependsOn = "depends_on";
    public const string Contains = "contains";
    public const string Alternative = "alternative";
    public const string Compensate = "compensate";

    /// <summary>All ways between the steps of a definition.</summary>
    public static IReadOnlyList<DrawnEdge> Of(WorkflowDefinition definition)
    {
        var index = definition.Steps.ToDictionary(step => step.Id, step => step.Index, StringComparer.Ordinal);
        var edges = new List<DrawnEdge>();
        foreach (var step in definition.Steps)
        {
            edges.AddRange(definition.Graph.Children(step.Index).Select(child => new DrawnEdge(step.Index, child, DependsOn)));
            edges.AddRange(step.Opens.SelectMany(body => definition.Bodies[body].Steps).Select(inner => new DrawnEdge(step.Index, inner, Contains)));
            edges.AddRange(step.OnFailure.Kind == OnFailure.Alternative ? step.OnFailure.Steps.Select(other => new DrawnEdge(step.Index, index[other], Alternative)) : []);
            edges.AddRange(step.Compensate is { } undo ? [new DrawnEdge(step.Index, index[undo], Compensate)] : []);
        }

        return edges;
    }
}

/// <summary>The arrows of a drawing.</summary>
/// <param name="Graph">Who leads to whom: of what a step contains only where it begins.</param>
/// <param name="Kinds">Of the arrows that are no dependencies.</param>
public sealed record DrawnGraph(StepGraph Graph, IReadOnlyDictionary<Edge, string> Kinds)
{
    public static DrawnGraph Of(WorkflowDefinition definition)
    {
        var edges = DrawnEdge.Of(definition).Where(edge => edge.Kind != DrawnEdge.Contains || definition.Graph.Parents(edge.To).Count == 0).ToArray();
        var arrows = edges.Select(edge => new Edge(edge.From, edge.To)).ToArray();
        return StepGraph.FindCycles(definition.Steps.Count, arrows).Count > 0
            ? new DrawnGraph(definition.Graph, new Dictionary<Edge, string>()) // steps that stand in for each other
            : new DrawnGraph(
                StepGraph.Create(definition.Steps.Count, arrows),
                edges.Where(edge => edge.Kind != DrawnEdge.DependsOn).DistinctBy(edge => (edge.From, edge.To)).ToDictionary(edge => new Edge(edge.From, edge.To), edge => edge.Kind));
    }
}
