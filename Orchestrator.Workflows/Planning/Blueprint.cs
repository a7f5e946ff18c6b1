using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Graph;

namespace Orchestrator.Workflows.Planning;

/// <summary>
/// What the planner has to know of a workflow: its steps' bodies, who depends on whom within them, and each step's rule.
/// A body is a set of steps that run together: the workflow's own (0), and one for each list of steps that another step
/// opens. The steps of an opened body have consecutive numbers in the run, in the body's order.
/// </summary>
public sealed class Blueprint
{
    private readonly int[] _bodyOf;
    private readonly int[] _position;
    private readonly StepRule[] _rules;
    private readonly bool[] _cleansUp;

    /// <param name="graph">Edges lie within bodies.</param>
    /// <param name="bodies">Every step is in exactly one; the first is the workflow's own.</param>
    /// <param name="rules">By step.</param>
    public Blueprint(StepGraph graph, IReadOnlyList<StepBody> bodies, IEnumerable<StepRule> rules)
    {
        (Graph, Bodies, _rules) = (graph, bodies, [.. rules]);
        (_bodyOf, _position, _cleansUp) = (new int[graph.Count], new int[graph.Count], new bool[graph.Count]);
        for (var body = 0; body < bodies.Count; body++)
        {
            for (var position = 0; position < bodies[body].Steps.Count; position++)
            {
                (_bodyOf[bodies[body].Steps[position]], _position[bodies[body].Steps[position]]) = (body, position);
            }
        }

        for (var step = 0; step < graph.Count; step++)
        {
            _cleansUp[step] = graph.Children(step).Any(child => _rules[child].Join.Kind == JoinKind.AllDone);
        }
    }

    public StepGraph Graph { get; }

    /// <summary>
    /// How many steps of a run may be under way at a time; null: any number. A step is, from when it is ready until it has
    /// ended, or has failed and others run in its place. Steps that steer never count.
    /// </summary>
    public int? MaxParallel { get; init; }

    /// <summary>Of the workflow's own steps that depend on nothing, those that start with the run; the others are held.</summary>
    public IReadOnlyList<int> Starters
    {
        get
        {
            var left = MaxParallel ?? int.MaxValue;
            return [.. Main.Roots.Where(root => Rule(root).Steers || left-- > 0)];
        }
    }

    public IReadOnlyList<StepBody> Bodies { get; }

    /// <summary>Steps of the workflow's own body, which are there from the run's start under their own index.</summary>
    public StepBody Main => Bodies[0];

    /// <summary>One body, in which every step waits for all that it depends on.</summary>
    public static Blueprint Of(StepGraph graph) =>
        new(graph, [StepBody.Of([.. Enumerable.Range(0, graph.Count)], graph)], Enumerable.Repeat(StepRule.Default, graph.Count));

    public StepRule Rule(int step) => _rules[step];

    public int BodyOf(int step) => _bodyOf[step];

    /// <summary>Place in its body.</summary>
    public int Position(int step) => _position[step];

    /// <summary>Whether something runs after this step even if it has failed.</summary>
    public bool IsCleanedUp(int step) => _cleansUp[step];

    /// <summary>The steps upstream of a join from which every way leads to it, ascending.</summary>
    public IReadOnlyList<int> Tributaries(int join)
    {
        var found = new HashSet<int> { join };
        foreach (var step in Graph.Order.Reverse())
        {
            if (Graph.Children(step) is { Count: > 0 } children && children.All(found.Contains))
            {
                found.Add(step);
            }
        }

        found.Remove(join);
        return [.. found.Order()];
    }

    /// <summary>The steps that contain a place, the innermost first; of a compensation those that contain what it undoes.</summary>
    public IEnumerable<Opener> Around(StepPlace? place)
    {
        for (var at = place; at is not null; at = at.Outside.Place)
        {
            // What a failure has opened is not contained by the step that failed.
            if (Bodies[_bodyOf[at.Step]].Owner == at.Owner.Step)
            {
                yield return at.Owner;
            }
        }
    }

    /// <summary>Number of the first step of the opened body that this one is in.</summary>
    public int First(int number, StepPlace place) => number - _position[place.Step];

    /// <summary>Number of another step of the same body, opened together with this one.</summary>
    public int Sibling(int number, StepPlace? place, int step) => place is null ? step : First(number, place) + _position[step];
}

/// <summary>How a step takes its start from those that it depends on.</summary>
/// <param name="Join">When it may start.</param>
/// <param name="Choosers">How many conditions name it: it starts only when one of them has chosen it.</param>
public readonly record struct StepRule(Join Join, int Choosers = 0)
{
    public static StepRule Default { get; } = new(Join.All);

    /// <summary>Of a condition: the steps that it names; what it does not choose, or ends without choosing, is refused.</summary>
    public IReadOnlyList<int> Targets { get => field ?? []; init; }

    /// <summary>
    /// It waits for the others only because it is listed after them: one that did not take place is as good as one that
    /// ended well, unless a step of their body has failed.
    /// </summary>
    public bool IsInOrder { get; init; }

    /// <summary>It contains others, waits, or decides: it never counts as under way.</summary>
    public bool Steers { get; init; }
}
