using Hangfire.Logging;
using Hangfire.PostgreSql;
using Hangfire.Server;
using Hangfire.States;

namespace Hangfire.Recurring;

/// <summary>
/// Makes the jobs of recurring ones that are due. One scheduler of a database does it at a time, so that filters are asked
/// once; that each occurrence is fired once does not depend on it. A recurring job that fails is tried again a few times,
/// then waits for its next occurrence, if it has one; the others don't notice.
/// </summary>
internal sealed class RecurringPass(
    PostgreSqlStorage storage, RecurringJobTable table, RecurringJobLauncher launcher, ITimeZoneResolver timeZoneResolver, TimeSpan misfireThreshold)
{
    private const int BatchSize = 100, MaxRetries = 5;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(15), WhileAnotherWorks = TimeSpan.FromSeconds(1);

    private readonly ILog log = LogProvider.For<RecurringJobScheduler>();

    /// <summary>Fires what is due; returns the time until something is again, null: nothing is scheduled.</summary>
    public TimeSpan? Run(CancellationToken stopping)
    {
        var (due, next) = table.Look(BatchSize);
        if (due.Count == 0) return next;
        using var held = TryLock();
        if (held is null) return WhileAnotherWorks;
        while (true)
        {
            (due, next) = table.Look(BatchSize);
            if (due.Count == 0) return next;
            foreach (var (entity, now) in due)
            {
                stopping.ThrowIfCancellationRequested();
                FireOrFail(entity, now);
            }
        }
    }

    private IDisposable? TryLock()
    {
        try
        {
            return storage.Locks.Acquire("recurring-jobs:lock", TimeSpan.Zero);
        }
        catch (PostgreSqlDistributedLockException)
        {
            return null;
        }
    }

    private void FireOrFail(RecurringJobEntity entity, DateTime now)
    {
        try
        {
            Fire(entity, now);
        }
        catch (JobMovedException)
        {
            // It was changed, triggered or removed meanwhile: whatever is due then is seen at the next look.
        }
        catch (Exception failure)
        {
            log.ErrorException($"The recurring job '{entity.Id}' could not be enqueued.", failure);
            Fail(entity.Unchanged(), failure, now);
        }
    }

    private void Fire(RecurringJobEntity entity, DateTime now)
    {
        if (entity.Job is null && entity.Cron is null)
        {
            // Its place was left behind.
            table.Remove(entity.Id);
            return;
        }

        var schedule = RecurringSchedule.Create(entity.Cron, entity.TimeZoneId, timeZoneResolver);
        var occurrence = entity.Due;
        var isMissed = entity.Misfire == MisfireHandlingMode.Ignorable && entity.RetryAttempt == 0 && now - occurrence > misfireThreshold;
        entity.ScheduleAt(schedule.After(entity.Misfire == MisfireHandlingMode.Strict ? occurrence : now));
        if (isMissed) table.Save(entity);
        else launcher.Launch(entity, entity.LoadJob(), occurrence, now, "Triggered by recurring job scheduler");
    }

    private void Fail(RecurringJobEntity entity, Exception failure, DateTime now)
    {
        var attempt = entity.RetryAttempt + 1;
        if (attempt <= MaxRetries) entity.RetryAt(now + attempt * RetryDelay, attempt);
        else entity.ScheduleAt(NextOrNone(entity, now));
        entity.Fail(StateRow.Clean(failure.ToString()));
        try
        {
            table.Save(entity);
        }
        catch (JobMovedException)
        {
            // As above.
        }
    }

    private DateTime? NextOrNone(RecurringJobEntity entity, DateTime now)
    {
        try
        {
            return RecurringSchedule.Create(entity.Cron, entity.TimeZoneId, timeZoneResolver).After(now);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
