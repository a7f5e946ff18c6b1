using System.Reflection;
using Npgsql;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.PgCron;

/// <summary>The stand-in for pg_cron in a database: <c>pg_cron.sql</c>, which says what it does.</summary>
internal static class PgCronSchema
{
    private static readonly SqlResources Files = SqlResources.Of(Assembly.GetExecutingAssembly(), "Orchestrator.Jobs.PgCron.");

    /// <summary>
    /// Makes it, or brings it to this program's version, ten processes at once if need be. Needs Hangfire's tables. Where
    /// there is a schema <c>cron</c> of somebody else's, such as the real pg_cron, nothing is changed.
    /// </summary>
    public static async Task InstallAsync(string connectionString, CancellationToken cancellationToken)
    {
        // Not of the pool: what fails leaves its transaction open, which ends with the connection.
        var unpooled = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false };
        await using var connection = new NpgsqlConnection(unpooled.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(Files.Load("pg_cron"), connection);
        try
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException theirs) when (theirs.SqlState == PostgresErrorCodes.DuplicateSchema)
        {
            // The real one does what the stand-in would.
        }
    }
}
