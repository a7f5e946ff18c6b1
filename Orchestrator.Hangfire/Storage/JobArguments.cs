using Hangfire.Common;
using Hangfire.Server;
using Newtonsoft.Json;

namespace Hangfire.Storage;

/// <summary>The arguments of a job as a JSON array of JSON strings.</summary>
internal static class JobArguments
{
    public static string Serialize(Job job)
    {
        if (job.Args.Count == 0) return "[]";
        var parameters = job.Method.GetParameters();
        using var text = new StringWriter(System.Globalization.CultureInfo.InvariantCulture);
        using var json = new JsonTextWriter(text);
        json.WriteStartArray();
        for (var i = 0; i < parameters.Length; i++)
        {
            var type = parameters[i].ParameterType;
            json.WriteValue(IsFilledIn(type) ? null : SerializationHelper.Serialize(job.Args[i], type, SerializationOption.User));
        }

        json.WriteEndArray();
        return text.ToString();
    }

    public static object?[] Deserialize(Type[] parameterTypes, string? arguments)
    {
        if (parameterTypes.Length == 0) return [];
        var stored = SerializationHelper.Deserialize<string?[]>(arguments) ?? [];
        if (stored.Length != parameterTypes.Length)
            throw new JsonSerializationException($"There are {stored.Length} stored arguments for {parameterTypes.Length} parameters.");
        var args = new object?[stored.Length];
        for (var i = 0; i < args.Length; i++) args[i] = DeserializeOne(parameterTypes[i], stored[i]);
        return args;
    }

    /// <summary>Whether the worker fills such a parameter in.</summary>
    public static bool IsFilledIn(Type parameterType) =>
        parameterType == typeof(CancellationToken)
        || parameterType == typeof(IJobCancellationToken)
        || parameterType == typeof(PerformContext);

    private static object? DeserializeOne(Type type, string? value)
    {
        if (value is not null && !IsFilledIn(type)) return SerializationHelper.Deserialize(value, type, SerializationOption.User);
        return type.IsValueType ? Activator.CreateInstance(type) : null;
    }
}
