namespace Orchestrator.Workflows.Graph;

/// <summary>Sorted neighbour lists of every step, cycles allowed.</summary>
internal sealed record Adjacency(int[][] Parents, int[][] Children)
{
    public int Count => Parents.Length;

    public static Adjacency Build(int count, IEnumerable<Edge> edges)
    {
        var parents = new List<int>?[count];
        var children = new List<int>?[count];
        foreach (var (parent, child) in edges)
        {
            if ((uint)parent >= (uint)count || (uint)child >= (uint)count)
            {
                throw new ArgumentException($"There is no step for the edge {parent} → {child}.", nameof(edges));
            }

            (parents[child] ??= []).Add(parent);
            (children[parent] ??= []).Add(child);
        }

        return new Adjacency([.. parents.Select(Sorted)], [.. children.Select(Sorted)]);
    }

    private static int[] Sorted(List<int>? steps) => steps is null ? [] : [.. steps.Distinct().Order()];
}
