using Orchestrator.Workflows.Graph;
using Orchestrator.Workflows.Parsing.Reading;

namespace Orchestrator.Workflows.Parsing.Linking;

/// <summary>Turns <c>depends_on</c> and <c>next</c> into the graph of the steps.</summary>
internal static class Dependencies
{
    /// <summary>The graph; null, with the cycles reported, where the steps go in circles.</summary>
    public static StepGraph? Link(IReadOnlyList<StepDraft> steps, StepIndex index, Report report)
    {
        var edges = new List<Edge>();
        foreach (var step in steps)
        {
            edges.AddRange(Resolve(step, step.DependsOn, index, report).Select(parent => new Edge(parent, step.Index)));
            edges.AddRange(Resolve(step, step.Next, index, report).Select(child => new Edge(step.Index, child)));
        }

        var cycles = StepGraph.FindCycles(steps.Count, edges);
        foreach (var cycle in cycles)
        {
            ReportCycle(cycle, steps, report);
        }

        return cycles.Count == 0 ? StepGraph.Create(steps.Count, edges) : null;
    }

    private static IEnumerable<int> Resolve(StepDraft step, List<LocatedId> names, StepIndex index, Report report)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (id, position, path) in names)
        {
            if (!seen.Add(id))
            {
                report.Error(position, path, $"`{id}` is named twice here", "Remove one of the two.");
            }
            else if (index.Find(id) is not { } other)
            {
                report.Error(position, path, $"there is no step `{id}`", report.Suggest(id, index.Ids));
            }
            else if (other == step)
            {
                report.Error(position, path, $"the step `{id}` names itself", "A step can't wait for itself; remove it here.");
            }
            else
            {
                yield return other.Index;
            }
        }
    }

    private static void ReportCycle(IReadOnlyList<int> cycle, IReadOnlyList<StepDraft> steps, Report report)
    {
        const int mostShown = 20;
        var names = cycle.Select(step => steps[step].Id?.Id ?? $"steps[{step}]").ToList();
        if (names.Count > mostShown)
        {
            names.RemoveRange(mostShown / 2, names.Count - mostShown);
            names.Insert(mostShown / 2, "…");
        }

        var first = steps[cycle[0]];
        report.Error(
            first.Field.Position,
            first.Field.Path,
            $"the steps wait for each other in a circle: {string.Join(" → ", names)}",
            "Remove one of these dependencies.");
    }
}
