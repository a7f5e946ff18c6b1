namespace Orchestrator.Workflows.Graph;

/// <summary>Finds cycles without recursion, in time linear in steps and edges.</summary>
internal static class Cycles
{
    /// <summary>One shortest cycle through the lowest step of every strongly connected group.</summary>
    public static IReadOnlyList<IReadOnlyList<int>> Find(Adjacency graph)
    {
        var group = Groups(graph);
        var seen = new HashSet<int>();
        var cycles = new List<IReadOnlyList<int>>();
        var cameFrom = new int[graph.Count];
        System.Array.Fill(cameFrom, -1);
        for (var step = 0; step < graph.Count; step++)
        {
            if (seen.Add(group[step]) && ThroughLowest(graph, group, step, cameFrom) is { } cycle)
            {
                cycles.Add(cycle);
            }
        }

        return cycles;
    }

    /// <summary>Kosaraju: the group number of every step; steps that reach each other share one.</summary>
    private static int[] Groups(Adjacency graph)
    {
        var group = new int[graph.Count];
        System.Array.Fill(group, -1);
        var stack = new Stack<int>();
        foreach (var start in Enumerable.Reverse(FinishOrder(graph)))
        {
            stack.Push(start);
            while (stack.TryPop(out var step))
            {
                if (group[step] >= 0)
                {
                    continue;
                }

                group[step] = start;
                foreach (var parent in graph.Parents[step])
                {
                    if (group[parent] < 0)
                    {
                        stack.Push(parent);
                    }
                }
            }
        }

        return group;
    }

    /// <summary>The steps in the order in which a depth-first walk along the edges leaves them.</summary>
    private static List<int> FinishOrder(Adjacency graph)
    {
        var finished = new List<int>(graph.Count);
        var visited = new bool[graph.Count];
        var path = new Stack<(int Step, int Next)>();
        for (var start = 0; start < graph.Count; start++)
        {
            if (visited[start])
            {
                continue;
            }

            visited[start] = true;
            path.Push((start, 0));
            while (path.TryPop(out var at))
            {
                var children = graph.Children[at.Step];
                if (at.Next == children.Length)
                {
                    finished.Add(at.Step);
                    continue;
                }

                path.Push((at.Step, at.Next + 1));
                var child = children[at.Next];
                if (!visited[child])
                {
                    visited[child] = true;
                    path.Push((child, 0));
                }
            }
        }

        return finished;
    }

    /// <summary>Breadth first from <paramref name="lowest"/> inside its group until an edge leads back to it.</summary>
    private static List<int>? ThroughLowest(Adjacency graph, int[] group, int lowest, int[] cameFrom)
    {
        var queue = new Queue<int>([lowest]);
        while (queue.TryDequeue(out var step))
        {
            foreach (var child in graph.Children[step])
            {
                if (child == lowest)
                {
                    return Unwind(cameFrom, lowest, step);
                }

                if (group[child] == group[lowest] && cameFrom[child] < 0)
                {
                    cameFrom[child] = step;
                    queue.Enqueue(child);
                }
            }
        }

        return null;
    }

    private static List<int> Unwind(int[] cameFrom, int lowest, int last)
    {
        var cycle = new List<int> { lowest };
        for (var step = last; step != lowest; step = cameFrom[step])
        {
            cycle.Add(step);
        }

        cycle.Add(lowest);
        cycle.Reverse();
        return cycle;
    }
}
