using Hangfire.PostgreSql;

namespace Hangfire.Server;

/// <summary>
/// The queues of a server without those that are paused (members of the set <c>queues:paused</c>). It looks at the set
/// beside the claims, which stay the statement that they are.
/// </summary>
internal sealed class ServedQueues
{
    /// <summary>How long a pause or its end may take to be seen.</summary>
    public static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(5);

    private readonly Database database;
    private readonly string[] all;
    private readonly Signal jobs;
    private volatile string[] open;

    /// <summary>All of them, until it has looked; <paramref name="jobs"/> is signalled when one is opened again.</summary>
    public ServedQueues(Database database, string[] all, Signal jobs) => (this.database, this.all, this.jobs, open) = (database, all, jobs, all);

    /// <summary>In the server's order.</summary>
    public string[] Open => open;

    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var paused = await database.QueryAsync("GetPausedQueues", static row => row.GetString(0), cancellationToken).ConfigureAwait(false);
        var before = open;
        open = paused.Count == 0 ? all : Array.FindAll(all, queue => !paused.Contains(queue));
        if (open.Length > before.Length) jobs.Set();
    }
}
