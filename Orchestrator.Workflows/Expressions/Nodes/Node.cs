namespace Orchestrator.Workflows.Expressions.Nodes;

/// <summary>A part of a compiled expression. Immutable, so that many evaluations may share it.</summary>
internal abstract class Node(int offset, int depth)
{
    /// <summary>Where it stands in the expression's text.</summary>
    public int Offset => offset;

    /// <summary>Levels of nodes from here down; bounds the evaluation's use of the stack.</summary>
    public int Depth => depth;

    public Value Evaluate(Evaluation evaluation)
    {
        evaluation.Spend(Offset);
        return Compute(evaluation);
    }

    protected static int Above(params ReadOnlySpan<Node> children)
    {
        var depth = 0;
        foreach (var child in children)
        {
            depth = Math.Max(depth, child.Depth);
        }

        return depth + 1;
    }

    protected abstract Value Compute(Evaluation evaluation);
}
