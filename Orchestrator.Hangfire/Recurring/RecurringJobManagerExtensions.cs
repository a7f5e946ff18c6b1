using System.Linq.Expressions;
using Hangfire.Common;

namespace Hangfire;

/// <summary>Short forms of adding and changing recurring jobs. A cron expression that is a function is asked now.</summary>
public static partial class RecurringJobManagerExtensions
{
    public static void AddOrUpdate(this IRecurringJobManager manager, string recurringJobId, Job job, string cronExpression) =>
        manager.AddOrUpdate(recurringJobId, job, cronExpression, new RecurringJobOptions());

    public static void AddOrUpdate(this IRecurringJobManager manager, string recurringJobId, Expression<Action> methodCall, Func<string> cronExpression) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression(), new RecurringJobOptions());

    public static void AddOrUpdate(this IRecurringJobManager manager, string recurringJobId, Expression<Action> methodCall, Func<string> cronExpression, RecurringJobOptions options) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression(), options);

    public static void AddOrUpdate(this IRecurringJobManager manager, string recurringJobId, Expression<Action> methodCall, string cronExpression) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression, new RecurringJobOptions());

    public static void AddOrUpdate(this IRecurringJobManager manager, string recurringJobId, Expression<Action> methodCall, string cronExpression, RecurringJobOptions options) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression, options);

    public static void AddOrUpdate(this IRecurringJobManager manager, string recurringJobId, Expression<Func<Task>> methodCall, Func<string> cronExpression) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression(), new RecurringJobOptions());

    public static void AddOrUpdate(this IRecurringJobManager manager, string recurringJobId, Expression<Func<Task>> methodCall, Func<string> cronExpression, RecurringJobOptions options) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression(), options);

    public static void AddOrUpdate(this IRecurringJobManager manager, string recurringJobId, Expression<Func<Task>> methodCall, string cronExpression) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression, new RecurringJobOptions());

    public static void AddOrUpdate(this IRecurringJobManager manager, string recurringJobId, Expression<Func<Task>> methodCall, string cronExpression, RecurringJobOptions options) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression, options);

    public static void AddOrUpdate(this IRecurringJobManager manager, string recurringJobId, string queue, Expression<Action> methodCall, Func<string> cronExpression) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall, queue), cronExpression(), new RecurringJobOptions());

    public static void AddOrUpdate(this IRecurringJobManager manager, string recurringJobId, string queue, Expression<Action> methodCall, Func<string> cronExpression, RecurringJobOptions options) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall, queue), cronExpression(), options);

    public static void AddOrUpdate(this IRecurringJobManager manager, string recurringJobId, string queue, Expression<Action> methodCall, string cronExpression) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall, queue), cronExpression, new RecurringJobOptions());

    public static void AddOrUpdate(this IRecurringJobManager manager, string recurringJobId, string queue, Expression<Action> methodCall, string cronExpression, RecurringJobOptions options) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall, queue), cronExpression, options);

    public static void AddOrUpdate(this IRecurringJobManager manager, string recurringJobId, string queue, Expression<Func<Task>> methodCall, Func<string> cronExpression) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall, queue), cronExpression(), new RecurringJobOptions());

    public static void AddOrUpdate(this IRecurringJobManager manager, string recurringJobId, string queue, Expression<Func<Task>> methodCall, Func<string> cronExpression, RecurringJobOptions options) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall, queue), cronExpression(), options);

    public static void AddOrUpdate(this IRecurringJobManager manager, string recurringJobId, string queue, Expression<Func<Task>> methodCall, string cronExpression) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall, queue), cronExpression, new RecurringJobOptions());

    public static void AddOrUpdate(this IRecurringJobManager manager, string recurringJobId, string queue, Expression<Func<Task>> methodCall, string cronExpression, RecurringJobOptions options) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall, queue), cronExpression, options);
}
