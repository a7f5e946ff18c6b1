namespace Orchestrator.Workflows.Expressions.Nodes;

/// <summary><c>!a</c>, <c>-a</c>, <c>+a</c>.</summary>
internal sealed class UnaryNode(int offset, string op, Node operand) : Node(offset, Above(operand))
{
    protected override Value Compute(Evaluation evaluation)
    {
        var value = operand.Evaluate(evaluation);
        return op switch
        {
            "!" => Value.Of(!value.IsTruthy),
            "-" => Value.Of(-Operation.Number(evaluation, value, op, Offset)),
            "+" => Value.Of(Operation.Number(evaluation, value, op, Offset)),
            _ => throw new InvalidOperationException($"No unary operator {op}."),
        };
    }
}

/// <summary>Arithmetic and comparisons: both sides are evaluated.</summary>
internal sealed class BinaryNode(int offset, string op, Node left, Node right) : Node(offset, Above(left, right))
{
    protected override Value Compute(Evaluation evaluation)
    {
        var first = left.Evaluate(evaluation);
        var second = right.Evaluate(evaluation);
        evaluation.Spend(Offset, Math.Min(first.Size, second.Size) / Budget.ContentPerWork);
        return op switch
        {
            "===" => Value.Of(Operation.Same(first, second)),
            "!==" => Value.Of(!Operation.Same(first, second)),
            "==" => Value.Of(Operation.Alike(first, second)),
            "!=" => Value.Of(!Operation.Alike(first, second)),
            "+" => Operation.Add(evaluation, first, second, Offset),
            "<" or "<=" or ">" or ">=" => Value.Of(Operation.Compare(evaluation, op, first, second, Offset)),
            _ => Value.Of(Operation.Arithmetic(evaluation, op, first, second, Offset)),
        };
    }
}

/// <summary><c>&amp;&amp;</c>, <c>||</c>, <c>??</c>: the right side only where it decides.</summary>
internal sealed class LogicalNode(int offset, string op, Node left, Node right) : Node(offset, Above(left, right))
{
    public string Operator => op;

    protected override Value Compute(Evaluation evaluation)
    {
        var first = left.Evaluate(evaluation);
        var decided = op switch
        {
            "&&" => !first.IsTruthy,
            "||" => first.IsTruthy,
            _ => !first.IsNullish,
        };
        return decided ? first : right.Evaluate(evaluation);
    }
}

/// <summary><c>a ? b : c</c>.</summary>
internal sealed class ConditionalNode(int offset, Node condition, Node then, Node otherwise)
    : Node(offset, Above(condition, then, otherwise))
{
    protected override Value Compute(Evaluation evaluation) =>
        condition.Evaluate(evaluation).IsTruthy ? then.Evaluate(evaluation) : otherwise.Evaluate(evaluation);
}
