using System.Data;
using Npgsql;

namespace Hangfire.PostgreSql;

/// <summary>Makes the tables of Hangfire.PostgreSql, where they are missing.</summary>
public static class PostgreSqlObjectsInstaller
{
    /// <summary>The version of the schema that both suppliers of this API know.</summary>
    internal const int SchemaVersion = 23;

    /// <summary>Makes the tables in <paramref name="schemaName"/>, once, however many processes ask for it at a time.</summary>
    /// <exception cref="InvalidOperationException">There are older tables there.</exception>
    public static void Install(NpgsqlConnection connection, string schemaName = "hangfire")
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentException.ThrowIfNullOrWhiteSpace(schemaName);
        if (connection.State != ConnectionState.Open) connection.Open();

        var sql = new SqlTexts(schemaName);
        using var transaction = connection.BeginTransaction();
        Execute("LockForInstall", sql.QuotedSchema);
        if (Execute("HasSchema", sql.QuotedSchema) is true) ThrowIfTooOld(Execute("GetSchemaVersion"), schemaName);
        else Execute("Install");
        transaction.Commit();

        object? Execute(string name, params string[] values)
        {
            using var command = new NpgsqlCommand(sql[name], connection, transaction);
            foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
            return command.ExecuteScalar();
        }
    }

    private static void ThrowIfTooOld(object? version, string schemaName)
    {
        if (version is int and >= SchemaVersion) return;
        throw new InvalidOperationException(
            $"The tables in the schema '{schemaName}' have version {version ?? "none"}, and version {SchemaVersion} is needed: let Hangfire.PostgreSql 1.21 upgrade them once.");
    }
}
