using System.Text;
using Orchestrator.Tests.Workflows.Support;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Tests.Workflows.Parsing;

/// <summary>Whatever a file holds, what comes back is a definition or diagnostics with a place inside the file.</summary>
internal sealed class FuzzTests
{
    private static readonly string[] Pieces =
    [
        "key: k\n", "steps:\n", "  - ", "id: a", "call: /x", "\n", "  ", "    ", "{{ ", " }}", "inputs.", "results.a", "[", "]", "{", "}", ",", ": ",
        "\"", "'", "|\n", ">\n", "&a ", "*a", "!!str ", "? ", "- ", "---\n", "...\n", "#", "\t", "\r\n", "depends_on: ", "a", "type: transform", "value: ",
        "when: ", "1", "true", "~", "<<: ", "%YAML 1.2\n", "+", "??", "?.", "(", ")", "`", "=>", "\\", "\\u0041", "\uFEFF", "é", "😀", "\u2028", "@",
    ];

    private static readonly string[] Tokens =
    [
        "inputs", "results", "steps", ".a", "?.b", "[0]", "['x']", "(", ")", "[", "]", "{", "}", ",", ":", "?", "??", "||", "&&", "!", "-", "+", "*", "/",
        "%", "**", "===", "!=", "<", ">=", "1", "0.5", "'s'", "\"t\"", "true", "null", "...", "=>", "x", "`", "${", "a:", ".map", "(x => x)", "Math.max", "JSON",
    ];

    [FsCheck.NUnit.Property(MaxTest = 300)]
    public void Random_bytes(byte[] bytes) => Check(Encoding.UTF8.GetString(bytes));

    [FsCheck.NUnit.Property(MaxTest = 300)]
    public void Random_text(string? text) => Check(text ?? "");

    [FsCheck.NUnit.Property(MaxTest = 1000)]
    public void Soups_of_yaml(int seed)
    {
        var random = new Random(seed);
        Check(string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => Pieces[random.Next(Pieces.Length)])));
    }

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public void Sound_files_with_wounds(int seed)
    {
        var random = new Random(seed);
        var text = new StringBuilder(Files.Shipped(random.Next(2) == 0 ? "daily_instructor_v1.yml" : "weekly_seed_v1.yml"));
        for (var wounds = random.Next(1, 5); wounds > 0; wounds--)
        {
            var at = random.Next(text.Length);
            _ = random.Next(3) switch
            {
                0 => text.Remove(at, 1),
                1 => text.Insert(at, Pieces[random.Next(Pieces.Length)]),
                _ => text.Replace(text[at], (char)random.Next(1, 0x300), at, 1),
            };
        }

        Check(text.ToString());
    }

    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public void Soups_of_expressions(int seed)
    {
        var random = new Random(seed);
        var text = string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => Tokens[random.Next(Tokens.Length)] + (random.Next(3) == 0 ? " " : "")));
        Expression expression;
        try
        {
            expression = Expression.Parse(text);
        }
        catch (FormatException)
        {
            return;
        }

        try
        {
            expression.Evaluate(new Scope(("inputs", Value.Parse("""{"a": [1], "b": {"x": 2}}"""))));
        }
        catch (EvaluationException exception)
        {
            exception.Offset.Should().BeInRange(0, text.Length);
        }
    }

    private static void Check(string text)
    {
        var result = WorkflowParser.Parse(text, "f.yml");
        (result.Definition is null).Should().Be(result.Diagnostics.Count > 0);
        var lines = text.Split('\n').Length + text.Count(c => c is '\r' or '\u2028' or '\u2029' or '\u0085');
        result.Diagnostics.Should().NotContain(one => one.Line < 1 || one.Line > lines + 1 || one.Column < 1 || one.Message.Length == 0);
    }
}
