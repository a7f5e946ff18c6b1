using System.Globalization;
using Hangfire.PostgreSql;

namespace Hangfire.Continuations;

/// <summary>A job that others are to wait for.</summary>
internal sealed class Antecedent
{
    private readonly long id;

    private Antecedent(long id, string? state) => (this.id, State) = (id, state);

    public string? State { get; }

    /// <summary>The job as it is now; null: there is none.</summary>
    public static Antecedent? Find(PostgreSqlStorage storage, string jobId) =>
        long.TryParse(jobId, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? storage.Database.Query("GetStateName", row => new Antecedent(id, JobRow.TextOrNull(row, 0)), id).FirstOrDefault()
            : null;

    /// <summary>Adds a child, on condition that the job has not ended by then.</summary>
    public void Add(PostgreSqlWriteOnlyTransaction transaction, Continuation child, IEnumerable<string> finalStates)
    {
        transaction.Add("RequireUnfinished", id, finalStates.ToArray());
        transaction.Add("AppendContinuation", id, child.ToJson());
    }
}
