using System.Linq.Expressions;
using Hangfire.Common;

namespace Hangfire;

/// <summary>Recurring jobs in <see cref="JobStorage.Current"/>.</summary>
public static partial class RecurringJob
{
    private static RecurringJobManager Manager => new(JobStorage.Current);

    /// <summary>Makes a job of it now and returns the job's id; null: there is no such recurring job, or a filter has prevented it.</summary>
    public static string? TriggerJob(string recurringJobId) => Manager.TriggerJob(recurringJobId);

    public static void RemoveIfExists(string recurringJobId) => Manager.RemoveIfExists(recurringJobId);

    public static void AddOrUpdate(string recurringJobId, Expression<Action> methodCall, Func<string> cronExpression) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression(), new RecurringJobOptions());

    public static void AddOrUpdate(string recurringJobId, Expression<Action> methodCall, Func<string> cronExpression, RecurringJobOptions options) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression(), options);

    public static void AddOrUpdate(string recurringJobId, Expression<Action> methodCall, string cronExpression) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression, new RecurringJobOptions());

    public static void AddOrUpdate(string recurringJobId, Expression<Action> methodCall, string cronExpression, RecurringJobOptions options) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression, options);

    public static void AddOrUpdate(string recurringJobId, Expression<Func<Task>> methodCall, Func<string> cronExpression) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression(), new RecurringJobOptions());

    public static void AddOrUpdate(string recurringJobId, Expression<Func<Task>> methodCall, Func<string> cronExpression, RecurringJobOptions options) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression(), options);

    public static void AddOrUpdate(string recurringJobId, Expression<Func<Task>> methodCall, string cronExpression) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression, new RecurringJobOptions());

    public static void AddOrUpdate(string recurringJobId, Expression<Func<Task>> methodCall, string cronExpression, RecurringJobOptions options) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall), cronExpression, options);

    public static void AddOrUpdate(string recurringJobId, string queue, Expression<Action> methodCall, Func<string> cronExpression) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall, queue), cronExpression(), new RecurringJobOptions());

    public static void AddOrUpdate(string recurringJobId, string queue, Expression<Action> methodCall, Func<string> cronExpression, RecurringJobOptions options) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall, queue), cronExpression(), options);

    public static void AddOrUpdate(string recurringJobId, string queue, Expression<Action> methodCall, string cronExpression) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall, queue), cronExpression, new RecurringJobOptions());

    public static void AddOrUpdate(string recurringJobId, string queue, Expression<Action> methodCall, string cronExpression, RecurringJobOptions options) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall, queue), cronExpression, options);

    public static void AddOrUpdate(string recurringJobId, string queue, Expression<Func<Task>> methodCall, Func<string> cronExpression) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall, queue), cronExpression(), new RecurringJobOptions());

    public static void AddOrUpdate(string recurringJobId, string queue, Expression<Func<Task>> methodCall, Func<string> cronExpression, RecurringJobOptions options) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall, queue), cronExpression(), options);

    public static void AddOrUpdate(string recurringJobId, string queue, Expression<Func<Task>> methodCall, string cronExpression) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall, queue), cronExpression, new RecurringJobOptions());

    public static void AddOrUpdate(string recurringJobId, string queue, Expression<Func<Task>> methodCall, string cronExpression, RecurringJobOptions options) =>
        Manager.AddOrUpdate(recurringJobId, Job.FromExpression(methodCall, queue), cronExpression, options);
}
