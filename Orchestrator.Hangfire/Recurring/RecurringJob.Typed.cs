using System.Linq.Expressions;
using Hangfire.Common;

namespace Hangfire;

/// <summary>Recurring jobs whose methods are of a class that is activated later.</summary>
public static partial class RecurringJob
{
    public static void AddOrUpdate<T>(string recurringJobId, Expression<Action<T>> methodCall, Func<string> cronExpression) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression(), new RecurringJobOptions());

    public static void AddOrUpdate<T>(string recurringJobId, Expression<Action<T>> methodCall, Func<string> cronExpression, RecurringJobOptions options) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression(), options);

    public static void AddOrUpdate<T>(string recurringJobId, Expression<Action<T>> methodCall, string cronExpression) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression, new RecurringJobOptions());

    public static void AddOrUpdate<T>(string recurringJobId, Expression<Action<T>> methodCall, string cronExpression, RecurringJobOptions options) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression, options);

    public static void AddOrUpdate<T>(string recurringJobId, Expression<Func<T, Task>> methodCall, Func<string> cronExpression) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression(), new RecurringJobOptions());

    public static void AddOrUpdate<T>(string recurringJobId, Expression<Func<T, Task>> methodCall, Func<string> cronExpression, RecurringJobOptions options) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression(), options);

    public static void AddOrUpdate<T>(string recurringJobId, Expression<Func<T, Task>> methodCall, string cronExpression) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression, new RecurringJobOptions());

    public static void AddOrUpdate<T>(string recurringJobId, Expression<Func<T, Task>> methodCall, string cronExpression, RecurringJobOptions options) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression, options);

    public static void AddOrUpdate<T>(string recurringJobId, string queue, Expression<Action<T>> methodCall, Func<string> cronExpression) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall, queue), cronExpression(), new RecurringJobOptions());

    public static void AddOrUpdate<T>(string recurringJobId, string queue, Expression<Action<T>> methodCall, Func<string> cronExpression, RecurringJobOptions options) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall, queue), cronExpression(), options);

    public static void AddOrUpdate<T>(string recurringJobId, string queue, Expression<Action<T>> methodCall, string cronExpression) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall, queue), cronExpression, new RecurringJobOptions());

    public static void AddOrUpdate<T>(string recurringJobId, string queue, Expression<Action<T>> methodCall, string cronExpression, RecurringJobOptions options) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall, queue), cronExpression, options);

    public static void AddOrUpdate<T>(string recurringJobId, string queue, Expression<Func<T, Task>> methodCall, Func<string> cronExpression) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall, queue), cronExpression(), new RecurringJobOptions());

    public static void AddOrUpdate<T>(string recurringJobId, string queue, Expression<Func<T, Task>> methodCall, Func<string> cronExpression, RecurringJobOptions options) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall, queue), cronExpression(), options);

    public static void AddOrUpdate<T>(string recurringJobId, string queue, Expression<Func<T, Task>> methodCall, string cronExpression) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall, queue), cronExpression, new RecurringJobOptions());

    public static void AddOrUpdate<T>(string recurringJobId, string queue, Expression<Func<T, Task>> methodCall, string cronExpression, RecurringJobOptions options) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall, queue), cronExpression, options);
}
