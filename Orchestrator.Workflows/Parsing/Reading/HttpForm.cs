using System.Text.RegularExpressions;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Yaml;
using Orchestrator.Workflows.Text;

namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>An outbound call.</summary>
internal static partial class HttpForm
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

    public static StepForm Form { get; } = new()
    {
        Name = "http",
        Timeout = TimeSpan.FromSeconds(15),
        Fields =
        [
            new Field<StepDraft>("call", Shape.Text, (step, value) => Of(step).Call = ReadAddress(step, value, CheckCall)),
            new Field<StepDraft>("url", Shape.Text, (step, value) => Of(step).Url = ReadAddress(step, value, CheckUrl)),
            new Field<StepDraft>("method", Shape.OneOf(Methods), (step, value) => Of(step).Method = ReadMethod(value)),
            new Field<StepDraft>("query", Shape.Either(Shape.Mapping, Shape.Text), (step, value) => Of(step).Query = ReadMapping(step, value)),
            new Field<StepDraft>("headers", Shape.Either(Shape.Mapping, Shape.Text), (step, value) => Of(step).Headers = ReadHeaders(step, value)),
            new Field<StepDraft>("body", Shape.Any, (step, value) => Of(step).Body = value.Template(step.Mentions)),
            new Field<StepDraft>("expect_status", Shape.OneOrMore(Shape.Integer(100, 599)), (step, value) => Of(step).ExpectStatus = ReadStatuses(value)),
        ],
        Check = Check,
        Build = step => new HttpAction
        {
            Call = Of(step).Call,
            Url = Of(step).Url,
            Method = Of(step).Method ?? (Of(step).Call is null ? "GET" : "POST"),
            Query = Of(step).Query,
            Headers = Of(step).Headers,
            Body = Of(step).Body,
            ExpectStatus = Of(step).ExpectStatus,
        },
    };

    private static HttpDraft Of(StepDraft step) => step.Settings<HttpDraft>();

    private static void Check(StepDraft step, IReadOnlySet<string> given)
    {
        if (given.Contains("call") == given.Contains("url"))
        {
            step.Field.Error(
                given.Contains("call") ? "the step has both `call` and `url`" : "an http step needs `call` or `url`",
                "`call` is a path at the base URL, `url` any address; give one of them.");
        }
    }

    private static Template? ReadAddress(StepDraft step, FieldValue value, Action<FieldValue, string> check)
    {
        if (value.Name() is not { } text)
        {
            return null;
        }

        if (!text.StartsWith("{{", StringComparison.Ordinal))
        {
            check(value, text);
        }

        return value.Template(step.Mentions);
    }

    /// <summary>A second slash would name another host, to which the service's token must not go.</summary>
    private static void CheckCall(FieldValue value, string text)
    {
        var start = text.IndexOf("{{", StringComparison.Ordinal) is >= 0 and var open ? text[..open] : text;
        if (start[0] != '/' || start.StartsWith("//", StringComparison.Ordinal) || start.Contains('\\'))
        {
            value.Expected("a path that begins with one /", "For an address on another host use `url`.");
        }
    }

    private static void CheckUrl(FieldValue value, string text)
    {
        if (Addresses.HasUser(text))
        {
            // Without the text: there may be a password in it.
            value.Error("the address has a user or a password in it", Addresses.InsteadOfUser);
        }
        else if (!text.StartsWith("https://", StringComparison.OrdinalIgnoreCase) && !text.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        {
            value.Expected("an address that begins with http:// or https://", "For a path at the base URL use `call`.");
        }
        else if (!text.Contains("{{", StringComparison.Ordinal) && !Uri.TryCreate(text, UriKind.Absolute, out _))
        {
            value.Expected("an address with a host", "Write it like https://example.org/path.");
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

        value.NoneOf(Methods, method);
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

    /// <summary>The settings as given.</summary>
    private sealed class HttpDraft
    {
        public Template? Call { get; set; }

        public Template? Url { get; set; }

        public string? Method { get; set; }

        public Template? Query { get; set; }

        public Template? Headers { get; set; }

        public Template? Body { get; set; }

        public IReadOnlyList<int> ExpectStatus { get; set; } = [];
    }
}
