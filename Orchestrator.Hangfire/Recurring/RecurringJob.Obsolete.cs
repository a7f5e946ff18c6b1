using System.Linq.Expressions;
using Hangfire.Common;
using Hangfire.States;

namespace Hangfire;

/// <summary>The older forms.</summary>
public static partial class RecurringJob
{
    [Obsolete("Give the recurring job an id.")]
    public static void AddOrUpdate(Expression<Action> methodCall, Func<string> cronExpression, RecurringJobOptions options) =>
        AddUnnamed(Job.FromExpression(methodCall), cronExpression(), options);

    [Obsolete("Give the recurring job an id.")]
    public static void AddOrUpdate(Expression<Action> methodCall, Func<string> cronExpression, TimeZoneInfo? timeZone = null, string queue = EnqueuedState.DefaultQueue) =>
        AddUnnamed(Job.FromExpression(methodCall), cronExpression(), Zoned(timeZone, queue));

    [Obsolete("Give the recurring job an id.")]
    public static void AddOrUpdate(Expression<Action> methodCall, string cronExpression, RecurringJobOptions options) =>
        AddUnnamed(Job.FromExpression(methodCall), cronExpression, options);

    [Obsolete("Give the recurring job an id.")]
    public static void AddOrUpdate(Expression<Action> methodCall, string cronExpression, TimeZoneInfo? timeZone = null, string queue = EnqueuedState.DefaultQueue) =>
        AddUnnamed(Job.FromExpression(methodCall), cronExpression, Zoned(timeZone, queue));

    [Obsolete("Give the recurring job an id.")]
    public static void AddOrUpdate(Expression<Func<Task>> methodCall, Func<string> cronExpression, RecurringJobOptions options) =>
        AddUnnamed(Job.FromExpression(methodCall), cronExpression(), options);

    [Obsolete("Give the recurring job an id.")]
    public static void AddOrUpdate(Expression<Func<Task>> methodCall, Func<string> cronExpression, TimeZoneInfo? timeZone = null, string queue = EnqueuedState.DefaultQueue) =>
        AddUnnamed(Job.FromExpression(methodCall), cronExpression(), Zoned(timeZone, queue));

    [Obsolete("Give the recurring job an id.")]
    public static void AddOrUpdate(Expression<Func<Task>> methodCall, string cronExpression, RecurringJobOptions options) =>
        AddUnnamed(Job.FromExpression(methodCall), cronExpression, options);

    [Obsolete("Give the recurring job an id.")]
    public static void AddOrUpdate(Expression<Func<Task>> methodCall, string cronExpression, TimeZoneInfo? timeZone = null, string queue = EnqueuedState.DefaultQueue) =>
        AddUnnamed(Job.FromExpression(methodCall), cronExpression, Zoned(timeZone, queue));

    [Obsolete("Give the time zone in RecurringJobOptions, the queue as an argument of its own.")]
    public static void AddOrUpdate(string recurringJobId, Expression<Action> methodCall, Func<string> cronExpression, TimeZoneInfo? timeZone = null, string queue = EnqueuedState.DefaultQueue) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression(), Zoned(timeZone, queue));

    [Obsolete("Give the time zone in RecurringJobOptions, the queue as an argument of its own.")]
    public static void AddOrUpdate(string recurringJobId, Expression<Action> methodCall, string cronExpression, TimeZoneInfo? timeZone = null, string queue = EnqueuedState.DefaultQueue) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression, Zoned(timeZone, queue));

    [Obsolete("Give the time zone in RecurringJobOptions, the queue as an argument of its own.")]
    public static void AddOrUpdate(string recurringJobId, Expression<Func<Task>> methodCall, Func<string> cronExpression, TimeZoneInfo? timeZone = null, string queue = EnqueuedState.DefaultQueue) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression(), Zoned(timeZone, queue));

    [Obsolete("Give the time zone in RecurringJobOptions, the queue as an argument of its own.")]
    public static void AddOrUpdate(string recurringJobId, Expression<Func<Task>> methodCall, string cronExpression, TimeZoneInfo? timeZone = null, string queue = EnqueuedState.DefaultQueue) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression, Zoned(timeZone, queue));

    [Obsolete("Give the recurring job an id.")]
    public static void AddOrUpdate<T>(Expression<Action<T>> methodCall, Func<string> cronExpression, RecurringJobOptions options) =>
        AddUnnamed(Job.FromExpression(methodCall), cronExpression(), options);

    [Obsolete("Give the recurring job an id.")]
    public static void AddOrUpdate<T>(Expression<Action<T>> methodCall, Func<string> cronExpression, TimeZoneInfo? timeZone = null, string queue = EnqueuedState.DefaultQueue) =>
        AddUnnamed(Job.FromExpression(methodCall), cronExpression(), Zoned(timeZone, queue));

    [Obsolete("Give the recurring job an id.")]
    public static void AddOrUpdate<T>(Expression<Action<T>> methodCall, string cronExpression, RecurringJobOptions options) =>
        AddUnnamed(Job.FromExpression(methodCall), cronExpression, options);

    [Obsolete("Give the recurring job an id.")]
    public static void AddOrUpdate<T>(Expression<Action<T>> methodCall, string cronExpression, TimeZoneInfo? timeZone = null, string queue = EnqueuedState.DefaultQueue) =>
        AddUnnamed(Job.FromExpression(methodCall), cronExpression, Zoned(timeZone, queue));

    [Obsolete("Give the recurring job an id.")]
    public static void AddOrUpdate<T>(Expression<Func<T, Task>> methodCall, Func<string> cronExpression, RecurringJobOptions options) =>
        AddUnnamed(Job.FromExpression(methodCall), cronExpression(), options);

    [Obsolete("Give the recurring job an id.")]
    public static void AddOrUpdate<T>(Expression<Func<T, Task>> methodCall, Func<string> cronExpression, TimeZoneInfo? timeZone = null, string queue = EnqueuedState.DefaultQueue) =>
        AddUnnamed(Job.FromExpression(methodCall), cronExpression(), Zoned(timeZone, queue));

    [Obsolete("Give the recurring job an id.")]
    public static void AddOrUpdate<T>(Expression<Func<T, Task>> methodCall, string cronExpression, RecurringJobOptions options) =>
        AddUnnamed(Job.FromExpression(methodCall), cronExpression, options);

    [Obsolete("Give the recurring job an id.")]
    public static void AddOrUpdate<T>(Expression<Func<T, Task>> methodCall, string cronExpression, TimeZoneInfo? timeZone = null, string queue = EnqueuedState.DefaultQueue) =>
        AddUnnamed(Job.FromExpression(methodCall), cronExpression, Zoned(timeZone, queue));

    [Obsolete("Give the time zone in RecurringJobOptions, the queue as an argument of its own.")]
    public static void AddOrUpdate<T>(string recurringJobId, Expression<Action<T>> methodCall, Func<string> cronExpression, TimeZoneInfo? timeZone = null, string queue = EnqueuedState.DefaultQueue) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression(), Zoned(timeZone, queue));

    [Obsolete("Give the time zone in RecurringJobOptions, the queue as an argument of its own.")]
    public static void AddOrUpdate<T>(string recurringJobId, Expression<Action<T>> methodCall, string cronExpression, TimeZoneInfo? timeZone = null, string queue = EnqueuedState.DefaultQueue) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression, Zoned(timeZone, queue));

    [Obsolete("Give the time zone in RecurringJobOptions, the queue as an argument of its own.")]
    public static void AddOrUpdate<T>(string recurringJobId, Expression<Func<T, Task>> methodCall, Func<string> cronExpression, TimeZoneInfo? timeZone = null, string queue = EnqueuedState.DefaultQueue) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression(), Zoned(timeZone, queue));

    [Obsolete("Give the time zone in RecurringJobOptions, the queue as an argument of its own.")]
    public static void AddOrUpdate<T>(string recurringJobId, Expression<Func<T, Task>> methodCall, string cronExpression, TimeZoneInfo? timeZone = null, string queue = EnqueuedState.DefaultQueue) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression, Zoned(timeZone, queue));

    [Obsolete("Use TriggerJob.")]
    public static void Trigger(string recurringJobId) =>
        TriggerJob(recurringJobId);

    /// <summary>The options that the older forms have in parameters. No zone: UTC.</summary>
    internal static RecurringJobOptions Zoned(TimeZoneInfo? timeZone, string queue)
    {
        var options = new RecurringJobOptions { TimeZone = timeZone ?? TimeZoneInfo.Utc };
#pragma warning disable CS0618 // The queue of the older forms.
        options.QueueName = queue;
#pragma warning restore CS0618
        return options;
    }

    /// <summary>Its id are class and method.</summary>
    private static void AddUnnamed(Job job, string cronExpression, RecurringJobOptions options) =>
        Manager.AddOrUpdate(job.ToString(includeQueue: false), job, cronExpression, options);
}
