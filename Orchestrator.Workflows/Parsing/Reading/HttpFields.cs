using System.Text.RegularExpressions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>The fields of an <c>http</c> step.</summary>
internal static partial class HttpFields
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

    public static IReadOnlyList<Field<StepDraft>> All { get; } =
    [
        Of("call", Shape.Text, (step, value) => step.Http.Call = ReadAddress(step, value, CheckCall)),
        Of("url", Shape.Text, (step, value) => step.Http.Url = ReadAddress(step, value, CheckUrl)),
        Of("method", Shape.OneOf(Methods), (step, value) => step.Http.Method = ReadMethod(value)),
        Of("query", Shape.Either(Shape.Mapping, Shape.Text), (step, value) => step.Http.Query = ReadMapping(step, value)),
        Of("headers", Shape.Either(Shape.Mapping, Shape.Text), (step, value) => step.Http.Headers = ReadHeaders(step, value)),
        Of("body", Shape.Any, (step, value) => step.Http.Body = value.Template(step.Mentions)),
        Of("expect_status", Shape.OneOrMore(Shape.Integer(100, 599)), (step, value) => step.Http.ExpectStatus = ReadStatuses(value)),
    ];

    private static Field<StepDraft> Of(string name, Shape shape, Action<StepDraft, FieldValue> read) =>
        new(name, shape, read) { OnlyFor = StepTypes.Http };

    private static Template? ReadAddress(StepDraft step, FieldValue value, Action<FieldValue, string> check)
    {
        if (value.Name() is not { } text)
        {
            return null;
        }

        var open = text.IndexOf("{{", StringComparison.Ordinal);
        if (open != 0)
        {
            check(value, open < 0 ? text : text[..open]);
        }

        return value.Template(step.Mentions);
    }

    /// <summary>A second slash would name another host, to which the service's token must not go.</summary>
    private static void CheckCall(FieldValue value, string start)
    {
        if (start[0] != '/' || start.StartsWith("//", StringComparison.Ordinal) || start.Contains('\\'))
        {
            value.Expected("a path that begins with one /", "For an address on another host use `url`.");
        }
    }

    private static void CheckUrl(FieldValue value, string start)
    {
        if (!start.StartsWith("https://", StringComparison.OrdinalIgnoreCase) && !start.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        {
            value.Expected("an address that begins with http:// or https://", "For a path at the base URL use `call`.");
        }
    }

    private static string? ReadMethod(FieldValue value)
    {
        if (value.Text() is not { } method)
        {
            return null;
        }

        if (Methods.Contains(method.ToUpperInvariant()))
        {
            return method.ToUpperInvariant();
        }

        value.Error($"`{method}` is none of {string.Join(", ", Methods)}");
        return null;
    }

    /// <summary>A mapping, or an expression that becomes one.</summary>
    private static Template? ReadMapping(StepDraft step, FieldValue value)
    {
        if (value.Node is MappingNode || value.Node is ScalarNode scalar && scalar.Text.StartsWith("{{", StringComparison.Ordinal))
        {
            return value.Template(step.Mentions);
        }

        value.Expected("a mapping");
        return null;
    }

    private static Template? ReadHeaders(StepDraft step, FieldValue value)
    {
        foreach (var entry in (value.Node as MappingNode)?.Entries ?? [])
        {
            var header = value.Member(entry);
            if (!HeaderName().IsMatch(entry.Key) && !entry.Key.Contains("{{", StringComparison.Ordinal))
            {
                value.Report.Error(entry.Position, header.Path, $"`{entry.Key}` is no header's name");
            }

            if (header.Node is not ScalarNode { Value.IsNull: false })
            {
                header.Expected("text");
            }
        }

        return ReadMapping(step, value);
    }

    private static List<int> ReadStatuses(FieldValue value) =>
        [.. value.OneOrMore().Select(one => one.Integer(100, 599)).OfType<int>()];

    [GeneratedRegex(@"\A[A-Za-z0-9!#$%&'*+.^_`|~-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex HeaderName();
}
