using System.Collections.Frozen;
using System.Text;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Parsing.Fields;

/// <summary>All fields that one kind of object has: reads what is known, and reports what is not.</summary>
internal sealed class FieldTable<TTarget> : IFieldTable
{
    private readonly FrozenDictionary<string, Field<TTarget>> _bySpelling;

    public FieldTable(params IReadOnlyList<Field<TTarget>> fields)
    {
        Fields = fields;
        _bySpelling = fields
            .SelectMany(field => field.Spellings, (field, spelling) => KeyValuePair.Create(spelling, field))
            .ToFrozenDictionary(StringComparer.Ordinal);
    }

    public IReadOnlyList<Field<TTarget>> Fields { get; }

    public IEnumerable<(string Spelling, Shape Shape)> Supported =>
        from known in Fields
        where known.Shape is not null
        from spelling in known.Spellings
        select (spelling, known.Shape);

    /// <summary>Reads a mapping into the target; anything else is reported.</summary>
    public void Read(TTarget target, FieldValue value)
    {
        if (value.Mapping() is { } mapping)
        {
            ReadEntries(target, mapping.Entries.Select(entry => new GivenField(entry, value.Path.Member(entry.Key))), value.Report);
        }
    }

    /// <summary>Reads fields that may come from more than one mapping.</summary>
    /// <param name="target">Where they go.</param>
    /// <param name="given">The fields.</param>
    /// <param name="report">Takes what is wrong.</param>
    /// <param name="elsewhere">What to say of a field that this table lacks and others have; null: nothing.</param>
    public void ReadEntries(TTarget target, IEnumerable<GivenField> given, Report report, Func<string, string?>? elsewhere = null)
    {
        var seen = new Dictionary<Field<TTarget>, string>(ReferenceEqualityComparer.Instance);
        foreach (var (entry, path) in given)
        {
            if (Find(entry.Key) is not { } field)
            {
                ReportUnknown(entry, path, report, elsewhere?.Invoke(entry.Key));
            }
            else if (!seen.TryAdd(field, entry.Key))
            {
                report.Error(entry.Position, path, $"`{entry.Key}` is given twice, as `{seen[field]}` before", "Remove one of the two.");
            }
            else if (field.Shape is null)
            {
                report.Error(entry.Position, path, $"`{entry.Key}` is not yet supported", "Remove it for now.");
            }
            else
            {
                field.Read(target, new FieldValue(entry.Content, path, report));
            }
        }
    }

    public Field<TTarget>? Find(string spelling) =>
        _bySpelling.GetValueOrDefault(spelling) ?? _bySpelling.GetValueOrDefault(SnakeCase(spelling));

    private static string SnakeCase(string name)
    {
        var snake = new StringBuilder(name.Length + 4);
        foreach (var c in name)
        {
            _ = char.IsAsciiLetterUpper(c) ? snake.Append('_').Append(char.ToLowerInvariant(c)) : snake.Append(c);
        }

        return snake.ToString();
    }

    private void ReportUnknown(YamlEntry entry, FieldPath path, Report report, string? elsewhere)
    {
        if (elsewhere is not null)
        {
            report.Error(entry.Position, path, elsewhere);
        }
        else
        {
            report.Error(entry.Position, path, $"unknown field `{entry.Key}`", report.Suggest(entry.Key, [.. Fields.SelectMany(field => field.Spellings)]));
        }
    }
}

/// <summary>What a schema needs to know of a table.</summary>
internal interface IFieldTable
{
    /// <summary>The fields that are not refused, by each of their spellings in snake_case.</summary>
    IEnumerable<(string Spelling, Shape Shape)> Supported { get; }
}

/// <summary>A field as a file gives it.</summary>
internal readonly record struct GivenField(YamlEntry Entry, FieldPath Path);
