using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Expressions.Syntax;
using Orchestrator.Workflows.Parsing.Reading;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Parsing.Templates;

/// <summary>
/// Finds expressions of a template that can't be read, whoever uses it. The names in them mean something in a use only, and
/// what the fields are for the type of step says: both are checked there.
/// </summary>
internal static class TemplateSyntax
{
    private const string Open = "{{";

    /// <summary>Fields of any step whose text is an expression.</summary>
    private static readonly HashSet<string> Always = new(StringComparer.Ordinal) { "when", "output" };

    /// <summary>And of the built-in types.</summary>
    private static readonly HashSet<string> OfTypes = new(StringComparer.Ordinal)
    {
        "value", "condition", "break_condition", "breakCondition", "items", "match",
    };

    /// <summary>Fields in which braces mean nothing, or are read by their own reader.</summary>
    private static readonly HashSet<string> Never = new(StringComparer.Ordinal)
    {
        "config", "id", "name", "description", "script", "output_schema", "outputSchema",
    };

    public static void Check(StepTemplate template, Report report)
    {
        foreach (var step in template.Steps)
        {
            Check(step, report);
        }

        if (template.Output is { } output)
        {
            Check(output, isExpression: true, report);
        }
    }

    private static void Check(MappingNode step, Report report)
    {
        var isBuiltIn = StepForms.Find((StepNodes.Find(step, "type") as ScalarNode)?.Text) is not null;
        var held = StepNodes.Held(step).ToHashSet<YamlNode>(ReferenceEqualityComparer.Instance);
        foreach (var entry in step.Entries.Concat(StepNodes.Find(step, "config") is MappingNode config ? config.Entries : []).Where(entry => !Never.Contains(entry.Key)))
        {
            Check(entry.Content, Always.Contains(entry.Key) || (isBuiltIn && OfTypes.Contains(entry.Key)), report, held);
        }
    }

    private static void Check(YamlNode node, bool isExpression, Report report, IReadOnlySet<YamlNode>? held = null)
    {
        switch (node)
        {
            case MappingNode step when held?.Contains(step) == true:
                Check(step, report);
                break;
            case MappingNode mapping:
                mapping.Entries.ToList().ForEach(entry => Check(entry.Content, isExpression: false, report, held));
                break;
            case ListNode list:
                list.Elements.ToList().ForEach(element => Check(element, isExpression: false, report, held));
                break;
            case ScalarNode { Value.Kind: ValueKind.String } scalar:
                Check(scalar, isExpression, report);
                break;
        }
    }

    private static void Check(ScalarNode scalar, bool isExpression, Report report)
    {
        var text = scalar.Text;
        var open = text.IndexOf(Open, StringComparison.Ordinal);
        if (open < 0 && isExpression)
        {
            Report(scalar, ExpressionParser.Parse(text), report);
        }

        while (open >= 0)
        {
            var parsed = ExpressionParser.ParseEmbedded(text, open + Open.Length);
            Report(scalar, parsed, report);
            open = text.IndexOf(Open, parsed.End, StringComparison.Ordinal);
        }
    }

    private static void Report(ScalarNode scalar, ParsedExpression parsed, Report report)
    {
        if (parsed.Broken is { } error)
        {
            report.ErrorInside(scalar, error.Offset, FieldPath.Root, error.Message, error.Hint);
        }
    }
}
