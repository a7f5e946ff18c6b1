using System.Linq.Expressions;
using System.Reflection;

namespace Hangfire.Common;

/// <summary>Reads a job from a lambda that calls it.</summary>
internal static class JobExpression
{
    /// <param name="methodCall">A single method call.</param>
    /// <param name="explicitType">The lambda's own parameter type, if it has one.</param>
    /// <param name="queue">The queue that the job asks for.</param>
    /// <summary>The job that <paramref name="methodCall"/> calls, its arguments evaluated now.</summary>
    public static Job ToJob(LambdaExpression methodCall, Type? explicitType, string? queue)
    {
        ArgumentNullException.ThrowIfNull(methodCall);
        if (methodCall.Body is not MethodCallExpression call)
            throw new ArgumentException("The expression must be a method call.", nameof(methodCall));

        var type = explicitType ?? TypeOf(call);
        var method = explicitType is null ? OnRuntimeType(type, call.Method) : call.Method;
        var args = new object?[call.Arguments.Count];
        for (var i = 0; i < args.Length; i++) args[i] = Evaluate(call.Arguments[i]);
        return new Job(type, method, args, queue);
    }

    private static Type TypeOf(MethodCallExpression call)
    {
        if (call.Object is null) return call.Method.DeclaringType!;
        return Evaluate(call.Object)?.GetType()
            ?? throw new InvalidOperationException($"The object whose method {call.Method.Name} is called is null.");
    }

    /// <summary>A method of an interface becomes the public one of the class that implements it.</summary>
    private static MethodInfo OnRuntimeType(Type type, MethodInfo method) =>
        method.DeclaringType is { IsInterface: true } && !method.IsGenericMethod
            ? type.GetMethod(method.Name, [.. method.GetParameters().Select(static each => each.ParameterType)]) ?? method
            : method;

    /// <summary>Constants and captured variables, which nearly all arguments are, need no compiler.</summary>
    private static object? Evaluate(Expression expression) => expression switch
    {
        ConstantExpression constant => constant.Value,
        MemberExpression { Member: FieldInfo field } member => field.GetValue(Instance(member)),
        MemberExpression { Member: PropertyInfo property } member => property.GetValue(Instance(member)),
        DefaultExpression { Type.IsValueType: false } => null,
        _ => Expression.Lambda<Func<object?>>(Expression.Convert(expression, typeof(object))).Compile(preferInterpretation: true)(),
    };

    private static object? Instance(MemberExpression member) => member.Expression is null ? null : Evaluate(member.Expression);
}
