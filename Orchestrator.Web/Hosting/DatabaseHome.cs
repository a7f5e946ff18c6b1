using Orchestrator.Jobs.Storage.Embedded;

namespace Orchestrator.Web.Hosting;

/// <summary>Where the database is: the configured one, or the service's own, which lives as long as this.</summary>
internal sealed class DatabaseHome : IAsyncDisposable
{
    private readonly EmbeddedPostgres? _embedded;

    private DatabaseHome(string connectionString, EmbeddedPostgres? embedded) =>
        (ConnectionString, _embedded) = (connectionString, embedded);

    public string ConnectionString { get; }

    /// <summary>The service brought its own PostgreSQL.</summary>
    public bool IsEmbedded => _embedded is not null;

    /// <summary>Finds the database, or starts one.</summary>
    /// <exception cref="EmbeddedPostgresException">There is none and none can be started; the message says what to do.</exception>
    public static async Task<DatabaseHome> OpenAsync(ServiceSettings settings, ILogger logger, CancellationToken cancellationToken)
    {
        if (settings.ConnectionString is { } configured)
        {
            return new DatabaseHome(configured, null);
        }

        var embedded = await EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions { DataFolder = Path.Combine(settings.Folders.Data, "postgres") }, logger, cancellationToken);
        return new DatabaseHome(embedded.ConnectionString, embedded);
    }

    public ValueTask DisposeAsync() => _embedded?.DisposeAsync() ?? ValueTask.CompletedTask;
}
