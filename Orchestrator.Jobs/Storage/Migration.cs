using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Jobs.Storage;

/// <summary>One numbered step of the schema: <c>Migrations/0001_runs.sql</c> is version 1, named <c>runs</c>.</summary>
internal sealed record Migration(int Version, string Name, string Sql)
{
    private const string Prefix = "Orchestrator.Jobs.Migrations.";

    /// <summary>As an error or a log names it.</summary>
    public string Title => $"{Version:0000}_{Name}";

    /// <summary>What was applied, whatever line endings a checkout gave it.</summary>
    public string Checksum =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));

    /// <summary>The migrations of this program, in order.</summary>
    public static IReadOnlyList<Migration> Embedded { get; } = From(SqlResources.Of(Assembly.GetExecutingAssembly(), Prefix));

    /// <summary>Reads migrations from files named <c>NNNN_name.sql</c>.</summary>
    /// <exception cref="InvalidOperationException">The numbers are not 1, 2, 3 and so on.</exception>
    public static IReadOnlyList<Migration> From(SqlResources files)
    {
        List<Migration> migrations = [.. files.Names.Order(StringComparer.Ordinal).Select(name => Parse(name, files.Load(name)))];
        for (var index = 0; index < migrations.Count; index++)
        {
            if (migrations[index].Version != index + 1)
            {
                throw new InvalidOperationException(
                    $"Migrations are numbered without gaps: {migrations[index].Title} should be number {index + 1:0000}.");
            }
        }

        return migrations;
    }

    private static Migration Parse(string name, string sql)
    {
        var parts = name.Split('_', 2);
        return parts is [{ Length: 4 } number, { Length: > 0 } title]
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? new Migration(version, title, sql)
            : throw new InvalidOperationException($"{name}.sql is no migration: they are named like 0001_runs.sql.");
    }
}

/// <summary>The schema can't be brought to what this program needs; the message says why.</summary>
internal sealed class MigrationException(string message, Exception? inner = null) : Exception(message, inner);
