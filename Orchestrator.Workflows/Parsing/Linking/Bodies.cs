using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Graph;
using Orchestrator.Workflows.Parsing.Reading;

namespace Orchestrator.Workflows.Parsing.Linking;

/// <summary>
/// Works out which steps run together. A step that waits only for steps of one body belongs to it; one that waits for
/// steps of several belongs to the innermost body around all of them, and waits there for the steps that contain them.
/// </summary>
internal sealed class Bodies
{
    /// <summary>Steps in steps.</summary>
    private const int MaxDepth = 64;

    private readonly IReadOnlyList<StepDraft> _steps;
    private readonly Report _report;
    private readonly Slots _slots;
    private readonly Slot?[] _home;
    private readonly List<Edge> _edges = [];
    private readonly HashSet<StepDraft> _inOrder = [];

    private Bodies(IReadOnlyList<StepDraft> steps, Slots slots, Report report) =>
        (_steps, _slots, _report, _home) = (steps, slots, report, new Slot?[steps.Count]);

    /// <summary>Who depends on whom within the bodies.</summary>
    public IReadOnlyList<Edge> Edges => _edges;

    public IReadOnlyList<Slot> Slots => _slots.All;

    /// <summary>It waits for others only because it is listed after them.</summary>
    public bool IsInOrder(StepDraft step) => _inOrder.Contains(step);

    public Slot HomeOf(StepDraft step) => _home[step.Index]!;

    /// <summary>Sorts the steps into bodies; null, with errors reported, where that can't be done.</summary>
    /// <param name="steps">All.</param>
    /// <param name="slots">Which of them start only through others.</param>
    /// <param name="wishes">Who waits for whom, as the file says it.</param>
    /// <param name="report">Takes what is wrong.</param>
    public static Bodies? Sort(IReadOnlyList<StepDraft> steps, Slots slots, IReadOnlyList<Edge> wishes, Report report)
    {
        var bodies = new Bodies(steps, slots, report);
        var contained = slots.All.Skip(1).SelectMany(slot => slot.Named.SelectMany(step => OwnersOf(slot).Select(owner => (Owner: owner.Index, Step: step.Index)))).ToList();

        // A step begins before those that it contains, and ends after them: neither may go in a circle with the rest.
        var begins = wishes.Concat(contained.Select(one => new Edge(one.Owner, one.Step))).ToList();
        var cycles = StepGraph.FindCycles(steps.Count, begins);
        if (cycles.Count == 0)
        {
            cycles = StepGraph.FindCycles(steps.Count, [.. wishes, .. contained.Select(one => new Edge(one.Step, one.Owner))]);
        }

        foreach (var cycle in cycles)
        {
            Dependencies.ReportCycle(cycle, steps, report);
        }

        if (cycles.Count > 0)
        {
            return null;
        }

        var wished = StepGraph.Create(steps.Count, wishes);
        foreach (var step in StepGraph.Create(steps.Count, begins).Order)
        {
            bodies.Place(steps[step], [.. wished.Parents(step).Select(parent => steps[parent])]);
        }

        bodies.Sequence();
        return bodies;
    }

    private static IEnumerable<StepDraft> OwnersOf(Slot slot) => slot.Owner is { } owner ? [owner] : slot.Openers;

    private void Place(StepDraft step, List<StepDraft> parents)
    {
        var named = _slots.Find(step);
        var home = named ?? Around(step, parents);
        _home[step.Index] = home;
        if (Depth(home) > MaxDepth)
        {
            step.Field.Error($"it lies in more than {MaxDepth} steps around it");
        }

        foreach (var parent in parents)
        {
            if (Lift(parent, home) is { } lifted)
            {
                _edges.Add(new Edge(lifted.Index, step.Index));
            }
            else if (named is null || !IsAbove(parent, home))
            {
                var (around, outside) = home.Owner is { } owner ? (owner, parent) : (parent, parent);
                step.Field.Error(
                    home.Owner is not null
                        ? $"`{step.Id?.Id}` runs inside of `{around.Id?.Id}`, and waits for `{outside.Id?.Id}`, which runs outside of it"
                        : $"`{step.Id?.Id}` waits for `{parent.Id?.Id}`, which runs only in the place of another step",
                    home.Owner is not null ? WhereToWait(around, outside) : $"Let it wait for `{HomeOf(parent).Openers.FirstOrDefault()?.Id?.Id}`.");
            }
        }
    }

    /// <summary>A step can't take one result from each pass of another loop: passes and items are not paired with each other.</summary>
    private string WhereToWait(StepDraft around, StepDraft outside) => HomeOf(outside).Owner is { Action: LoopAction or ForEachAction } repeats && repeats != around
        ? $"Let `{around.Id?.Id}` wait for all of `{repeats.Id?.Id}`; what belongs together in each pass goes into the steps of one `loop` or `for_each`."
        : $"Let `{around.Id?.Id}` wait for `{outside.Id?.Id}`.";

    /// <summary>The innermost body that all of these are in, themselves or inside of steps of it.</summary>
    private Slot Around(StepDraft step, List<StepDraft> parents)
    {
        if (parents.Count == 0)
        {
            return _slots.Main;
        }

        var common = Chain(HomeOf(parents[0]));
        foreach (var parent in parents.Skip(1))
        {
            var chain = Chain(HomeOf(parent));
            common.RemoveAll(slot => !chain.Contains(slot));
        }

        var home = common.Count > 0 ? common[0] : _slots.Main;
        if (home.IsDetached)
        {
            step.Field.Error(
                $"`{step.Id?.Id}` waits for `{parents[0].Id?.Id}`, which runs only in the place of another step",
                $"Let it wait for `{home.Openers[0].Id?.Id}`.");
        }

        return home;
    }

    /// <summary>A body and those around it, the innermost first. What a failure opens is around nothing.</summary>
    private List<Slot> Chain(Slot slot)
    {
        var chain = new List<Slot> { slot };
        while (chain[^1].Owner is { } owner && _home[owner.Index] is { } around)
        {
            chain.Add(around);
        }

        return chain;
    }

    private int Depth(Slot slot) => Chain(slot).Count - 1;

    /// <summary>The step of this body that a step is, or is inside of; null: it is in neither.</summary>
    private StepDraft? Lift(StepDraft step, Slot home)
    {
        var at = step;
        while (_home[at.Index] != home)
        {
            if (_home[at.Index]?.Owner is not { } owner)
            {
                return null;
            }

            at = owner;
        }

        return at;
    }

    /// <summary>Whether one of the steps around this body waits for the step anyway.</summary>
    private bool IsAbove(StepDraft step, Slot home)
    {
        for (var slot = home; slot.Owner is { } owner; slot = HomeOf(owner))
        {
            if (Lift(step, HomeOf(owner)) is { } lifted)
            {
                return Reaches(lifted.Index, owner.Index);
            }
        }

        return false;
    }

    private bool Reaches(int from, int to)
    {
        var seen = new HashSet<int> { to };
        var open = new Stack<int>([to]);
        while (open.TryPop(out var step))
        {
            foreach (var edge in _edges.Where(edge => edge.Child == step && seen.Add(edge.Parent)))
            {
                open.Push(edge.Parent);
            }
        }

        return seen.Contains(from);
    }

    /// <summary>Steps of a loop or of an item that don't name each other run one after the other, as they are listed.</summary>
    private void Sequence()
    {
        foreach (var slot in _slots.All.Where(slot => slot.Owner?.Action is LoopAction or ForEachAction && slot.Named.Count > 1))
        {
            var named = slot.Named.Select(step => step.Index).ToHashSet();
            if (_edges.Any(edge => named.Contains(edge.Child) && _home[edge.Parent] == slot))
            {
                continue;
            }

            // What follows a step in the body ends before the next listed one starts.
            var graph = StepGraph.Create(_steps.Count, _edges);
            for (var position = 1; position < slot.Named.Count; position++)
            {
                _inOrder.Add(slot.Named[position]);
                _edges.AddRange(Sinks(graph, slot.Named[position - 1].Index).Select(sink => new Edge(sink, slot.Named[position].Index)));
            }
        }
    }

    private static IEnumerable<int> Sinks(StepGraph graph, int step)
    {
        var children = graph.Children(step);
        return children.Count == 0 ? [step] : children.SelectMany(child => Sinks(graph, child)).Distinct();
    }
}
