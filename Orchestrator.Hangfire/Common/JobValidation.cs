using System.Reflection;
using System.Runtime.CompilerServices;

namespace Hangfire.Common;

/// <summary>Says early what a worker could not do later.</summary>
internal static class JobValidation
{
    public static void ThrowIfNotCallable(Type type, MethodInfo method, int argumentCount)
    {
        if (!method.IsPublic) throw new NotSupportedException($"The method {method.Name} must be public to be called in the background.");
        if (method.ContainsGenericParameters) throw new ArgumentException($"The method {method.Name} has unassigned type parameters.", nameof(method));
        if (type.ContainsGenericParameters) throw new ArgumentException($"The type {type} has unassigned type parameters.", nameof(type));
        if (method.DeclaringType is { } declaring && !declaring.IsAssignableFrom(type))
            throw new ArgumentException($"The type {type} has no method {method.Name} of {declaring}.", nameof(type));
        if (method.ReturnType == typeof(void) && method.IsDefined(typeof(AsyncStateMachineAttribute)))
            throw new NotSupportedException($"The method {method.Name} is async void, and nobody could await it: let it return a Task.");

        var parameters = method.GetParameters();
        if (parameters.Length != argumentCount)
            throw new ArgumentException($"The method {method.Name} has {parameters.Length} parameters, and there are {argumentCount} arguments.", nameof(argumentCount));
        if (Array.Find(parameters, static each => each.ParameterType.IsByRef) is { } byReference)
            throw new NotSupportedException($"The parameter {byReference.Name} of {method.Name} is passed by reference.");
    }

    /// <summary>A queue's name has lower-case letters, digits, underscores and dashes.</summary>
    public static void ThrowIfNotQueueName(string queue, string parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue, parameter);
        foreach (var character in queue)
        {
            if (!char.IsAsciiLetterLower(character) && !char.IsAsciiDigit(character) && character is not ('_' or '-'))
                throw new ArgumentException($"The queue name '{queue}' may hold lower-case letters, digits, underscores and dashes only.", parameter);
        }
    }
}
