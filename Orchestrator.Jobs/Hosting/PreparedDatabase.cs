using Hangfire.PostgreSql;
using Microsoft.Extensions.Logging;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Hosting;

/// <summary>A database whose schemas are at this program's version, ready for the services on it.</summary>
internal sealed class PreparedDatabase : IAsyncDisposable
{
    private PreparedDatabase(Database database, Statements statements) => (Database, Statements) = (database, statements);

    /// <summary>Version of Hangfire's schema that the plain SQL of this program fits (schema.version).</summary>
    public const int HangfireSchemaVersion = 23;

    public Database Database { get; }

    public Statements Statements { get; }

    /// <summary>Migrates <c>hangfire</c> and <c>orchestrator</c>; ten processes may do so at once.</summary>
    /// <exception cref="MigrationException">The schema can't be brought to this program's version.</exception>
    public static async Task<PreparedDatabase> CreateAsync(
        string connectionString, ILogger logger, CancellationToken cancellationToken)
    {
        var database = Database.Open(connectionString);
        try
        {
            await MigrateAsync(database, logger, cancellationToken);
            return new PreparedDatabase(database, await Statements.CreateAsync(database.Source, cancellationToken));
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>Applies what is missing; returns how many migrations that were.</summary>
    public static Task<int> MigrateAsync(Database database, ILogger logger, CancellationToken cancellationToken)
    {
        var hangfire = new ForeignSchema($"hangfire {HangfireSchemaVersion}", async (connection, cancel) =>
        {
            await Task.Run(() => PostgreSqlObjectsInstaller.Install(connection, "hangfire"), cancel);
            await using var version = new Npgsql.NpgsqlCommand("select version from hangfire.schema", connection);
            var found = Convert.ToInt32(await version.ExecuteScalarAsync(cancel), System.Globalization.CultureInfo.InvariantCulture);
            if (found < HangfireSchemaVersion)
            {
                throw new MigrationException(
                    $"Schema hangfire has version {found}; this program needs {HangfireSchemaVersion}. Upgrade Hangfire.PostgreSql first.");
            }
        });
        return new Migrator(database.Source, Migration.Embedded, hangfire, logger).MigrateAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
