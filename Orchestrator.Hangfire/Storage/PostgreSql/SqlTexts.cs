using System.Collections.Frozen;
using System.Text;

namespace Hangfire.PostgreSql;

/// <summary>The statements of the Sql folder by name, for one schema.</summary>
internal sealed class SqlTexts
{
    private const string Extension = ".sql", ResourceFolder = ".Sql.";

    private static readonly FrozenDictionary<string, string> Templates = Load();

    private readonly FrozenDictionary<string, string> texts;

    public SqlTexts(string schemaName)
    {
        QuotedSchema = $"\"{schemaName.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        texts = Templates.ToFrozenDictionary(
            static each => each.Key,
            each => each.Value.Replace("hangfire.", QuotedSchema + ".", StringComparison.Ordinal)
                .Replace("$schema$", QuotedSchema, StringComparison.Ordinal));
    }

    public string QuotedSchema { get; }

    public string this[string name] => texts[name];

    private static FrozenDictionary<string, string> Load()
    {
        var assembly = typeof(SqlTexts).Assembly;
        return assembly.GetManifestResourceNames()
            .Where(static name => name.EndsWith(Extension, StringComparison.Ordinal))
            .ToFrozenDictionary(
                static name => name[(name.LastIndexOf(ResourceFolder, StringComparison.Ordinal) + ResourceFolder.Length)..^Extension.Length],
                name => ReadWithoutComments(assembly.GetManifestResourceStream(name)!));
    }

    private static string ReadWithoutComments(Stream stream)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var text = new StringBuilder();
        while (reader.ReadLine() is { } line)
            if (!line.AsSpan().TrimStart().StartsWith("--", StringComparison.Ordinal)) text.Append(line).Append('\n');
        return text.ToString();
    }
}
