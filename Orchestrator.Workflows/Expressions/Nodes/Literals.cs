using Orchestrator.Workflows.Expressions.Functions;

namespace Orchestrator.Workflows.Expressions.Nodes;

/// <summary>An array literal.</summary>
internal sealed class ArrayNode(int offset, Node[] elements) : Node(offset, Above(elements))
{
    protected override Value Compute(Evaluation evaluation)
    {
        var values = new List<Value>(elements.Length);
        foreach (var element in elements)
        {
            if (element is SpreadNode spread)
            {
                values.AddRange(spread.Elements(evaluation));
            }
            else
            {
                values.Add(element.Evaluate(evaluation));
            }
        }

        return evaluation.Made(Value.FromOwned([.. values]), Offset);
    }
}

/// <summary>A member of an object literal; a spread has no name.</summary>
internal readonly record struct MemberSyntax(Node? Name, Node Content);

/// <summary>An object literal.</summary>
internal sealed class ObjectNode(int offset, MemberSyntax[] members)
    : Node(offset, Math.Max(Above([.. members.Select(member => member.Content)]), Above([.. members.Select(member => member.Name).OfType<Node>()])))
{
    protected override Value Compute(Evaluation evaluation)
    {
        var builder = new ObjectBuilder(members.Length);
        foreach (var (name, content) in members)
        {
            if (content is SpreadNode spread)
            {
                spread.AddMembers(evaluation, builder);
            }
            else
            {
                builder.Set(ValueText.Of(name!.Evaluate(evaluation)), content.Evaluate(evaluation));
            }
        }

        return evaluation.Made(builder.Build(), Offset);
    }
}

/// <summary><c>...a</c> inside an array, an object or a call; never evaluated by itself.</summary>
internal sealed class SpreadNode(int offset, Node operand) : Node(offset, Above(operand))
{
    public IReadOnlyList<Value> Elements(Evaluation evaluation)
    {
        var value = operand.Evaluate(evaluation);
        if (value.Kind == ValueKind.String)
        {
            evaluation.Spend(Offset, value.Size);
            return [.. TextMethods.Characters(value.AsString())];
        }

        if (value.Kind != ValueKind.Array)
        {
            throw evaluation.Fail($"`...` needs an array here, found {ValueText.Name(value.Kind)}", Offset);
        }

        evaluation.Spend(Offset, value.Elements.Length);
        return value.AsArray();
    }

    public void AddMembers(Evaluation evaluation, ObjectBuilder builder)
    {
        var value = operand.Evaluate(evaluation);
        if (value.IsNullish)
        {
            return;
        }

        if (value.Kind != ValueKind.Object)
        {
            throw evaluation.Fail($"`...` needs an object here, found {ValueText.Name(value.Kind)}", Offset);
        }

        evaluation.Spend(Offset, value.ObjectMembers.Count);
        foreach (var (name, member) in value.AsObject())
        {
            builder.Set(name, member);
        }
    }

    protected override Value Compute(Evaluation evaluation) =>
        throw new InvalidOperationException("A spread has no value of its own.");
}
