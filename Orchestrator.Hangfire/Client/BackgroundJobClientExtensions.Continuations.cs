using System.Linq.Expressions;
using Hangfire.Common;
using Hangfire.States;

namespace Hangfire;

/// <summary>Making of jobs that start when another job has ended.</summary>
public static partial class BackgroundJobClientExtensions
{
    public static string? ContinueJobWith(this IBackgroundJobClient client, string parentId, Expression<Action> methodCall) =>
        client.Create(Job.FromExpression(methodCall), new AwaitingState(parentId, new EnqueuedState()));

    public static string? ContinueJobWith(this IBackgroundJobClient client, string parentId, Expression<Action> methodCall, JobContinuationOptions options) =>
        client.Create(Job.FromExpression(methodCall), new AwaitingState(parentId, new EnqueuedState(), options));

    public static string? ContinueJobWith(this IBackgroundJobClient client, string parentId, Expression<Action> methodCall, IState nextState) =>
        client.Create(Job.FromExpression(methodCall), new AwaitingState(parentId, nextState));

    public static string? ContinueJobWith(this IBackgroundJobClient client, string parentId, Expression<Action> methodCall, IState nextState, JobContinuationOptions options) =>
        client.Create(Job.FromExpression(methodCall), new AwaitingState(parentId, nextState, options));

    public static string? ContinueJobWith(this IBackgroundJobClient client, string parentId, Expression<Func<Task>> methodCall, IState? nextState = null, JobContinuationOptions options = JobContinuationOptions.OnlyOnSucceededState) =>
        client.Create(Job.FromExpression(methodCall), new AwaitingState(parentId, nextState ?? new EnqueuedState(), options));

    public static string? ContinueJobWith(this IBackgroundJobClient client, string parentId, string queue, Expression<Action> methodCall, IState? nextState = null, JobContinuationOptions options = JobContinuationOptions.OnlyOnSucceededState) =>
        client.Create(Job.FromExpression(methodCall, queue), new AwaitingState(parentId, nextState ?? new EnqueuedState(queue), options));

    public static string? ContinueJobWith(this IBackgroundJobClient client, string parentId, string queue, Expression<Func<Task>> methodCall, IState? nextState = null, JobContinuationOptions options = JobContinuationOptions.OnlyOnSucceededState) =>
        client.Create(Job.FromExpression(methodCall, queue), new AwaitingState(parentId, nextState ?? new EnqueuedState(queue), options));

    public static string? ContinueJobWith<T>(this IBackgroundJobClient client, string parentId, Expression<Action<T>> methodCall) =>
        client.Create(Job.FromExpression(methodCall), new AwaitingState(parentId, new EnqueuedState()));

    public static string? ContinueJobWith<T>(this IBackgroundJobClient client, string parentId, Expression<Action<T>> methodCall, JobContinuationOptions options) =>
        client.Create(Job.FromExpression(methodCall), new AwaitingState(parentId, new EnqueuedState(), options));

    public static string? ContinueJobWith<T>(this IBackgroundJobClient client, string parentId, Expression<Action<T>> methodCall, IState nextState) =>
        client.Create(Job.FromExpression(methodCall), new AwaitingState(parentId, nextState));

    public static string? ContinueJobWith<T>(this IBackgroundJobClient client, string parentId, Expression<Action<T>> methodCall, IState nextState, JobContinuationOptions options) =>
        client.Create(Job.FromExpression(methodCall), new AwaitingState(parentId, nextState, options));

    public static string? ContinueJobWith<T>(this IBackgroundJobClient client, string parentId, Expression<Func<T, Task>> methodCall, IState? nextState = null, JobContinuationOptions options = JobContinuationOptions.OnlyOnSucceededState) =>
        client.Create(Job.FromExpression(methodCall), new AwaitingState(parentId, nextState ?? new EnqueuedState(), options));

    public static string? ContinueJobWith<T>(this IBackgroundJobClient client, string parentId, string queue, Expression<Action<T>> methodCall, IState? nextState = null, JobContinuationOptions options = JobContinuationOptions.OnlyOnSucceededState) =>
        client.Create(Job.FromExpression(methodCall, queue), new AwaitingState(parentId, nextState ?? new EnqueuedState(queue), options));

    public static string? ContinueJobWith<T>(this IBackgroundJobClient client, string parentId, string queue, Expression<Func<T, Task>> methodCall, IState? nextState = null, JobContinuationOptions options = JobContinuationOptions.OnlyOnSucceededState) =>
        client.Create(Job.FromExpression(methodCall, queue), new AwaitingState(parentId, nextState ?? new EnqueuedState(queue), options));
}
