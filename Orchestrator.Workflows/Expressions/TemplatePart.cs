using System.Text;

namespace Orchestrator.Workflows.Expressions;

/// <summary>A part of a template. A closed set; what holds no expression is folded into one <see cref="ConstantPart"/>.</summary>
internal abstract class TemplatePart
{
    public abstract Value Render(Evaluation evaluation);
}

internal sealed class ConstantPart(Value value) : TemplatePart
{
    public Value Value => value;

    public override Value Render(Evaluation evaluation) => value;
}

internal sealed class ExpressionPart(Expression expression) : TemplatePart
{
    public Expression Expression => expression;

    public override Value Render(Evaluation evaluation) =>
        evaluation.Made(expression.Evaluate(evaluation), 0);
}

/// <summary>Text with expressions in it.</summary>
internal sealed class TextPart(IReadOnlyList<TemplatePart> parts) : TemplatePart
{
    public IReadOnlyList<TemplatePart> Parts => parts;

    public override Value Render(Evaluation evaluation)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            var value = part.Render(evaluation);
            evaluation.Spend(0, value.Size / Budget.ContentPerWork);
            text.Append(value.IsNullish ? "" : ValueText.Of(value));
        }

        return evaluation.Made(Value.Of(text.ToString()), 0);
    }
}

internal sealed class ListPart(IReadOnlyList<TemplatePart> elements) : TemplatePart
{
    public IReadOnlyList<TemplatePart> Elements => elements;

    public override Value Render(Evaluation evaluation)
    {
        var values = new Value[elements.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = elements[i].Render(evaluation);
        }

        return evaluation.Made(Value.FromOwned(values), 0);
    }
}

internal sealed class MappingPart(IReadOnlyList<(string Name, TemplatePart Part)> members) : TemplatePart
{
    public IReadOnlyList<(string Name, TemplatePart Part)> Members => members;

    public override Value Render(Evaluation evaluation)
    {
        var builder = new ObjectBuilder(members.Count);
        foreach (var (name, part) in members)
        {
            builder.Set(name, part.Render(evaluation));
        }

        return evaluation.Made(builder.Build(), 0);
    }
}
