using Dapper;
using Npgsql;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Locks;

/// <summary>
/// Locks that outlive a connection (<c>autonomous_execution_locks</c>, seed 000): held until released or expired, by the
/// database's clock alone. Expiry can't stop a holder that was paused and goes on; what it writes then is told from its
/// successor's by the fencing token, which is higher with each holder.
/// </summary>
internal sealed class LockStore(Database database)
{
    /// <summary>Takes a lock that is free or expired.</summary>
    /// <param name="tenant">Whose lock.</param>
    /// <param name="key">Its name, up to 255 characters.</param>
    /// <param name="owner">Who holds it then; one that holds it already gets its token again, and the new time.</param>
    /// <param name="ttl">For how long, unless it is renewed.</param>
    /// <param name="metadata">JSON that is shown with it.</param>
    /// <param name="transaction">The lock is taken if and only if it is committed; null: at once.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The fencing token; null: somebody else holds it.</returns>
    public Task<long?> TryAcquireAsync(
        string tenant, string key, string owner, TimeSpan ttl, string? metadata, NpgsqlTransaction? transaction, CancellationToken cancellationToken) =>
        WithAsync(transaction, connection => connection.QuerySingleOrDefaultAsync<long?>(Command(
            "AcquireLock", new { tenant, key, owner, ttl, metadata }, transaction, cancellationToken)), cancellationToken);

    /// <summary>Makes its time longer; false: it is another's now, or has expired.</summary>
    public Task<bool> RenewAsync(
        string tenant, string key, long token, TimeSpan ttl, NpgsqlTransaction? transaction, CancellationToken cancellationToken) =>
        WithAsync(transaction, async connection =>
            await connection.ExecuteAsync(Command("RenewLock", new { tenant, key, token, ttl }, transaction, cancellationToken)) == 1, cancellationToken);

    /// <summary>Gives it back; false: it was not held under this token any more.</summary>
    public Task<bool> ReleaseAsync(string tenant, string key, long token, NpgsqlTransaction? transaction, CancellationToken cancellationToken) =>
        WithAsync(transaction, async connection =>
            await connection.ExecuteAsync(Command("ReleaseLock", new { tenant, key, token }, transaction, cancellationToken)) == 1, cancellationToken);

    /// <summary>Locks that are held, by key, behind <paramref name="after"/>.</summary>
    public Task<IReadOnlyList<HeldLock>> ListAsync(string tenant, string? after, int limit, CancellationToken cancellationToken) =>
        WithAsync<IReadOnlyList<HeldLock>>(null, async connection =>
            [.. await connection.QueryAsync<HeldLock>(Command("ListLocks", new { tenant, after, limit }, null, cancellationToken))], cancellationToken);

    private static CommandDefinition Command(string statement, object values, NpgsqlTransaction? transaction, CancellationToken cancellationToken) =>
        new(SqlText.Load(statement), values, transaction, cancellationToken: cancellationToken);

    private async Task<T> WithAsync<T>(NpgsqlTransaction? transaction, Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        if (transaction?.Connection is { } theirs)
        {
            return await work(theirs);
        }

        await using var own = await database.Source.OpenConnectionAsync(cancellationToken);
        return await work(own);
    }
}
