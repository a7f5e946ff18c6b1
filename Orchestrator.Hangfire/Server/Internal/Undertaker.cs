using Hangfire.Logging;
using Hangfire.PostgreSql;

namespace Hangfire.Server;

/// <summary>
/// Finds servers that are dead and gives what they were performing back to the queues. One of ours is dead when its lock
/// is free at two looks in a row: a server that has only lost its connection takes the lock again in between.
/// </summary>
internal sealed class Undertaker(PostgreSqlStorage storage, string serverId)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan SecondLook = TimeSpan.FromSeconds(1.5);

    private readonly ILog log = LogProvider.For<BackgroundJobServer>();

    public async Task BuryDeadAsync(CancellationToken cancellationToken)
    {
        var suspects = await FindAsync(cancellationToken).ConfigureAwait(false);
        if (suspects.Count == 0) return;
        await Task.Delay(SecondLook, cancellationToken).ConfigureAwait(false);
        string[] dead = [.. suspects.Intersect(await FindAsync(cancellationToken).ConfigureAwait(false))];
        if (dead.Length == 0) return;

        var released = await storage.Database.ExecuteAsync("BuryServers", cancellationToken, (object)dead).ConfigureAwait(false);
        if (released > 0) storage.Signals.WakeAll();
        log.Warn($"Servers {string.Join(", ", dead)} are dead; {released} of their jobs were given back.");
    }

    /// <summary>Servers that hold no lock are the official supplier's; they go when their heartbeat stops.</summary>
    public Task RemoveTimedOutAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        storage.Database.ExecuteAsync("RemoveTimedOutServers", cancellationToken, timeout);

    private async Task<List<string>> FindAsync(CancellationToken cancellationToken)
    {
        var found = await storage.Database.QueryAsync("FindDeadServers", static row => row.GetString(0), cancellationToken).ConfigureAwait(false);
        found.Remove(serverId);
        return found;
    }
}
