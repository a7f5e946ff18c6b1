namespace Orchestrator.Workflows.Graph;

/// <summary>An edge: <paramref name="Child"/> waits for <paramref name="Parent"/>; both are step indexes.</summary>
public readonly record struct Edge(int Parent, int Child);

/// <summary>Who depends on whom, by step index. Immutable and without cycles.</summary>
public sealed class StepGraph
{
    private readonly Adjacency _adjacency;

    private StepGraph(Adjacency adjacency, int[] order)
    {
        _adjacency = adjacency;
        Order = order;
        Roots = [.. Enumerable.Range(0, Count).Where(step => Parents(step).Count == 0)];
        Sinks = [.. Enumerable.Range(0, Count).Where(step => Children(step).Count == 0)];
    }

    /// <summary>How many steps.</summary>
    public int Count => _adjacency.Count;

    /// <summary>Steps that wait for nothing, ascending.</summary>
    public IReadOnlyList<int> Roots { get; }

    /// <summary>Steps that nothing waits for, ascending.</summary>
    public IReadOnlyList<int> Sinks { get; }

    /// <summary>Every step after all of its parents; among those that are free together the lowest index first.</summary>
    public IReadOnlyList<int> Order { get; }

    /// <summary>Builds the graph of steps 0 to <paramref name="count"/> - 1; an edge given twice counts once.</summary>
    /// <exception cref="ArgumentException">There is a cycle, or an edge names a step that is not there.</exception>
    public static StepGraph Create(int count, IEnumerable<Edge> edges)
    {
        var adjacency = Adjacency.Build(count, edges);
        return TryCreate(adjacency) ?? throw new ArgumentException("The steps depend on each other in a circle.", nameof(edges));
    }

    /// <summary>
    /// The cycles among the steps, one for each group of steps that reach each other, each starting and ending with
    /// its lowest index (<c>a, b, a</c>); empty: there is none.
    /// </summary>
    public static IReadOnlyList<IReadOnlyList<int>> FindCycles(int count, IEnumerable<Edge> edges) =>
        Cycles.Find(Adjacency.Build(count, edges));

    /// <summary>The steps that this one waits for, ascending.</summary>
    public IReadOnlyList<int> Parents(int step) => _adjacency.Parents[step];

    /// <summary>The steps that wait for this one, ascending.</summary>
    public IReadOnlyList<int> Children(int step) => _adjacency.Children[step];

    private static StepGraph? TryCreate(Adjacency adjacency)
    {
        var waiting = adjacency.Parents.Select(parents => parents.Length).ToArray();
        var free = new PriorityQueue<int, int>();
        var order = new List<int>(adjacency.Count);
        for (var step = 0; step < waiting.Length; step++)
        {
            if (waiting[step] == 0)
            {
                free.Enqueue(step, step);
            }
        }

        while (free.TryDequeue(out var step, out _))
        {
            order.Add(step);
            foreach (var child in adjacency.Children[step])
            {
                if (--waiting[child] == 0)
                {
                    free.Enqueue(child, child);
                }
            }
        }

        return order.Count == adjacency.Count ? new StepGraph(adjacency, [.. order]) : null;
    }
}
