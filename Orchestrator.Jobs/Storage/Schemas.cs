using System.Globalization;
using Hangfire.PostgreSql;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Orchestrator.Jobs.Storage;

/// <summary>The schemas <c>hangfire</c> and <c>orchestrator</c>, as this program's SQL expects them.</summary>
internal static class Schemas
{
    /// <summary>Version of Hangfire's schema that the plain SQL of this program fits (schema.version).</summary>
    public const int HangfireVersion = 23;

    private const string JobSequence = "hangfire.job_id_seq";
    private const string StateSequence = "hangfire.state_id_seq";

    /// <summary>Applies what is missing, ten processes at once if need be; returns how many migrations that were.</summary>
    /// <exception cref="MigrationException">The schemas can't be brought to this program's version.</exception>
    public static Task<int> MigrateAsync(Database database, ILogger logger, CancellationToken cancellationToken) => new Migrator(
        database.Source, Migration.Embedded, new ForeignSchema($"hangfire {HangfireVersion}", InstallHangfireAsync), logger)
        .MigrateAsync(cancellationToken);

    private static async Task InstallHangfireAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await Task.Run(() => PostgreSqlObjectsInstaller.Install(connection, "hangfire"), cancellationToken);
        await using var version = new NpgsqlCommand("select version from hangfire.schema", connection);
        var found = Convert.ToInt32(await version.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
        if (found < HangfireVersion)
        {
            throw new MigrationException(
                $"Schema hangfire has version {found}; this program needs {HangfireVersion}. Upgrade Hangfire.PostgreSql first.");
        }

        await CheckSequencesAsync(connection, cancellationToken);
    }

    /// <summary>Our statements draw the ids of Hangfire's jobs and states by these names.</summary>
    private static async Task CheckSequencesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SqlText.Load("HangfireSequences"), connection);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        var (job, state) = (Name(row, 0), Name(row, 1));
        if (job != JobSequence || state != StateSequence)
        {
            throw new MigrationException(
                $"The ids of Hangfire's jobs and states come from {job} and {state} in this database; this program needs {JobSequence} " +
                $"and {StateSequence}. Rename them: alter sequence … rename to ….");
        }
    }

    private static string Name(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? "nowhere" : row.GetString(column);
}
