using System.Linq.Expressions;
using Hangfire.Common;

namespace Hangfire;

/// <summary>Short forms for methods of a class that is activated later.</summary>
public static partial class RecurringJobManagerExtensions
{
    public static void AddOrUpdate<T>(this IRecurringJobManager manager, string recurringJobId, Expression<Action<T>> methodCall, Func<string> cronExpression) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression(), new RecurringJobOptions());

    public static void AddOrUpdate<T>(this IRecurringJobManager manager, string recurringJobId, Expression<Action<T>> methodCall, Func<string> cronExpression, RecurringJobOptions options) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression(), options);

    public static void AddOrUpdate<T>(this IRecurringJobManager manager, string recurringJobId, Expression<Action<T>> methodCall, string cronExpression) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression, new RecurringJobOptions());

    public static void AddOrUpdate<T>(this IRecurringJobManager manager, string recurringJobId, Expression<Action<T>> methodCall, string cronExpression, RecurringJobOptions options) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression, options);

    public static void AddOrUpdate<T>(this IRecurringJobManager manager, string recurringJobId, Expression<Func<T, Task>> methodCall, Func<string> cronExpression) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression(), new RecurringJobOptions());

    public static void AddOrUpdate<T>(this IRecurringJobManager manager, string recurringJobId, Expression<Func<T, Task>> methodCall, Func<string> cronExpression, RecurringJobOptions options) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression(), options);

    public static void AddOrUpdate<T>(this IRecurringJobManager manager, string recurringJobId, Expression<Func<T, Task>> methodCall, string cronExpression) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression, new RecurringJobOptions());

    public static void AddOrUpdate<T>(this IRecurringJobManager manager, string recurringJobId, Expression<Func<T, Task>> methodCall, string cronExpression, RecurringJobOptions options) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression, options);

    public static void AddOrUpdate<T>(this IRecurringJobManager manager, string recurringJobId, string queue, Expression<Action<T>> methodCall, Func<string> cronExpression) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall, queue), cronExpression(), new RecurringJobOptions());

    public static void AddOrUpdate<T>(this IRecurringJobManager manager, string recurringJobId, string queue, Expression<Action<T>> methodCall, Func<string> cronExpression, RecurringJobOptions options) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall, queue), cronExpression(), options);

    public static void AddOrUpdate<T>(this IRecurringJobManager manager, string recurringJobId, string queue, Expression<Action<T>> methodCall, string cronExpression) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall, queue), cronExpression, new RecurringJobOptions());

    public static void AddOrUpdate<T>(this IRecurringJobManager manager, string recurringJobId, string queue, Expression<Action<T>> methodCall, string cronExpression, RecurringJobOptions options) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall, queue), cronExpression, options);

    public static void AddOrUpdate<T>(this IRecurringJobManager manager, string recurringJobId, string queue, Expression<Func<T, Task>> methodCall, Func<string> cronExpression) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall, queue), cronExpression(), new RecurringJobOptions());

    public static void AddOrUpdate<T>(this IRecurringJobManager manager, string recurringJobId, string queue, Expression<Func<T, Task>> methodCall, Func<string> cronExpression, RecurringJobOptions options) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall, queue), cronExpression(), options);

    public static void AddOrUpdate<T>(this IRecurringJobManager manager, string recurringJobId, string queue, Expression<Func<T, Task>> methodCall, string cronExpression) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall, queue), cronExpression, new RecurringJobOptions());

    public static void AddOrUpdate<T>(this IRecurringJobManager manager, string recurringJobId, string queue, Expression<Func<T, Task>> methodCall, string cronExpression, RecurringJobOptions options) =>
        manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall, queue), cronExpression, options);
}
