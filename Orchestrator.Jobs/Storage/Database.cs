using Npgsql;

namespace Orchestrator.Jobs.Storage;

/// <summary>The service's database, its names found in schema <c>orchestrator</c>, statements prepared by use.</summary>
internal sealed class Database : IAsyncDisposable
{
    /// <summary>
    /// A plan is made once and kept, and one that was made while a table was short would read all of it each time, until the
    /// table has been analysed. Only a plain index scan marks what it finds dead, so that the turns of one step don't wade
    /// through the rows of those before.
    /// </summary>
    private const string ByKey =
        "-c enable_seqscan=off -c enable_bitmapscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c enable_material=off -c jit=off";

    private Database(string connectionString, NpgsqlDataSource source, NpgsqlDataSource keyed) =>
        (ConnectionString, Source, Keyed) = (connectionString, source, keyed);

    /// <summary>With its password; for connections outside the pool.</summary>
    public string ConnectionString { get; }

    public NpgsqlDataSource Source { get; }

    /// <summary>For the few hot statements that look up rows by their keys, one by one: claims, loads, recordings.</summary>
    public NpgsqlDataSource Keyed { get; }

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
        var keyed = new NpgsqlConnectionStringBuilder(settings.ConnectionString);
        keyed.Options = $"{keyed.Options} {ByKey}";
        return new Database(settings.ConnectionString, NpgsqlDataSource.Create(settings), NpgsqlDataSource.Create(keyed));
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await Keyed.DisposeAsync();
    }
}
