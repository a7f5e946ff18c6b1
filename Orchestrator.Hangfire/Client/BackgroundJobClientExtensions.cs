using System.Linq.Expressions;
using Hangfire.Common;
using Hangfire.States;

namespace Hangfire;

/// <summary>Short forms of making and moving jobs.</summary>
public static partial class BackgroundJobClientExtensions
{
    public static string? Create(this IBackgroundJobClient client, Expression<Action> methodCall, IState state) =>
        client.Create(Job.FromExpression(methodCall), state);

    public static string? Create(this IBackgroundJobClient client, string queue, Expression<Action> methodCall, IState state) =>
        client.Create(Job.FromExpression(methodCall, queue), state);

    public static string? Create(this IBackgroundJobClient client, Expression<Func<Task>> methodCall, IState state) =>
        client.Create(Job.FromExpression(methodCall), state);

    public static string? Create(this IBackgroundJobClient client, string queue, Expression<Func<Task>> methodCall, IState state) =>
        client.Create(Job.FromExpression(methodCall, queue), state);

    public static string? Create<T>(this IBackgroundJobClient client, Expression<Action<T>> methodCall, IState state) =>
        client.Create(Job.FromExpression(methodCall), state);

    public static string? Create<T>(this IBackgroundJobClient client, string queue, Expression<Action<T>> methodCall, IState state) =>
        client.Create(Job.FromExpression(methodCall, queue), state);

    public static string? Create<T>(this IBackgroundJobClient client, Expression<Func<T, Task>> methodCall, IState state) =>
        client.Create(Job.FromExpression(methodCall), state);

    public static string? Create<T>(this IBackgroundJobClient client, string queue, Expression<Func<T, Task>> methodCall, IState state) =>
        client.Create(Job.FromExpression(methodCall, queue), state);

    public static string? Enqueue(this IBackgroundJobClient client, Expression<Action> methodCall) =>
        client.Create(Job.FromExpression(methodCall), new EnqueuedState());

    public static string? Enqueue(this IBackgroundJobClient client, string queue, Expression<Action> methodCall) =>
        client.Create(Job.FromExpression(methodCall, queue), new EnqueuedState(queue));

    public static string? Enqueue(this IBackgroundJobClient client, Expression<Func<Task>> methodCall) =>
        client.Create(Job.FromExpression(methodCall), new EnqueuedState());

    public static string? Enqueue(this IBackgroundJobClient client, string queue, Expression<Func<Task>> methodCall) =>
        client.Create(Job.FromExpression(methodCall, queue), new EnqueuedState(queue));

    public static string? Enqueue<T>(this IBackgroundJobClient client, Expression<Action<T>> methodCall) =>
        client.Create(Job.FromExpression(methodCall), new EnqueuedState());

    public static string? Enqueue<T>(this IBackgroundJobClient client, string queue, Expression<Action<T>> methodCall) =>
        client.Create(Job.FromExpression(methodCall, queue), new EnqueuedState(queue));

    public static string? Enqueue<T>(this IBackgroundJobClient client, Expression<Func<T, Task>> methodCall) =>
        client.Create(Job.FromExpression(methodCall), new EnqueuedState());

    public static string? Enqueue<T>(this IBackgroundJobClient client, string queue, Expression<Func<T, Task>> methodCall) =>
        client.Create(Job.FromExpression(methodCall, queue), new EnqueuedState(queue));

    public static string? Schedule(this IBackgroundJobClient client, Expression<Action> methodCall, TimeSpan delay) =>
        client.Create(Job.FromExpression(methodCall), new ScheduledState(delay));

    public static string? Schedule(this IBackgroundJobClient client, Expression<Action> methodCall, DateTimeOffset enqueueAt) =>
        client.Create(Job.FromExpression(methodCall), new ScheduledState(enqueueAt.UtcDateTime));

    public static string? Schedule(this IBackgroundJobClient client, string queue, Expression<Action> methodCall, TimeSpan delay) =>
        client.Create(Job.FromExpression(methodCall, queue), new ScheduledState(delay));

    public static string? Schedule(this IBackgroundJobClient client, string queue, Expression<Action> methodCall, DateTimeOffset enqueueAt) =>
        client.Create(Job.FromExpression(methodCall, queue), new ScheduledState(enqueueAt.UtcDateTime));

    public static string? Schedule(this IBackgroundJobClient client, Expression<Func<Task>> methodCall, TimeSpan delay) =>
        client.Create(Job.FromExpression(methodCall), new ScheduledState(delay));

    public static string? Schedule(this IBackgroundJobClient client, Expression<Func<Task>> methodCall, DateTimeOffset enqueueAt) =>
        client.Create(Job.FromExpression(methodCall), new ScheduledState(enqueueAt.UtcDateTime));

    public static string? Schedule(this IBackgroundJobClient client, string queue, Expression<Func<Task>> methodCall, TimeSpan delay) =>
        client.Create(Job.FromExpression(methodCall, queue), new ScheduledState(delay));

    public static string? Schedule(this IBackgroundJobClient client, string queue, Expression<Func<Task>> methodCall, DateTimeOffset enqueueAt) =>
        client.Create(Job.FromExpression(methodCall, queue), new ScheduledState(enqueueAt.UtcDateTime));

    public static string? Schedule<T>(this IBackgroundJobClient client, Expression<Action<T>> methodCall, TimeSpan delay) =>
        client.Create(Job.FromExpression(methodCall), new ScheduledState(delay));

    public static string? Schedule<T>(this IBackgroundJobClient client, Expression<Action<T>> methodCall, DateTimeOffset enqueueAt) =>
        client.Create(Job.FromExpression(methodCall), new ScheduledState(enqueueAt.UtcDateTime));

    public static string? Schedule<T>(this IBackgroundJobClient client, string queue, Expression<Action<T>> methodCall, TimeSpan delay) =>
        client.Create(Job.FromExpression(methodCall, queue), new ScheduledState(delay));

    public static string? Schedule<T>(this IBackgroundJobClient client, string queue, Expression<Action<T>> methodCall, DateTimeOffset enqueueAt) =>
        client.Create(Job.FromExpression(methodCall, queue), new ScheduledState(enqueueAt.UtcDateTime));

    public static string? Schedule<T>(this IBackgroundJobClient client, Expression<Func<T, Task>> methodCall, TimeSpan delay) =>
        client.Create(Job.FromExpression(methodCall), new ScheduledState(delay));

    public static string? Schedule<T>(this IBackgroundJobClient client, Expression<Func<T, Task>> methodCall, DateTimeOffset enqueueAt) =>
        client.Create(Job.FromExpression(methodCall), new ScheduledState(enqueueAt.UtcDateTime));

    public static string? Schedule<T>(this IBackgroundJobClient client, string queue, Expression<Func<T, Task>> methodCall, TimeSpan delay) =>
        client.Create(Job.FromExpression(methodCall, queue), new ScheduledState(delay));

    public static string? Schedule<T>(this IBackgroundJobClient client, string queue, Expression<Func<T, Task>> methodCall, DateTimeOffset enqueueAt) =>
        client.Create(Job.FromExpression(methodCall, queue), new ScheduledState(enqueueAt.UtcDateTime));
}
