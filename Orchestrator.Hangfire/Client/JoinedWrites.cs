using Hangfire.PostgreSql;

namespace Hangfire.Client;

/// <summary>Writes that are committed with a new job, whose id they need.</summary>
internal sealed class JoinedWrites(Action<PostgreSqlWriteOnlyTransaction, string> addTo)
{
    /// <summary>Whether they were committed.</summary>
    public bool AreWritten { get; private set; }

    public void AddTo(PostgreSqlWriteOnlyTransaction transaction, string jobId) => addTo(transaction, jobId);

    public void Written() => AreWritten = true;
}
