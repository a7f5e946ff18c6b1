using System.Linq.Expressions;
using Hangfire.Common;
using Hangfire.States;

namespace Hangfire;

/// <summary>The older forms.</summary>
public static partial class RecurringJobManagerExtensions
{
    [Obsolete("Give the time zone in RecurringJobOptions, the queue as an argument of its own.")]
    public static void AddOrUpdate(this IRecurringJobManager manager, string recurringJobId, Job job, string cronExpression, TimeZoneInfo timeZone) =>
        manager.AddOrUpdate(recurringJobId, job, cronExpression, RecurringJob.Zoned(timeZone, EnqueuedState.DefaultQueue));

    [Obsolete("Give the time zone in RecurringJobOptions, the queue as an argument of its own.")]
    public static void AddOrUpdate(this IRecurringJobManager manager, string recurringJobId, Job job, string cronExpression, TimeZoneInfo timeZone, string queue) =>
        manager.AddOrUpdate(recurringJobId, job, cronExpression, RecurringJob.Zoned(timeZone, queue));

    [Obsolete("Give the time zone in RecurringJobOptions, the queue as an argument of its own.")]
    public static void AddOrUpdate(this IRecurringJobManager manager, string recurringJobId, Expression<Action> methodCall, Func<string> cronExpression, TimeZoneInfo? timeZone = null, string queue = EnqueuedState.DefaultQueue) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression(), RecurringJob.Zoned(timeZone, queue));

    [Obsolete("Give the time zone in RecurringJobOptions, the queue as an argument of its own.")]
    public static void AddOrUpdate(this IRecurringJobManager manager, string recurringJobId, Expression<Action> methodCall, string cronExpression, TimeZoneInfo? timeZone = null, string queue = EnqueuedState.DefaultQueue) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression, RecurringJob.Zoned(timeZone, queue));

    [Obsolete("Give the time zone in RecurringJobOptions, the queue as an argument of its own.")]
    public static void AddOrUpdate(this IRecurringJobManager manager, string recurringJobId, Expression<Func<Task>> methodCall, Func<string> cronExpression, TimeZoneInfo? timeZone = null, string queue = EnqueuedState.DefaultQueue) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression(), RecurringJob.Zoned(timeZone, queue));

    [Obsolete("Give the time zone in RecurringJobOptions, the queue as an argument of its own.")]
    public static void AddOrUpdate(this IRecurringJobManager manager, string recurringJobId, Expression<Func<Task>> methodCall, string cronExpression, TimeZoneInfo? timeZone = null, string queue = EnqueuedState.DefaultQueue) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression, RecurringJob.Zoned(timeZone, queue));

    [Obsolete("Give the time zone in RecurringJobOptions, the queue as an argument of its own.")]
    public static void AddOrUpdate<T>(this IRecurringJobManager manager, string recurringJobId, Expression<Action<T>> methodCall, Func<string> cronExpression, TimeZoneInfo? timeZone = null, string queue = EnqueuedState.DefaultQueue) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression(), RecurringJob.Zoned(timeZone, queue));

    [Obsolete("Give the time zone in RecurringJobOptions, the queue as an argument of its own.")]
    public static void AddOrUpdate<T>(this IRecurringJobManager manager, string recurringJobId, Expression<Action<T>> methodCall, string cronExpression, TimeZoneInfo? timeZone = null, string queue = EnqueuedState.DefaultQueue) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression, RecurringJob.Zoned(timeZone, queue));

    [Obsolete("Give the time zone in RecurringJobOptions, the queue as an argument of its own.")]
    public static void AddOrUpdate<T>(this IRecurringJobManager manager, string recurringJobId, Expression<Func<T, Task>> methodCall, Func<string> cronExpression, TimeZoneInfo? timeZone = null, string queue = EnqueuedState.DefaultQueue) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression(), RecurringJob.Zoned(timeZone, queue));

    [Obsolete("Give the time zone in RecurringJobOptions, the queue as an argument of its own.")]
    public static void AddOrUpdate<T>(this IRecurringJobManager manager, string recurringJobId, Expression<Func<T, Task>> methodCall, string cronExpression, TimeZoneInfo? timeZone = null, string queue = EnqueuedState.DefaultQueue) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression, RecurringJob.Zoned(timeZone, queue));
}
