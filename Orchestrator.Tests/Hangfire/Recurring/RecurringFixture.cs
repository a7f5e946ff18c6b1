using Hangfire;
using Hangfire.Client;
using Hangfire.Common;
using Hangfire.PostgreSql;
using Hangfire.Server;
using Hangfire.Storage;
using Orchestrator.Tests.Hangfire.Support;

namespace Orchestrator.Tests.Hangfire.Recurring;

/// <summary>Recurring jobs whose time is driven by their rows: a scheduler's pass is a call, nothing waits.</summary>
internal abstract class RecurringFixture : HangfireFixture
{
    protected RecurringJobManager Manager => new(Storage);

    protected static Job Call(string key = "key") => Job.FromExpression<TestJobs>(jobs => jobs.Touch(key));

    /// <summary>One look of a scheduler, and what it does then.</summary>
    protected void Pass(PostgreSqlStorage? storage = null) => new RecurringJobScheduler(new BackgroundJobFactory(), TimeSpan.Zero).Execute(new(
        "server", storage ?? Storage, new Dictionary<string, object>(), Guid.NewGuid(), CancellationToken.None, CancellationToken.None, CancellationToken.None));

    /// <summary>Lets an occurrence be due, as if it had come at that time.</summary>
    protected void SetDue(string id, DateTime occurrence)
    {
        Execute("update hangfire.set set score = $2 where key = 'recurring-jobs' and value = $1", id, (double)JobHelper.ToTimestamp(occurrence));
        Execute("update hangfire.hash set value = $2 where key = 'recurring-job:' || $1 and field = 'NextExecution'", id, JobHelper.SerializeDateTime(occurrence));
    }

    /// <summary>Lets what is to be tried again be due now.</summary>
    protected void BringForward(string id) =>
        Execute("update hangfire.set set score = floor(extract(epoch from now())) where key = 'recurring-jobs' and value = $1", id);

    protected void SetField(string id, string field, string value) =>
        Execute("update hangfire.hash set value = $3 where key = 'recurring-job:' || $1 and field = $2", id, field, value);

    protected double Score(string id) => Scalar<double>("select score from hangfire.set where key = 'recurring-jobs' and value = $1", id);

    protected Dictionary<string, string> Fields(string id)
    {
        using var connection = Storage.GetConnection();
        return connection.GetAllEntriesFromHash($"recurring-job:{id}") ?? [];
    }

    protected RecurringJobDto Shown(string id)
    {
        using var connection = Storage.GetConnection();
        return connection.GetRecurringJobs([id]).Single();
    }

    /// <summary>The database's time in whole seconds, as occurrences are.</summary>
    protected DateTime Now() => Scalar<DateTime>("select date_trunc('second', now())");
}
