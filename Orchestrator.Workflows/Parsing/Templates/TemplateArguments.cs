using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Inputs;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Parsing.Templates;

/// <summary>Holds what a step gives <c>with</c> a template against the template's parameters.</summary>
internal static class TemplateArguments
{
    /// <summary>What stands for each parameter; what is missing, unknown or of another type is reported.</summary>
    public static IEnumerable<KeyValuePair<string, Argument>> Read(FieldValue use, FieldValue? with, StepTemplate template, Report report)
    {
        var given = with?.Mapping()?.Entries.ToDictionary(entry => entry.Key, entry => with.Value.Member(entry), StringComparer.Ordinal) ?? [];
        foreach (var (name, value) in given.Where(one => !template.Parameters.ContainsKey(one.Key)))
        {
            var nearest = report.Suggest(name, [.. template.Parameters.Keys]);
            value.Error($"template `{template.Name}` has no parameter `{name}`", nearest.Length > 0 || template.Parameters.Count == 0 ? nearest : $"It has {string.Join(", ", template.Parameters.Keys)}.");
        }

        var arguments = new Dictionary<string, Argument>(StringComparer.Ordinal);
        foreach (var (name, parameter) in template.Parameters)
        {
            if (given.TryGetValue(name, out var value))
            {
                var mentions = new List<Mention>();
                if (value.Template(mentions) is { } argument)
                {
                    CheckType(value, argument, parameter);
                    arguments[name] = new Argument(argument, mentions, argument.IsConstant ? value.Node : null);
                }
            }
            else if (parameter.Required)
            {
                (with ?? use).Error($"template `{template.Name}` needs the parameter `{name}`", parameter.Description ?? "Add it under `with`.");
            }
            else
            {
                arguments[name] = new Argument(new Template(new ConstantPart(parameter.Default)), [], Node(parameter.Default, use.Position));
            }
        }

        return arguments;
    }

    /// <summary>What holds expressions is known only when it runs.</summary>
    private static void CheckType(FieldValue value, Template argument, Definitions.InputDefinition parameter)
    {
        if (argument.IsConstant && InputChecker.Problem(parameter, argument.Constant) is { } problem)
        {
            value.Error($"the parameter doesn't fit: {problem}", parameter.Description ?? "");
        }
    }

    /// <summary>A default that is a number or true or false may stand anywhere; others are values of expressions only.</summary>
    private static ScalarNode? Node(Value value, Position position) => value.Kind is ValueKind.Number or ValueKind.Boolean
        ? StepNodes.Text(value.ToText(), position) with { Value = value }
        : null;
}
