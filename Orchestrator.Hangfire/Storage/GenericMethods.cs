using System.Reflection;

namespace Hangfire.Storage;

/// <summary>Finds the type arguments of generic methods by the types of their parameters, as only these are stored.</summary>
internal static class GenericMethods
{
    /// <summary>The method whose parameters have these types; null: it can't have them, or has a type argument that no parameter shows.</summary>
    public static MethodInfo? Close(MethodInfo method, Type[] parameterTypes)
    {
        var parameters = method.GetParameters();
        if (!method.IsGenericMethodDefinition || parameters.Length != parameterTypes.Length) return null;
        var arguments = new Type?[method.GetGenericArguments().Length];
        for (var i = 0; i < parameters.Length; i++)
            if (!Matches(parameters[i].ParameterType, parameterTypes[i], arguments)) return null;
        if (Array.Exists(arguments, static each => each is null)) return null;
        try
        {
            return method.MakeGenericMethod(arguments!);
        }
        catch (ArgumentException)
        {
            // They don't satisfy its constraints.
            return null;
        }
    }

    private static bool Matches(Type open, Type actual, Type?[] arguments)
    {
        if (open.IsGenericMethodParameter)
        {
            var known = arguments[open.GenericParameterPosition] ??= actual;
            return known == actual;
        }

        if (!open.ContainsGenericParameters) return open == actual;
        if (open.IsArray)
            return actual.IsArray && open.GetArrayRank() == actual.GetArrayRank() && Matches(open.GetElementType()!, actual.GetElementType()!, arguments);
        if (!open.IsGenericType || !actual.IsGenericType || open.GetGenericTypeDefinition() != actual.GetGenericTypeDefinition()) return false;
        return open.GetGenericArguments().Zip(actual.GetGenericArguments()).All(pair => Matches(pair.First, pair.Second, arguments));
    }
}
