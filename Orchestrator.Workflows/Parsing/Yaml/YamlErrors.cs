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
        var lines = text.Split('\n');

        // Where the scanner names a tab, it gives the place of the mapping around it.
        var last = yaml.Message.Contains("tab", StringComparison.Ordinal) ? lines.Length : position.Line;
        return FindTab(lines, position.Line, last) is { } tab
            ? new YamlProblem(tab, "a tab is used for indentation", "YAML is indented with spaces.")
            : new YamlProblem(position, $"this is no YAML: {Lower(yaml.Message)}", Hint(lines.ElementAtOrDefault(position.Line - 1) ?? ""));
    }

    private static Position? FindTab(string[] lines, int first, int last)
    {
        for (var line = first; line <= last && line <= lines.Length; line++)
        {
            var blank = lines[line - 1].AsSpan();
            blank = blank[..^blank.TrimStart().Length];
            if (blank.IndexOf('\t') is >= 0 and var tab)
            {
                return new Position(line, tab + 1);
            }
        }

        return null;
    }

    private static string Lower(string message)
    {
        var text = message.TrimEnd('.', ' ');
        return text.Length == 0 ? "it can't be read" : char.ToLowerInvariant(text[0]) + text[1..];
    }

    private static string Hint(string line) =>
        line.Contains("{{", StringComparison.Ordinal) ? "A value that begins with {{ needs quotes around it." : "";
}
