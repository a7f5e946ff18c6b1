using System.Collections.Concurrent;
using System.Reflection;
using Hangfire.Common;

namespace Hangfire.Server;

/// <summary>Calls a job's method on an object from the activator, with what the worker fills in.</summary>
internal static class JobInvoker
{
    private static readonly ConcurrentDictionary<MethodInfo, Call> Calls = new();

    /// <summary>What the method has returned, or its task.</summary>
    /// <exception cref="JobPerformanceException">The method has thrown.</exception>
    public static async Task<object?> InvokeAsync(PerformContext context, JobActivator activator)
    {
        var job = context.BackgroundJob.Job!;
        var call = Calls.GetOrAdd(job.Method, static method => new(method));
        using var scope = activator.BeginScope(context)
            ?? throw new InvalidOperationException($"The activator {activator.GetType()} gives no scope.");
        var target = job.Method.IsStatic ? null : scope.Resolve(job.Type)
            ?? throw new InvalidOperationException($"The activator has no object of {job.Type}.");
        var arguments = Arguments(call, job, context);
        try
        {
            if (!call.IsAsynchronous) return await ElasticThreads.Shared.RunAsync(() => call.Invoker.Invoke(target, arguments)).ConfigureAwait(false);
            return await AwaitAsync(call.Invoker.Invoke(target, arguments), call).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (IsAskedToEnd(context.CancellationToken))
        {
            throw;
        }
        catch (Exception failure)
        {
            var cause = failure is TargetInvocationException { InnerException: { } inner } ? inner : failure;
            if (cause is OperationCanceledException && IsAskedToEnd(context.CancellationToken)) throw cause;
            throw new JobPerformanceException("An exception occurred during performance of the job.", cause, context.BackgroundJob.Id);
        }
    }

    private static bool IsAskedToEnd(IJobCancellationToken token) =>
        token is RunningJob job ? job.IsStopped || job.IsAborted : token.ShutdownToken.IsCancellationRequested;

    private static object?[] Arguments(Call call, Job job, PerformContext context)
    {
        var arguments = new object?[call.ParameterTypes.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            var type = call.ParameterTypes[i];
            arguments[i] = type == typeof(CancellationToken) ? context.CancellationToken.ShutdownToken
                : type == typeof(IJobCancellationToken) ? context.CancellationToken
                : type == typeof(PerformContext) ? context
                : job.Args[i];
        }

        return arguments;
    }

    private static async ValueTask<object?> AwaitAsync(object? returned, Call call)
    {
        switch (returned)
        {
            case Task task:
                await task.ConfigureAwait(false);
                return call.ResultOf?.GetValue(task);
            case ValueTask task:
                await task.ConfigureAwait(false);
                return null;
            case not null when call.AsTask is not null:
                var converted = (Task)call.AsTask.Invoke(returned, null)!;
                await converted.ConfigureAwait(false);
                return call.ResultOf?.GetValue(converted);
            default:
                return returned;
        }
    }

    /// <summary>What is looked up once for a method.</summary>
    private sealed class Call
    {
        public Call(MethodInfo method)
        {
            Invoker = MethodInvoker.Create(method);
            ParameterTypes = [.. method.GetParameters().Select(static each => each.ParameterType)];
            IsAsynchronous = typeof(Task).IsAssignableFrom(method.ReturnType) || method.ReturnType == typeof(ValueTask)
                || method.ReturnType is { IsGenericType: true } generic && generic.GetGenericTypeDefinition() == typeof(ValueTask<>);
            if (method.ReturnType is not { IsGenericType: true } type) return;
            var definition = type.GetGenericTypeDefinition();
            if (definition == typeof(ValueTask<>)) AsTask = type.GetMethod(nameof(ValueTask<int>.AsTask));
            if (definition == typeof(ValueTask<>) || definition == typeof(Task<>))
                ResultOf = typeof(Task<>).MakeGenericType(type.GetGenericArguments()).GetProperty(nameof(Task<int>.Result));
        }

        public MethodInvoker Invoker { get; }

        public Type[] ParameterTypes { get; }

        /// <summary>Whether it returns a task. One that doesn't may block its thread, and gets one that is not the pool's.</summary>
        public bool IsAsynchronous { get; }

        /// <summary>Turns a value task with a result into a task.</summary>
        public MethodInfo? AsTask { get; }

        /// <summary>The result of the task.</summary>
        public PropertyInfo? ResultOf { get; }
    }
}
