using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Reflection;

namespace Orchestrator.Jobs.Storage;

/// <summary>The statements of <c>Sql/**/*.sql</c>, each by the name of its file.</summary>
internal static class SqlText
{
    private static readonly SqlResources Resources = SqlResources.Of(typeof(SqlText).Assembly, "Orchestrator.Jobs.Sql.");

    /// <summary>The text of <c>name.sql</c>; with its folder (<c>Dispatch.Insert</c>) where two folders have one of that name.</summary>
    /// <exception cref="ArgumentException">There is none, or more than one.</exception>
    public static string Load(string name) => Resources.Load(name);
}

/// <summary>SQL files embedded under a prefix, read once each.</summary>
internal sealed class SqlResources(string prefix, IEnumerable<string> resources, Func<string, string> read)
{
    private const string Extension = ".sql";
    private readonly ConcurrentDictionary<string, string> _texts = new(StringComparer.Ordinal);
    private readonly FrozenSet<string> _names = resources
        .Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && name.EndsWith(Extension, StringComparison.Ordinal))
        .Select(name => name[prefix.Length..^Extension.Length])
        .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The names without prefix and extension, folders separated by dots.</summary>
    public IReadOnlyCollection<string> Names => _names;

    /// <summary>The SQL files of an assembly.</summary>
    public static SqlResources Of(Assembly assembly, string prefix) => new(prefix, assembly.GetManifestResourceNames(), resource =>
    {
        using var stream = assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    });

    /// <summary>The text of one file.</summary>
    public string Load(string name) => _texts.GetOrAdd(name, wanted => read(prefix + FullName(wanted) + Extension));

    private string FullName(string name)
    {
        if (_names.Contains(name))
        {
            return name;
        }

        var found = _names.Where(one => one.EndsWith("." + name, StringComparison.Ordinal)).ToList();
        return found switch
        {
            [var only] => only,
            [] => throw new ArgumentException($"There is no SQL file named {name}.", nameof(name)),
            _ => throw new ArgumentException($"{name} is one of {string.Join(", ", found.Order())}: name the folder too.", nameof(name)),
        };
    }
}
