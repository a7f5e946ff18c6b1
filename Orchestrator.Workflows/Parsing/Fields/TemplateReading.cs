using System.Collections.Frozen;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Expressions.Syntax;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Parsing.Fields;

/// <summary>A step that an expression names, with its place in the file.</summary>
internal readonly record struct Mention(StepMention Step, ScalarNode Scalar, FieldPath Path);

/// <summary>Reads expressions and templates, and notes the steps that they name.</summary>
internal static class TemplateReading
{
    private const string Open = "{{";

    /// <summary>A template: text is text, except for what stands in <c>{{ }}</c>.</summary>
    public static Template? Template(this FieldValue field, ICollection<Mention> mentions) => Build(Part(field, mentions));

    /// <summary>Text is an expression, with or without <c>{{ }}</c> around it; lists and mappings are templates.</summary>
    public static Template? ExpressionOrTemplate(this FieldValue field, ICollection<Mention> mentions) =>
        field.Node is ScalarNode { Value.Kind: ValueKind.String } scalar && !scalar.Text.Contains(Open, StringComparison.Ordinal)
            ? Build(Compile(field, scalar, ExpressionParser.Parse(scalar.Text, Names(field, scalar)), mentions) is { } expression ? new ExpressionPart(expression) : null)
            : field.Template(mentions);

    /// <summary>One expression, with or without <c>{{ }}</c> around it.</summary>
    /// <param name="field">Where it stands.</param>
    /// <param name="mentions">Takes the steps that it names.</param>
    /// <param name="names">The names that it may use; null: those of a step.</param>
    public static Expression? Expression(this FieldValue field, ICollection<Mention> mentions, Vocabulary? names = null)
    {
        if (field.Node is not ScalarNode { Value.IsNull: false } scalar)
        {
            field.Expected("an expression");
            return null;
        }

        names ??= Names(field, scalar);
        var text = scalar.Text;
        var open = text.Length - text.AsSpan().TrimStart().Length;
        if (!text.AsSpan(open).StartsWith(Open))
        {
            return Compile(field, scalar, ExpressionParser.Parse(text, names), mentions);
        }

        var parsed = ExpressionParser.ParseEmbedded(text, open + Open.Length, names);
        if (parsed.Errors.Count == 0 && !text.AsSpan(parsed.End).IsWhiteSpace())
        {
            field.Error("expected one expression, found text around `{{ }}`", "Join the parts with + inside one expression.");
            return null;
        }

        return Compile(field, scalar, parsed, mentions);
    }

    /// <summary>An expression that knows one name more than those of a step.</summary>
    public static Expression? Expression(this FieldValue field, ICollection<Mention> mentions, string root) =>
        field.Node is ScalarNode scalar && Names(field, scalar) is var names
            ? field.Expression(mentions, names with { Roots = FrozenSet.ToFrozenSet([.. names.Roots, root]) })
            : field.Expression(mentions);

    private static Template? Build(TemplatePart? part) => part is null ? null : new Template(part);

    private static TemplatePart? Part(FieldValue field, ICollection<Mention> mentions) => field.Node switch
    {
        ListNode list => List(field, list, mentions),
        MappingNode mapping => Mapping(field, mapping, mentions),
        ScalarNode { Value.Kind: ValueKind.String } scalar when scalar.Text.Contains(Open, StringComparison.Ordinal) =>
            Text(field, scalar, mentions),
        ScalarNode scalar => new ConstantPart(scalar.Value),
        _ => null,
    };

    private static TemplatePart? List(FieldValue field, ListNode list, ICollection<Mention> mentions)
    {
        var parts = list.Elements.Select((_, index) => Part(field.Element(index), mentions)).ToList();
        if (parts.Contains(null))
        {
            return null;
        }

        return parts.TrueForAll(part => part is ConstantPart) ? new ConstantPart(field.Constant()) : new ListPart(parts!);
    }

    private static TemplatePart? Mapping(FieldValue field, MappingNode mapping, ICollection<Mention> mentions)
    {
        var members = new List<(string Name, TemplatePart Part)>(mapping.Entries.Count);
        foreach (var entry in mapping.Entries)
        {
            if (entry.Key.Contains(Open, StringComparison.Ordinal))
            {
                field.Report.Error(
                    entry.Position,
                    field.Path.Member(entry.Key),
                    "a key can't hold an expression",
                    "Build the object in one expression: {{ { [name]: value } }}.");
            }
            else if (Part(field.Member(entry), mentions) is { } part)
            {
                members.Add((entry.Key, part));
            }
        }

        if (members.Count < mapping.Entries.Count)
        {
            return null;
        }

        return members.TrueForAll(member => member.Part is ConstantPart) ? new ConstantPart(field.Constant()) : new MappingPart(members);
    }

    private static TemplatePart? Text(FieldValue field, ScalarNode scalar, ICollection<Mention> mentions)
    {
        var parts = new List<TemplatePart?>();
        var text = scalar.Text;
        var position = 0;
        for (var open = Find(text, 0); open >= 0; open = Find(text, position))
        {
            if (open > position)
            {
                parts.Add(new ConstantPart(Value.Of(text[position..open])));
            }

            var parsed = ExpressionParser.ParseEmbedded(text, open + Open.Length, Names(field, scalar));
            parts.Add(Compile(field, scalar, parsed, mentions) is { } expression ? new ExpressionPart(expression) : null);
            position = parsed.End;
        }

        if (position < text.Length)
        {
            parts.Add(new ConstantPart(Value.Of(text[position..])));
        }

        if (parts.Contains(null))
        {
            return null;
        }

        return parts.Count == 1 ? parts[0] : new TextPart(parts!);
    }

    /// <summary>Inside of a template there are its parameters, and its own steps.</summary>
    private static Vocabulary Names(FieldValue field, ScalarNode scalar) => scalar.Position.Origin?.Names ?? field.Report.Names;

    private static int Find(string text, int position) => text.IndexOf(Open, position, StringComparison.Ordinal);

    /// <summary>Reports the errors of an expression at their places.</summary>
    private static Expression? Compile(FieldValue field, ScalarNode scalar, ParsedExpression parsed, ICollection<Mention> mentions)
    {
        foreach (var error in parsed.Errors)
        {
            field.Report.ErrorInside(scalar, error.Offset, field.Path, error.Message, error.Hint);
        }

        foreach (var mention in parsed.Expression?.References.Mentions ?? [])
        {
            mentions.Add(new Mention(mention, scalar, field.Path));
        }

        foreach (var parameter in parsed.Expression?.References.Parameters ?? [])
        {
            foreach (var mention in scalar.Position.Origin!.Find(parameter)!.Mentions)
            {
                mentions.Add(mention);
            }
        }

        return parsed.Expression;
    }
}
