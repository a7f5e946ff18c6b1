using YamlDotNet.Core;

namespace Orchestrator.Workflows.Parsing.Yaml;

/// <summary>Turns what the YAML scanner says into something to act on.</summary>
internal static class YamlErrors
{
    public static YamlProblem Explain(Exception exception, string text)
    {
        if (exception is not YamlException yaml)
        {
            return new YamlProblem(Position.Start, $"this is no YAML: {exception.Message.TrimEnd('.')}");
        }

        var position = new Position(Math.Max(1, (int)yaml.Start.Line), Math.Max(1, (int)yaml.Start.Column));
        var line = text.Split('\n').ElementAtOrDefault(position.Line - 1) ?? "";
        var indentation = line.AsSpan(0, line.Length - line.AsSpan().TrimStart().Length);
        return indentation.Contains('\t')
            ? new YamlProblem(new Position(position.Line, indentation.IndexOf('\t') + 1), "a tab is used for indentation", "YAML is indented with spaces.")
            : new YamlProblem(position, $"this is no YAML: {Lower(yaml.Message)}", Hint(line));
    }

    private static string Lower(string message)
    {
        var text = message.TrimEnd('.', ' ');
        return text.Length == 0 ? "it can't be read" : char.ToLowerInvariant(text[0]) + text[1..];
    }

    private static string Hint(string line) =>
        line.Contains("{{", StringComparison.Ordinal) ? "A value that begins with {{ needs quotes around it." : "";
}
