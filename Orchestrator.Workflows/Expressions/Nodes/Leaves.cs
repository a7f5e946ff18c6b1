namespace Orchestrator.Workflows.Expressions.Nodes;

/// <summary>A literal.</summary>
internal sealed class ConstantNode(int offset, Value value) : Node(offset, 1)
{
    public Value Value => value;

    protected override Value Compute(Evaluation evaluation) => value;
}

/// <summary>A root name, asked of the scope.</summary>
internal sealed class RootNode(int offset, string name) : Node(offset, 1)
{
    public string Name => name;

    protected override Value Compute(Evaluation evaluation) => evaluation.Resolve(name);
}
