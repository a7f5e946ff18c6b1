using System.Linq.Expressions;

namespace Hangfire;

/// <summary>Making and moving of jobs in <see cref="JobStorage.Current"/>.</summary>
public partial class BackgroundJob
{
    private static BackgroundJobClient Client => new(JobStorage.Current);

    public static string? Enqueue(Expression<Action> methodCall) => Client.Enqueue(methodCall);

    public static string? Schedule(Expression<Action> methodCall, TimeSpan delay) => Client.Schedule(methodCall, delay);

    public static string? Schedule(Expression<Action> methodCall, DateTimeOffset enqueueAt) => Client.Schedule(methodCall, enqueueAt);

    public static string? Enqueue(string queue, Expression<Action> methodCall) => Client.Enqueue(queue, methodCall);

    public static string? Schedule(string queue, Expression<Action> methodCall, TimeSpan delay) => Client.Schedule(queue, methodCall, delay);

    public static string? Schedule(string queue, Expression<Action> methodCall, DateTimeOffset enqueueAt) => Client.Schedule(queue, methodCall, enqueueAt);

    public static string? Enqueue(Expression<Func<Task>> methodCall) => Client.Enqueue(methodCall);

    public static string? Schedule(Expression<Func<Task>> methodCall, TimeSpan delay) => Client.Schedule(methodCall, delay);

    public static string? Schedule(Expression<Func<Task>> methodCall, DateTimeOffset enqueueAt) => Client.Schedule(methodCall, enqueueAt);

    public static string? Enqueue(string queue, Expression<Func<Task>> methodCall) => Client.Enqueue(queue, methodCall);

    public static string? Schedule(string queue, Expression<Func<Task>> methodCall, TimeSpan delay) => Client.Schedule(queue, methodCall, delay);

    public static string? Schedule(string queue, Expression<Func<Task>> methodCall, DateTimeOffset enqueueAt) => Client.Schedule(queue, methodCall, enqueueAt);

    public static string? Enqueue<T>(Expression<Action<T>> methodCall) => Client.Enqueue(methodCall);

    public static string? Schedule<T>(Expression<Action<T>> methodCall, TimeSpan delay) => Client.Schedule(methodCall, delay);

    public static string? Schedule<T>(Expression<Action<T>> methodCall, DateTimeOffset enqueueAt) => Client.Schedule(methodCall, enqueueAt);

    public static string? Enqueue<T>(string queue, Expression<Action<T>> methodCall) => Client.Enqueue(queue, methodCall);

    public static string? Schedule<T>(string queue, Expression<Action<T>> methodCall, TimeSpan delay) => Client.Schedule(queue, methodCall, delay);

    public static string? Schedule<T>(string queue, Expression<Action<T>> methodCall, DateTimeOffset enqueueAt) => Client.Schedule(queue, methodCall, enqueueAt);

    public static string? Enqueue<T>(Expression<Func<T, Task>> methodCall) => Client.Enqueue(methodCall);

    public static string? Schedule<T>(Expression<Func<T, Task>> methodCall, TimeSpan delay) => Client.Schedule(methodCall, delay);

    public static string? Schedule<T>(Expression<Func<T, Task>> methodCall, DateTimeOffset enqueueAt) => Client.Schedule(methodCall, enqueueAt);

    public static string? Enqueue<T>(string queue, Expression<Func<T, Task>> methodCall) => Client.Enqueue(queue, methodCall);

    public static string? Schedule<T>(string queue, Expression<Func<T, Task>> methodCall, TimeSpan delay) => Client.Schedule(queue, methodCall, delay);

    public static string? Schedule<T>(string queue, Expression<Func<T, Task>> methodCall, DateTimeOffset enqueueAt) => Client.Schedule(queue, methodCall, enqueueAt);

    public static bool Delete(string jobId) => Client.Delete(jobId);

    public static bool Delete(string jobId, string? fromState) => Client.Delete(jobId, fromState);

    public static bool Requeue(string jobId) => Client.Requeue(jobId);

    public static bool Requeue(string jobId, string? fromState) => Client.Requeue(jobId, fromState);

    public static bool Reschedule(string jobId, TimeSpan delay) => Client.Reschedule(jobId, delay);

    public static bool Reschedule(string jobId, TimeSpan delay, string? fromState) => Client.Reschedule(jobId, delay, fromState);

    public static bool Reschedule(string jobId, DateTimeOffset enqueueAt) => Client.Reschedule(jobId, enqueueAt);

    public static bool Reschedule(string jobId, DateTimeOffset enqueueAt, string? fromState) => Client.Reschedule(jobId, enqueueAt, fromState);
}
