using System.Collections.Concurrent;
using System.Reflection;
using Hangfire.Common;
using Newtonsoft.Json;

namespace Hangfire.Storage;

/// <summary>A job as it is stored: names and JSON.</summary>
public class InvocationData
{
    private static readonly ConcurrentDictionary<(string, string, string), (Type, MethodInfo, Type[])> Targets = new();
    private static readonly ConcurrentDictionary<MethodInfo, string> ParameterTypeNames = new();

    public InvocationData(string type, string method, string parameterTypes, string? arguments)
        : this(type, method, parameterTypes, arguments, queue: null)
    {
    }

    /// <summary>What was stored. <paramref name="arguments"/> may be set later, where they lie in a place of their own.</summary>
    public InvocationData(string type, string method, string parameterTypes, string? arguments, string? queue)
    {
        Type = type;
        Method = method;
        ParameterTypes = parameterTypes;
        Arguments = arguments;
        Queue = queue;
    }

    /// <summary>Name of the class.</summary>
    public string Type { get; }

    public string Method { get; }

    /// <summary>JSON array of the parameters' type names.</summary>
    public string ParameterTypes { get; }

    /// <summary>JSON array of the arguments, each of them JSON in a string; null for what the worker fills in.</summary>
    public string? Arguments { get; set; }

    public string? Queue { get; }

    /// <summary>The stored form of <paramref name="job"/>.</summary>
    public static InvocationData SerializeJob(Job job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return new(
            TypeHelper.CurrentTypeSerializer(job.Type),
            job.Method.Name,
            ParameterTypeNames.GetOrAdd(job.Method, static method => SerializationHelper.Serialize(
                method.GetParameters().Select(static each => TypeHelper.DefaultTypeSerializer(each.ParameterType)).ToArray())!),
            JobArguments.Serialize(job),
            job.Queue);
    }

    /// <summary>Reads what <see cref="SerializePayload"/> wrote.</summary>
    /// <exception cref="JsonException">It is no such JSON.</exception>
    public static InvocationData DeserializePayload(string payload)
    {
        var read = SerializationHelper.Deserialize<InvocationPayload>(payload)
            ?? throw new JsonSerializationException("The stored job is empty.");
        return read.ToInvocationData();
    }

    /// <summary>One JSON object of it all.</summary>
    public string SerializePayload(bool excludeArguments = false) =>
        SerializationHelper.Serialize(InvocationPayload.From(this, excludeArguments))!;

    /// <summary>The job that was stored.</summary>
    /// <exception cref="JobLoadException">This process does not know its class, method or an argument's type.</exception>
    public Job DeserializeJob()
    {
        try
        {
            var (type, method, parameterTypes) = Targets.GetOrAdd((Type, Method, ParameterTypes), static names => Find(names));
            return new Job(type, method, JobArguments.Deserialize(parameterTypes, Arguments), Queue);
        }
        catch (Exception failure)
        {
            throw new JobLoadException("Could not load the job. See inner exception for the details.", failure);
        }
    }

    private static (Type Type, MethodInfo Method, Type[] ParameterTypes) Find((string Type, string Method, string ParameterTypes) names)
    {
        var type = TypeHelper.CurrentTypeResolver(names.Type);
        var parameterTypes = (SerializationHelper.Deserialize<string[]>(names.ParameterTypes) ?? [])
            .Select(static name => TypeHelper.CurrentTypeResolver(name)).ToArray();
        var method = MethodOf(type, names.Method, parameterTypes)
            ?? throw new MissingMethodException($"The type {type} has no method {names.Method}({string.Join<Type>(", ", parameterTypes)}).");
        return (type, method, parameterTypes);
    }

    private static MethodInfo? MethodOf(Type type, string name, Type[] parameterTypes)
    {
        const BindingFlags Public = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.FlattenHierarchy;
        return type.GetMethod(name, Public, parameterTypes)
            ?? type.GetInterfaces().Select(each => each.GetMethod(name, Public, parameterTypes)).FirstOrDefault(static found => found is not null)
            ?? type.GetInterfaces().Prepend(type).SelectMany(static each => each.GetMethods(Public))
                .Where(each => each.Name == name).Select(each => GenericMethods.Close(each, parameterTypes)).FirstOrDefault(static found => found is not null);
    }
}
