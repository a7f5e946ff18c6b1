using System.Linq.Expressions;

namespace Hangfire;

/// <summary>The older names.</summary>
public partial class BackgroundJob
{
    [Obsolete("Use ContinueJobWith.")]
    public static string? ContinueWith(string parentId, Expression<Action> methodCall) =>
        Client.ContinueJobWith(parentId, methodCall);

    [Obsolete("Use ContinueJobWith.")]
    public static string? ContinueWith(string parentId, Expression<Action> methodCall, JobContinuationOptions options) =>
        Client.ContinueJobWith(parentId, methodCall, options: options);

    [Obsolete("Use ContinueJobWith.")]
    public static string? ContinueWith(string parentId, Expression<Func<Task>> methodCall, JobContinuationOptions options = JobContinuationOptions.OnlyOnSucceededState) =>
        Client.ContinueJobWith(parentId, methodCall, options: options);

    [Obsolete("Use ContinueJobWith.")]
    public static string? ContinueWith<T>(string parentId, Expression<Action<T>> methodCall) =>
        Client.ContinueJobWith<T>(parentId, methodCall);

    [Obsolete("Use ContinueJobWith.")]
    public static string? ContinueWith<T>(string parentId, Expression<Action<T>> methodCall, JobContinuationOptions options) =>
        Client.ContinueJobWith<T>(parentId, methodCall, options: options);

    [Obsolete("Use ContinueJobWith.")]
    public static string? ContinueWith<T>(string parentId, Expression<Func<T, Task>> methodCall, JobContinuationOptions options = JobContinuationOptions.OnlyOnSucceededState) =>
        Client.ContinueJobWith<T>(parentId, methodCall, options: options);
}
