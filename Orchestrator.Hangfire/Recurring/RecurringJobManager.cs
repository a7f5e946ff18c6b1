using Hangfire.Client;
using Hangfire.Common;
using Hangfire.PostgreSql;
using Hangfire.Recurring;

namespace Hangfire;

/// <summary>Keeps recurring jobs in a storage. Safe to share between threads, and to call in many processes at once.</summary>
public class RecurringJobManager : IRecurringJobManagerV2
{
    private readonly PostgreSqlStorage storage;
    private readonly ITimeZoneResolver timeZoneResolver;
    private readonly Func<DateTime>? nowFactory;
    private readonly RecurringJobTable table;
    private readonly RecurringJobLauncher launcher;

    public RecurringJobManager()
        : this(JobStorage.Current)
    {
    }

    public RecurringJobManager(JobStorage storage)
        : this(storage, JobFilterProviders.Providers)
    {
    }

    public RecurringJobManager(JobStorage storage, IJobFilterProvider filterProvider)
        : this(storage, filterProvider, new DefaultTimeZoneResolver())
    {
    }

    public RecurringJobManager(JobStorage storage, IJobFilterProvider filterProvider, ITimeZoneResolver timeZoneResolver)
        : this(storage, new BackgroundJobFactory(filterProvider), timeZoneResolver)
    {
    }

    /// <summary>A manager with a clock of its own in place of the database's.</summary>
    public RecurringJobManager(JobStorage storage, IJobFilterProvider filterProvider, ITimeZoneResolver timeZoneResolver, Func<DateTime> nowFactory)
        : this(storage, new BackgroundJobFactory(filterProvider), timeZoneResolver)
    {
        ArgumentNullException.ThrowIfNull(nowFactory);
        this.nowFactory = nowFactory;
    }

    public RecurringJobManager(JobStorage storage, IBackgroundJobFactory factory)
        : this(storage, factory, new DefaultTimeZoneResolver())
    {
    }

    /// <summary>A manager of <paramref name="storage"/>.</summary>
    /// <exception cref="NotSupportedException">The storage is not <see cref="PostgreSqlStorage"/>.</exception>
    public RecurringJobManager(JobStorage storage, IBackgroundJobFactory factory, ITimeZoneResolver timeZoneResolver)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(factory);
        ArgumentNullException.ThrowIfNull(timeZoneResolver);
        this.storage = storage as PostgreSqlStorage
            ?? throw new NotSupportedException($"Recurring jobs are kept in {nameof(PostgreSqlStorage)} only.");
        this.timeZoneResolver = timeZoneResolver;
        table = new(this.storage);
        launcher = new(this.storage, table, factory);
    }

    public JobStorage Storage => storage;

    /// <inheritdoc/>
    public void AddOrUpdate(string recurringJobId, Job job, string cronExpression, RecurringJobOptions options)
    {
        ArgumentNullException.ThrowIfNull(recurringJobId);
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(cronExpression);
        ArgumentNullException.ThrowIfNull(options);
        var schedule = RecurringSchedule.Create(cronExpression, options.TimeZone.Id, timeZoneResolver);
        Retry(recurringJobId, (entity, now) =>
        {
            if (entity.Define(job, cronExpression, options.TimeZone.Id, options, now)) entity.ScheduleAt(schedule.After(now));
            table.Save(entity);
            return true;
        });
        storage.Signals.WakeRecurring();
    }

    /// <inheritdoc/>
    public void Trigger(string recurringJobId) => TriggerJob(recurringJobId);

    /// <inheritdoc/>
    /// <exception cref="JobLoadException">This process does not know the job's class or method.</exception>
    public string? TriggerJob(string recurringJobId)
    {
        ArgumentNullException.ThrowIfNull(recurringJobId);
        return Retry(recurringJobId, (entity, now) => entity.StoredScore is null
            ? null
            : launcher.Launch(entity, entity.LoadJob(), now, now, "Triggered using recurring job manager"));
    }

    [Obsolete("Use TriggerJob.")]
    public string? TriggerExecution(string recurringJobId) => TriggerJob(recurringJobId);

    /// <inheritdoc/>
    public void RemoveIfExists(string recurringJobId)
    {
        ArgumentNullException.ThrowIfNull(recurringJobId);
        table.Remove(recurringJobId);
    }

    /// <summary>Decides anew where somebody else has written meanwhile.</summary>
    private T Retry<T>(string id, Func<RecurringJobEntity, DateTime, T> action)
    {
        while (true)
        {
            var (entity, now) = table.Find(id);
            try
            {
                return action(entity, nowFactory is null ? now : DateTime.SpecifyKind(nowFactory(), DateTimeKind.Utc));
            }
            catch (JobMovedException)
            {
                // A scheduler or another process was faster.
            }
        }
    }
}
