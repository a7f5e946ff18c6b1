using Microsoft.Extensions.Logging;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.PgCron;
using Orchestrator.Jobs.Storage.Embedded;

namespace Orchestrator.Jobs.Storage;

/// <summary>
/// Where the database is: the configured one, or a PostgreSQL of our own, which lives as long as this. Opened once,
/// before anything else of the orchestrator starts.
/// </summary>
internal sealed class DatabaseHome(OrchestratorOptions options, ProjectFolders folders, ILoggerFactory logging) : IAsyncDisposable
{
    private EmbeddedPostgres? _embedded;
    private Database? _database;

    /// <exception cref="InvalidOperationException">It has not been opened.</exception>
    public Database Database => _database ?? throw new InvalidOperationException(
        "The orchestrator's database is opened when the host starts: start the host first.");

    /// <summary>Finds the database, or starts one, and brings its schemas to this program's version; its own gets a stand-in for pg_cron too.</summary>
    /// <returns>How many migrations were applied.</returns>
    /// <exception cref="EmbeddedPostgresException">There is none and none can be started; the message says what to do.</exception>
    /// <exception cref="MigrationException">The schemas can't be brought to this program's version.</exception>
    public async Task<int> OpenAsync(CancellationToken cancellationToken)
    {
        var database = Database.Open(options.ConnectionString ?? await StartAsync(cancellationToken));
        try
        {
            var applied = await Schemas.MigrateAsync(database, logging.CreateLogger("Orchestrator.Migrations"), cancellationToken);
            if (_embedded is not null)
            {
                await PgCronSchema.InstallAsync(database.ConnectionString, cancellationToken);
            }

            _database = database;
            return applied;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await (_database?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_embedded?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private async Task<string> StartAsync(CancellationToken cancellationToken)
    {
        _embedded ??= await EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions { DataFolder = Path.Combine(folders.Data, "postgres") },
            logging.CreateLogger("Orchestrator.Postgres"),
            cancellationToken);
        return _embedded.ConnectionString;
    }
}
