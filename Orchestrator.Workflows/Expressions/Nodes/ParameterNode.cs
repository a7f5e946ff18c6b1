namespace Orchestrator.Workflows.Expressions.Nodes;

/// <summary>A parameter of a template: what its use gave, evaluated where it is read.</summary>
internal sealed class ParameterNode(int offset, Template argument) : Node(offset, 1)
{
    protected override Value Compute(Evaluation evaluation)
    {
        var (source, origin, locals) = (evaluation.Source, evaluation.Origin, evaluation.Locals);
        var value = argument.Render(evaluation);
        (evaluation.Source, evaluation.Origin, evaluation.Locals) = (source, origin, locals);
        return value;
    }
}
