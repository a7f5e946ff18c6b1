using System.Linq.Expressions;

namespace Hangfire;

/// <summary>Making of jobs that start when another job has ended, in <see cref="JobStorage.Current"/>.</summary>
public partial class BackgroundJob
{
    public static string? ContinueJobWith(string parentId, Expression<Action> methodCall) =>
        Client.ContinueJobWith(parentId, methodCall);

    public static string? ContinueJobWith(string parentId, Expression<Action> methodCall, JobContinuationOptions options) =>
        Client.ContinueJobWith(parentId, methodCall, options);

    public static string? ContinueJobWith(string parentId, Expression<Func<Task>> methodCall, JobContinuationOptions options = JobContinuationOptions.OnlyOnSucceededState) =>
        Client.ContinueJobWith(parentId, methodCall, options: options);

    public static string? ContinueJobWith(string parentId, string queue, Expression<Action> methodCall, JobContinuationOptions options = JobContinuationOptions.OnlyOnSucceededState) =>
        Client.ContinueJobWith(parentId, queue, methodCall, options: options);

    public static string? ContinueJobWith(string parentId, string queue, Expression<Func<Task>> methodCall, JobContinuationOptions options = JobContinuationOptions.OnlyOnSucceededState) =>
        Client.ContinueJobWith(parentId, queue, methodCall, options: options);

    public static string? ContinueJobWith<T>(string parentId, Expression<Action<T>> methodCall) =>
        Client.ContinueJobWith(parentId, methodCall);

    public static string? ContinueJobWith<T>(string parentId, Expression<Action<T>> methodCall, JobContinuationOptions options) =>
        Client.ContinueJobWith(parentId, methodCall, options);

    public static string? ContinueJobWith<T>(string parentId, Expression<Func<T, Task>> methodCall, JobContinuationOptions options = JobContinuationOptions.OnlyOnSucceededState) =>
        Client.ContinueJobWith(parentId, methodCall, options: options);

    public static string? ContinueJobWith<T>(string parentId, string queue, Expression<Action<T>> methodCall, JobContinuationOptions options = JobContinuationOptions.OnlyOnSucceededState) =>
        Client.ContinueJobWith(parentId, queue, methodCall, options: options);

    public static string? ContinueJobWith<T>(string parentId, string queue, Expression<Func<T, Task>> methodCall, JobContinuationOptions options = JobContinuationOptions.OnlyOnSucceededState) =>
        Client.ContinueJobWith(parentId, queue, methodCall, options: options);
}
