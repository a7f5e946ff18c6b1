using Orchestrator.Workflows.Expressions.Nodes;
using Orchestrator.Workflows.Expressions.Syntax;

namespace Orchestrator.Workflows.Expressions;

/// <summary>
/// A compiled expression of the workflow language: JavaScript's expressions without side effects. Immutable; may be
/// evaluated by many threads at once.
/// </summary>
public sealed class Expression
{
    private readonly Node _node;
    private readonly int _origin;
    private readonly int _locals;

    /// <summary>From a compiled tree.</summary>
    /// <param name="source">The expression's own text.</param>
    /// <param name="origin">Where it begins in the text that the nodes' offsets count from.</param>
    /// <param name="node">What it compiled to.</param>
    /// <param name="locals">How many parameters its arrow functions have.</param>
    /// <param name="references">What it reads.</param>
    internal Expression(string source, int origin, Node node, int locals, References references)
    {
        Source = source;
        _origin = origin;
        _node = node;
        _locals = locals;
        References = references;
    }

    /// <summary>The text it was compiled from.</summary>
    public string Source { get; }

    /// <summary>What it reads.</summary>
    public References References { get; }

    /// <summary>Evaluates it; ends within a bounded number of steps.</summary>
    /// <exception cref="EvaluationException">The values don't fit, or a bound is exceeded.</exception>
    public Value Evaluate(IScope scope) => Evaluate(new Evaluation(scope));

    public override string ToString() => Source;

    /// <summary>Compiles a whole text.</summary>
    /// <exception cref="FormatException">It is no expression.</exception>
    internal static Expression Parse(string source, Vocabulary? names = null)
    {
        var parsed = ExpressionParser.Parse(source, names);
        return parsed.Expression
            ?? throw new FormatException($"{parsed.Errors[0].Message} at {parsed.Errors[0].Offset + 1}. {parsed.Errors[0].Hint}");
    }

    internal Value Evaluate(Evaluation evaluation)
    {
        evaluation.Source = Source;
        evaluation.Origin = _origin;
        evaluation.Locals = _locals == 0 ? [] : new Value[_locals];
        return _node.Evaluate(evaluation);
    }
}
