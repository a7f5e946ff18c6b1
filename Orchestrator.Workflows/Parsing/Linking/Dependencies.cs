using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Graph;
using Orchestrator.Workflows.Parsing.Reading;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Workflows.Parsing.Linking;

/// <summary>Turns what the steps say of each other into the workflow's blueprint.</summary>
internal sealed class Dependencies
{
    private readonly Dictionary<StepDraft, List<int>> _opens = [];
    private readonly Dictionary<StepDraft, int> _detached = [];

    private Dependencies(Bodies bodies, Blueprint blueprint) => (Bodies, Blueprint) = (bodies, blueprint);

    public Bodies Bodies { get; }

    public Blueprint Blueprint { get; }

    /// <summary>The bodies that a step opens.</summary>
    public IReadOnlyList<int> Opens(StepDraft step) => _opens.GetValueOrDefault(step) ?? [];

    /// <summary>The body of a step that another's failure opens.</summary>
    public int? Detached(StepDraft step) => _detached.TryGetValue(step, out var body) ? body : null;

    /// <summary>The blueprint; null, with errors reported, where there is none.</summary>
    public static Dependencies? Link(IReadOnlyList<StepDraft> steps, StepIndex index, WorkflowDraft draft, Report report)
    {
        var wishes = new List<Edge>();
        var choosers = new int[steps.Count];
        var targets = new List<int>[steps.Count];
        foreach (var step in steps)
        {
            wishes.AddRange(Resolve(step, step.DependsOn, index, report).Select(parent => new Edge(parent.Index, step.Index)));
            wishes.AddRange(Resolve(step, step.Next, index, report).Select(child => new Edge(step.Index, child.Index)));
            targets[step.Index] = [];
            foreach (var target in Resolve(step, [.. step.Targets.DistinctBy(target => target.Id)], index, report))
            {
                wishes.Add(new Edge(step.Index, target.Index));
                choosers[target.Index]++;
                targets[step.Index].Add(target.Index);
            }
        }

        var slots = Slots.Build(steps, index, report);
        if (Bodies.Sort(steps, slots, wishes, report) is not { } bodies)
        {
            return null;
        }

        var cycles = StepGraph.FindCycles(steps.Count, bodies.Edges);
        foreach (var cycle in cycles)
        {
            ReportCycle(cycle, steps, report);
        }

        if (cycles.Count > 0)
        {
            return null;
        }

        var graph = StepGraph.Create(steps.Count, bodies.Edges);
        CheckChosen(steps, choosers, graph, report);
        CheckJoins(steps, graph, report);
        FailureChecks.Check(steps, index, report);
        CancelChecks.Check(steps, index, report);
        Reachability.Check(steps, bodies, graph, choosers, draft.DefaultOnFailure, index, report);
        return Build(steps, bodies, graph, choosers, targets, draft.Config.MaxParallel);
    }

    private static Dependencies Build(
        IReadOnlyList<StepDraft> steps, Bodies bodies, StepGraph graph, int[] choosers, List<int>[] targets, int? maxParallel)
    {
        var built = new List<StepBody>();
        var owners = new List<(Slot Slot, int Body)>();
        foreach (var slot in bodies.Slots)
        {
            var members = steps.Where(step => bodies.HomeOf(step) == slot).Select(step => step.Index).ToList();
            foreach (var part in slot.Owner?.Action is ParallelAction ? Parts(members, graph) : [members])
            {
                owners.Add((slot, built.Count));
                built.Add(StepBody.Of(part, graph, slot.Owner?.Index));
            }
        }

        var rules = steps.Select(step => new StepRule(step.Join ?? Join.All, choosers[step.Index])
        {
            Targets = targets[step.Index],
            IsInOrder = bodies.IsInOrder(step),
            Steers = step.Action is ControlAction,
        });
        var linked = new Dependencies(bodies, new Blueprint(graph, built, rules) { MaxParallel = maxParallel });
        foreach (var (slot, body) in owners.Skip(1))
        {
            if (slot.Owner is { } owner)
            {
                (linked._opens.TryGetValue(owner, out var opens) ? opens : linked._opens[owner] = []).Add(body);
            }
            else
            {
                linked._detached[slot.Named[0]] = body;
            }
        }

        return linked;
    }

    /// <summary>Steps that depend on each other stay together; the others are bodies of their own.</summary>
    private static IEnumerable<List<int>> Parts(List<int> members, StepGraph graph)
    {
        var left = new SortedSet<int>(members);
        while (left.Count > 0)
        {
            var part = new SortedSet<int>();
            var open = new Stack<int>([left.Min]);
            while (open.TryPop(out var step))
            {
                if (left.Remove(step))
                {
                    part.Add(step);
                    graph.Parents(step).Concat(graph.Children(step)).ToList().ForEach(open.Push);
                }
            }

            yield return [.. part];
        }
    }

    /// <summary>
    /// A step that several conditions name can't wait for others besides: it would not be known whether it was chosen. And
    /// no join may start a step that none has chosen.
    /// </summary>
    private static void CheckChosen(IReadOnlyList<StepDraft> steps, int[] choosers, StepGraph graph, Report report)
    {
        foreach (var step in steps.Where(step => choosers[step.Index] > 1 && graph.Parents(step.Index).Count > choosers[step.Index]))
        {
            report.Error(
                step.Field.Position, step.Field.Path,
                $"`{step.Id?.Id}` is named by {choosers[step.Index]} conditions, and waits for other steps too",
                "Let the conditions wait for those, or put a step in between.");
        }

        foreach (var step in steps.Where(step => choosers[step.Index] > 0 && step.Join is { Kind: not JoinKind.All } join
            && (join.Kind != JoinKind.Some || graph.Parents(step.Index).Count > choosers[step.Index])))
        {
            report.Error(
                step.Field.Position, step.Field.Path,
                $"`{step.Id?.Id}` starts only when a condition chooses it, and its `join` could start it without that",
                "Let a step after it join, or the condition wait.");
        }
    }

    private static void CheckJoins(IReadOnlyList<StepDraft> steps, StepGraph graph, Report report)
    {
        foreach (var step in steps.Where(step => step.Join is { Kind: JoinKind.Some } join && join.Needed > Math.Max(1, graph.Parents(step.Index).Count)))
        {
            report.Error(
                step.Field.Position, step.Field.Path,
                $"`join` needs {step.Join!.Value.Needed} steps, and this one waits for {graph.Parents(step.Index).Count}",
                "Need fewer, or add to `depends_on`. Each step counts once; for several runs of one step use a `for_each` with `complete_when`.");
        }
    }

    /// <summary>The steps that are named; what is wrong with the names is reported.</summary>
    public static IEnumerable<StepDraft> Resolve(StepDraft step, IReadOnlyList<LocatedId> names, StepIndex index, Report report)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (id, position, path) in names)
        {
            if (!seen.Add(id))
            {
                report.Error(position, path, $"`{id}` is named twice here", "Remove one of the two. A step runs once; to run it several times side by side use a `for_each`.");
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
                yield return other;
            }
        }
    }

    public static void ReportCycle(IReadOnlyList<int> cycle, IReadOnlyList<StepDraft> steps, Report report)
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
            "Remove one of these dependencies. There are no arbitrary cycles; to repeat steps use a `loop` of them.");
    }
}
