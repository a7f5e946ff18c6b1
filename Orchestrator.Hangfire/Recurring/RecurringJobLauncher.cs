using Hangfire.Client;
using Hangfire.Common;
using Hangfire.PostgreSql;

namespace Hangfire.Recurring;

/// <summary>
/// Makes a job of a recurring one. The job and what changes in the recurring one are one transaction, fenced by the place
/// that was read: of all who try the same occurrence, one makes the job.
/// </summary>
internal sealed class RecurringJobLauncher(PostgreSqlStorage storage, RecurringJobTable table, IBackgroundJobFactory factory)
{
    /// <summary>The job's id; null: a filter has prevented it, and only the schedule goes on.</summary>
    /// <exception cref="JobMovedException">Somebody else was faster.</exception>
    public string? Launch(RecurringJobEntity entity, Job job, DateTime occurrence, DateTime now, string reason)
    {
        var joined = new JoinedWrites((transaction, id) =>
        {
            entity.Executed(now, id);
            table.AddTo(transaction, entity);
        });
        using var connection = storage.GetConnection();
        var parameters = new Dictionary<string, object?> { ["RecurringJobId"] = entity.Id, ["Time"] = JobHelper.ToTimestamp(occurrence) };
        var context = new CreateContext(storage, connection, job, entity.Enqueued(job, reason), parameters) { Joined = joined };
        var created = factory.Create(context);
        if (joined.AreWritten) return created?.Id;

        // A filter said no, or a factory of the application's own stores jobs in its own way.
        if (created is not null) entity.Executed(now, created.Id);
        table.Save(entity);
        return created?.Id;
    }
}
