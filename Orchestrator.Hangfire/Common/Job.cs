using System.Linq.Expressions;
using System.Reflection;

namespace Hangfire.Common;

/// <summary>A call that can be stored and made later: class, method, arguments.</summary>
public class Job
{
    public Job(MethodInfo method)
        : this(method, [])
    {
    }

    public Job(MethodInfo method, params object?[] args)
        : this(method.DeclaringType!, method, args)
    {
    }

    public Job(Type type, MethodInfo method)
        : this(type, method, [])
    {
    }

    public Job(Type type, MethodInfo method, params object?[] args)
        : this(type, method, (IReadOnlyList<object?>)args, queue: null)
    {
    }

    public Job(Type type, MethodInfo method, IReadOnlyList<object?> args)
        : this(type, method, args, queue: null)
    {
    }

    /// <summary>A call of <paramref name="method"/> on <paramref name="type"/>, in <paramref name="queue"/> or the default one.</summary>
    /// <exception cref="ArgumentException">It could not be called later.</exception>
    public Job(Type type, MethodInfo method, IReadOnlyList<object?> args, string? queue)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(args);
        JobValidation.ThrowIfNotCallable(type, method, args.Count);
        if (queue is not null) JobValidation.ThrowIfNotQueueName(queue, nameof(queue));
        Type = type;
        Method = method;
        Args = args;
        Queue = queue;
    }

    /// <summary>The class that is activated; it may be more derived than the method's.</summary>
    public Type Type { get; }

    public MethodInfo Method { get; }

    /// <summary>One for each parameter; null for those that the worker fills in.</summary>
    public IReadOnlyList<object?> Args { get; private set; }

    /// <summary>The queue that it asks for; null: that of its state.</summary>
    public string? Queue { get; }

    public static Job FromExpression(Expression<Action> methodCall) => JobExpression.ToJob(methodCall, null, null);

    public static Job FromExpression(Expression<Action> methodCall, string? queue) => JobExpression.ToJob(methodCall, null, queue);

    public static Job FromExpression(Expression<Func<Task>> methodCall) => JobExpression.ToJob(methodCall, null, null);

    public static Job FromExpression(Expression<Func<Task>> methodCall, string? queue) => JobExpression.ToJob(methodCall, null, queue);

    public static Job FromExpression<TType>(Expression<Action<TType>> methodCall) => JobExpression.ToJob(methodCall, typeof(TType), null);

    public static Job FromExpression<TType>(Expression<Action<TType>> methodCall, string? queue) => JobExpression.ToJob(methodCall, typeof(TType), queue);

    public static Job FromExpression<TType>(Expression<Func<TType, Task>> methodCall) => JobExpression.ToJob(methodCall, typeof(TType), null);

    public static Job FromExpression<TType>(Expression<Func<TType, Task>> methodCall, string? queue) => JobExpression.ToJob(methodCall, typeof(TType), queue);

    /// <summary>Puts another argument in the place of one: the object is one performance's own.</summary>
    internal void Replace(int index, object? argument)
    {
        object?[] changed = [.. Args];
        changed[index] = argument;
        Args = changed;
    }

    public override string ToString() => ToString(includeQueue: true);

    /// <summary>Class and method, and the queue if it asks for one.</summary>
    public string ToString(bool includeQueue) =>
        $"{Type.Name}.{Method.Name}{(includeQueue && Queue is not null ? $" ({Queue})" : "")}";
}
