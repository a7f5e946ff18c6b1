using System.Globalization;
using System.Text.RegularExpressions;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Workflows.Inputs;

/// <summary>Something wrong in the inputs of a dispatch.</summary>
/// <param name="Path">Which input, such as <c>payload.count</c>.</param>
/// <param name="Message">What was expected and found.</param>
public sealed record InputProblem(string Path, string Message);

/// <summary>Checks the inputs of a dispatch against what the workflow says of them, and fills in defaults. Pure.</summary>
public static class InputChecker
{
    /// <summary>The inputs with defaults filled in, and everything wrong with them. Inputs that nobody declared pass.</summary>
    public static (Value Inputs, IReadOnlyList<InputProblem> Problems) Check(
        IReadOnlyDictionary<string, InputDefinition> definitions, Value given)
    {
        var problems = new List<InputProblem>();
        foreach (var (name, definition) in definitions)
        {
            var value = given[name];
            if (value.IsUndefined && !definition.Default.IsUndefined)
            {
                given = given.With(name, definition.Default);
            }
            else if (value.IsUndefined)
            {
                if (definition.Required)
                {
                    problems.Add(new InputProblem($"payload.{name}", "is required"));
                }
            }
            else if (Problem(definition, value) is { } problem)
            {
                problems.Add(new InputProblem($"payload.{name}", problem));
            }
        }

        return (given, problems);
    }

    /// <summary>What is wrong with a value; null: nothing.</summary>
    public static string? Problem(InputDefinition definition, Value value)
    {
        if (definition.Type is { } type && !IsOf(type, value))
        {
            return $"has to be of type {type}, found {Short(value)}";
        }

        if (definition.Enum.Count > 0 && !definition.Enum.Contains(value))
        {
            return $"has to be one of {string.Join(", ", definition.Enum.Select(Short))}, found {Short(value)}";
        }

        if (definition.Pattern is { } pattern && value.Kind == ValueKind.String
            && !Regex.IsMatch(value.AsString(), pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant))
        {
            return $"has to match {pattern}, found {Short(value)}";
        }

        return Measure(value) is { } measure ? OutOfRange(definition, measure.Size, measure.What) : null;
    }

    private static string? OutOfRange(InputDefinition definition, double size, string what)
    {
        if (definition.Min is { } min && size < min)
        {
            return $"{what} has to be at least {Number(min)}, found {Number(size)}";
        }

        return definition.Max is { } max && size > max ? $"{what} has to be at most {Number(max)}, found {Number(size)}" : null;
    }

    private static (double Size, string What)? Measure(Value value) => value.Kind switch
    {
        ValueKind.Number => (value.AsNumber(), "value"),
        ValueKind.String => (value.AsString().Length, "length"),
        ValueKind.Array => (value.AsArray().Count, "count"),
        _ => null,
    };

    private static bool IsOf(string type, Value value) => type switch
    {
        "string" => value.Kind == ValueKind.String,
        "number" => value.Kind == ValueKind.Number,
        "integer" => value.Kind == ValueKind.Number && double.IsInteger(value.AsNumber()),
        "boolean" => value.Kind == ValueKind.Boolean,
        "object" => value.Kind == ValueKind.Object,
        "array" => value.Kind == ValueKind.Array,
        _ => true,
    };

    private static string Short(Value value)
    {
        var text = value.ToString();
        return text.Length <= 100 ? text : text[..100] + "…";
    }

    private static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);
}
