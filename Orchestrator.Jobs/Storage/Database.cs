using Npgsql;

namespace Orchestrator.Jobs.Storage;

/// <summary>The service's database: one pool, its names found in schema <c>orchestrator</c>, statements prepared by use.</summary>
internal sealed class Database : IAsyncDisposable
{
    private Database(string connectionString, NpgsqlDataSource source) => (ConnectionString, Source) = (connectionString, source);

    /// <summary>With its password; for connections outside the pool.</summary>
    public string ConnectionString { get; }

    public NpgsqlDataSource Source { get; }

    /// <exception cref="ArgumentException">It is no connection string.</exception>
    public static Database Open(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            SearchPath = "orchestrator,public",
            ApplicationName = "orchestrator",
            MaxAutoPrepare = 60,
            AutoPrepareMinUsages = 2,
            // Nothing here leaves a session changed, so there is nothing to reset between two uses: eight statements less each.
            NoResetOnClose = true,
            Enlist = false,
        };

        // The hot statements are large and their rows are found by key, however many there are: a plan made anew for each
        // call costs as much as running it, and takes a short table for worth scanning while it grows under it.
        settings.Options = $"{settings.Options} -c plan_cache_mode=force_generic_plan".TrimStart();
        return new Database(settings.ConnectionString, NpgsqlDataSource.Create(settings));
    }

    public ValueTask DisposeAsync() => Source.DisposeAsync();
}
