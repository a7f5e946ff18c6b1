using Hangfire.Common;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Hangfire.States;

/// <summary>
/// A state that is stored to be entered later. Its JSON names its type; only a type that is a state is ever made.
/// </summary>
internal static class StateSerializer
{
    private const string TypeMember = "$type";

    private static readonly JsonSerializer Serializer = JsonSerializer.Create(new()
    {
        DateParseHandling = DateParseHandling.None,
        MetadataPropertyHandling = MetadataPropertyHandling.Ignore,
    });

    public static string Serialize(IState state)
    {
        var json = JObject.FromObject(state, Serializer);
        json.AddFirst(new JProperty(TypeMember, TypeHelper.SimpleAssemblyTypeSerializer(state.GetType())));
        return json.ToString(Formatting.None);
    }

    /// <summary>The state that was stored.</summary>
    /// <exception cref="JsonException">It is no state.</exception>
    public static IState? Deserialize(string value)
    {
        using var text = new JsonTextReader(new StringReader(value)) { DateParseHandling = DateParseHandling.None };
        if (JToken.ReadFrom(text) is not JObject json) return null;
        var name = (string?)json[TypeMember] ?? throw new JsonSerializationException("The stored state names no type.");
        var type = TypeHelper.IgnoredAssemblyVersionTypeResolver(name);
        if (!typeof(IState).IsAssignableFrom(type)) throw new JsonSerializationException($"The stored type {type} is no state.");
        json.Remove(TypeMember);
        return (IState?)json.ToObject(type, Serializer);
    }
}
