using Orchestrator.Workflows.Expressions.Functions;

namespace Orchestrator.Workflows.Expressions.Nodes;

/// <summary>A parameter of an arrow function; each has a place of its own in <see cref="Evaluation.Locals"/>.</summary>
internal sealed class LocalNode(int offset, int place) : Node(offset, 1)
{
    protected override Value Compute(Evaluation evaluation) => evaluation.Locals[place];
}

/// <summary>A function as an argument. Functions are no values: they can only be handed to a method that calls them.</summary>
internal abstract class FunctionNode(int offset, int depth) : Node(offset, depth)
{
    public abstract Value Invoke(Evaluation evaluation, ReadOnlySpan<Value> arguments);

    protected override Value Compute(Evaluation evaluation) => throw evaluation.Fail("a function is no value here", Offset);
}

/// <summary>An arrow function. It can't call itself, so its parameters' places are never in use twice.</summary>
internal sealed class ArrowNode(int offset, int[] places, Node body) : FunctionNode(offset, Above(body))
{
    public override Value Invoke(Evaluation evaluation, ReadOnlySpan<Value> arguments)
    {
        for (var i = 0; i < places.Length; i++)
        {
            evaluation.Locals[places[i]] = i < arguments.Length ? arguments[i] : Value.Undefined;
        }

        return body.Evaluate(evaluation);
    }
}

/// <summary>A built-in function by its name, as in <c>filter(Boolean)</c>.</summary>
internal sealed class NamedFunctionNode(int offset, string name, Function function) : FunctionNode(offset, 1)
{
    public override Value Invoke(Evaluation evaluation, ReadOnlySpan<Value> arguments) =>
        function(new Call(evaluation, Offset, name, Value.Undefined, arguments.Length > 0 ? [arguments[0]] : [], []));
}

/// <summary>A call of a built-in function (<c>Math.max(a, b)</c>).</summary>
internal sealed class FunctionCallNode(int offset, string name, Function function, Node[] arguments) : Node(offset, Above(arguments))
{
    protected override Value Compute(Evaluation evaluation) =>
        evaluation.Made(function(Call.Prepare(evaluation, Offset, name, Value.Undefined, arguments)), Offset);
}

/// <summary>A call of a method of a value (<c>a.map(x => …)</c>).</summary>
internal sealed class MethodCallNode(int offset, Node target, string name, bool optional, Node[] arguments)
    : Node(offset, Math.Max(Above(target), Above(arguments)))
{
    protected override Value Compute(Evaluation evaluation)
    {
        var value = target.Evaluate(evaluation);
        if (!Access.Passes(evaluation, value, optional, name, Offset))
        {
            return Value.Undefined;
        }

        var method = Methods.Find(value.Kind, name)
            ?? throw evaluation.Fail($"{ValueText.Name(value.Kind)} has no method `{name}`", Offset);
        return evaluation.Made(method(Call.Prepare(evaluation, Offset, name, value, arguments)), Offset);
    }
}

/// <summary>A template string.</summary>
internal sealed class TextNode(int offset, Node[] parts) : Node(offset, Above(parts))
{
    protected override Value Compute(Evaluation evaluation)
    {
        var text = Value.EmptyString;
        foreach (var part in parts)
        {
            text = Operation.Add(evaluation, text, part.Evaluate(evaluation), Offset);
        }

        return text;
    }
}
