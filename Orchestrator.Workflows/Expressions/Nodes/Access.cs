namespace Orchestrator.Workflows.Expressions.Nodes;

/// <summary>Reading a member by a fixed name (<c>a.b</c>, <c>a?.b</c>).</summary>
internal sealed class MemberNode(int offset, Node target, string name, bool optional) : Node(offset, Above(target))
{
    protected override Value Compute(Evaluation evaluation)
    {
        var value = target.Evaluate(evaluation);
        return Access.Passes(evaluation, value, optional, name, Offset) ? Access.Member(value, name) : Value.Undefined;
    }
}

/// <summary>Reading a member by a computed name or an element by its number (<c>a[b]</c>, <c>a?.[b]</c>).</summary>
internal sealed class IndexNode(int offset, Node target, Node index, bool optional) : Node(offset, Above(target, index))
{
    protected override Value Compute(Evaluation evaluation)
    {
        var value = target.Evaluate(evaluation);
        if (evaluation.ChainEnded || (optional && value.IsNullish))
        {
            evaluation.ChainEnded = true;
            return Value.Undefined;
        }

        var key = index.Evaluate(evaluation);
        evaluation.Spend(Offset, key.Size / Budget.ContentPerWork);
        return Access.Passes(evaluation, value, optional, ValueText.Of(key), Offset) ? Access.Element(value, key) : Value.Undefined;
    }
}

/// <summary>The whole of a chain with <c>?.</c> in it: what lies right of the one that met nothing is not evaluated.</summary>
internal sealed class ChainNode(Node chain) : Node(chain.Offset, Above(chain))
{
    protected override Value Compute(Evaluation evaluation)
    {
        var value = chain.Evaluate(evaluation);
        evaluation.ChainEnded = false;
        return value;
    }
}

/// <summary>What can be read of each kind of value.</summary>
internal static class Access
{
    /// <summary>Whether there is something to read from; false ends the chain.</summary>
    public static bool Passes(Evaluation evaluation, Value target, bool optional, string name, int offset)
    {
        if (evaluation.ChainEnded)
        {
            return false;
        }

        if (!target.IsNullish)
        {
            return true;
        }

        if (!optional)
        {
            throw evaluation.Fail($"can't read `{name}` of {ValueText.Name(target.Kind)}; `?.` allows for that", offset);
        }

        evaluation.ChainEnded = true;
        return false;
    }

    public static Value Member(Value target, string name) => target.Kind switch
    {
        ValueKind.Object => target.Property(name),
        ValueKind.Array when name == "length" => Value.Of(target.Elements.Length),
        ValueKind.String when name == "length" => Value.Of(target.AsString().Length),
        _ => Value.Undefined,
    };

    public static Value Element(Value target, Value key)
    {
        if (key.Kind == ValueKind.Number && target.Kind is ValueKind.Array or ValueKind.String)
        {
            return At(target, key);
        }

        var name = ValueText.Of(key);
        return target.Kind is ValueKind.Array or ValueKind.String && int.TryParse(name, out var place) && ValueText.Of(place) == name
            ? At(target, Value.Of(place))
            : Member(target, name);
    }

    private static Value At(Value target, Value key)
    {
        var place = key.Kind == ValueKind.Number ? key.AsNumber() : -1;
        if (place < 0 || place >= int.MaxValue || place != Math.Truncate(place))
        {
            return target.Kind == ValueKind.String || target.Kind == ValueKind.Array ? Value.Undefined : Member(target, ValueText.Of(key));
        }

        if (target.Kind == ValueKind.Array)
        {
            return target[(int)place];
        }

        var text = target.AsString();
        return place < text.Length ? Value.Of(text[(int)place].ToString()) : Value.Undefined;
    }
}
