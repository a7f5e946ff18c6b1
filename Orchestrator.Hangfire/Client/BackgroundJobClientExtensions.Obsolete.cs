using System.Linq.Expressions;
using Hangfire.States;

namespace Hangfire;

/// <summary>The older names.</summary>
public static partial class BackgroundJobClientExtensions
{
    [Obsolete("Use ContinueJobWith.")]
    public static string? ContinueWith(this IBackgroundJobClient client, string parentId, Expression<Action> methodCall) =>
        client.ContinueJobWith(parentId, methodCall);

    [Obsolete("Use ContinueJobWith.")]
    public static string? ContinueWith(this IBackgroundJobClient client, string parentId, Expression<Action> methodCall, JobContinuationOptions options) =>
        client.ContinueJobWith(parentId, methodCall, options: options);

    [Obsolete("Use ContinueJobWith.")]
    public static string? ContinueWith(this IBackgroundJobClient client, string parentId, Expression<Action> methodCall, IState nextState) =>
        client.ContinueJobWith(parentId, methodCall, nextState);

    [Obsolete("Use ContinueJobWith.")]
    public static string? ContinueWith(this IBackgroundJobClient client, string parentId, Expression<Action> methodCall, IState nextState, JobContinuationOptions options) =>
        client.ContinueJobWith(parentId, methodCall, nextState, options: options);

    [Obsolete("Use ContinueJobWith.")]
    public static string? ContinueWith(this IBackgroundJobClient client, string parentId, Expression<Func<Task>> methodCall, IState? nextState = null, JobContinuationOptions options = JobContinuationOptions.OnlyOnSucceededState) =>
        client.ContinueJobWith(parentId, methodCall, nextState, options: options);

    [Obsolete("Use ContinueJobWith.")]
    public static string? ContinueWith<T>(this IBackgroundJobClient client, string parentId, Expression<Action<T>> methodCall) =>
        client.ContinueJobWith<T>(parentId, methodCall);

    [Obsolete("Use ContinueJobWith.")]
    public static string? ContinueWith<T>(this IBackgroundJobClient client, string parentId, Expression<Action<T>> methodCall, JobContinuationOptions options) =>
        client.ContinueJobWith<T>(parentId, methodCall, options: options);

    [Obsolete("Use ContinueJobWith.")]
    public static string? ContinueWith<T>(this IBackgroundJobClient client, string parentId, Expression<Action<T>> methodCall, IState nextState) =>
        client.ContinueJobWith<T>(parentId, methodCall, nextState);

    [Obsolete("Use ContinueJobWith.")]
    public static string? ContinueWith<T>(this IBackgroundJobClient client, string parentId, Expression<Action<T>> methodCall, IState nextState, JobContinuationOptions options) =>
        client.ContinueJobWith<T>(parentId, methodCall, nextState, options: options);

    [Obsolete("Use ContinueJobWith.")]
    public static string? ContinueWith<T>(this IBackgroundJobClient client, string parentId, Expression<Func<T, Task>> methodCall, IState? nextState = null, JobContinuationOptions options = JobContinuationOptions.OnlyOnSucceededState) =>
        client.ContinueJobWith<T>(parentId, methodCall, nextState, options: options);
}
