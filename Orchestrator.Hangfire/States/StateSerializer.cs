using System.Collections.Frozen;
using Hangfire.Common;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Hangfire.States;

/// <summary>
/// A state that is stored to be entered later. Its JSON names its type, in the official assembly's name; only the states
/// below are written and made, whatever else the JSON asks for.
/// </summary>
internal static class StateSerializer
{
    private const string TypeMember = "$type";

    private static readonly FrozenDictionary<string, Type> Known =
        new[] { typeof(EnqueuedState), typeof(ScheduledState), typeof(AwaitingState), typeof(DeletedState) }
            .ToFrozenDictionary(static type => TypeHelper.SimpleAssemblyTypeSerializer(type));

    private static readonly JsonSerializer Serializer = JsonSerializer.Create(new()
    {
        DateParseHandling = DateParseHandling.None,
        MetadataPropertyHandling = MetadataPropertyHandling.Ignore,
    });

    /// <summary>The state with its type.</summary>
    /// <exception cref="NotSupportedException">It is none of those that can be stored so.</exception>
    public static string Serialize(IState state) => Write(state).ToString(Formatting.None);

    /// <summary>The state that was stored.</summary>
    /// <exception cref="JsonException">It is none of those that can be.</exception>
    public static IState? Deserialize(string value)
    {
        using var text = new JsonTextReader(new StringReader(value)) { DateParseHandling = DateParseHandling.None };
        return JToken.ReadFrom(text) is JObject json ? Read(json) : null;
    }

    private static JObject Write(IState state)
    {
        var name = TypeHelper.SimpleAssemblyTypeSerializer(state.GetType());
        if (!Known.ContainsKey(name)) throw new NotSupportedException($"The state {state.GetType()} can not be stored to be entered later.");
        var json = JObject.FromObject(state, Serializer);
        json.AddFirst(new JProperty(TypeMember, name));
        return json;
    }

    private static IState? Read(JObject json)
    {
        var name = (string?)json[TypeMember] ?? throw new JsonSerializationException("The stored state names no type.");
        if (!Known.TryGetValue(WithoutVersion(name), out var type)) throw new JsonSerializationException($"The stored type {name} is no known state.");
        json.Remove(TypeMember);
        return (IState?)json.ToObject(type, Serializer);
    }

    /// <summary>Name and assembly, without the version, culture and key that may follow.</summary>
    private static string WithoutVersion(string name)
    {
        var parts = name.Split(',', 3);
        return parts.Length < 2 ? name : $"{parts[0].Trim()}, {parts[1].Trim()}";
    }

    /// <summary>A state within a state.</summary>
    internal sealed class Converter : JsonConverter<IState>
    {
        public override void WriteJson(JsonWriter writer, IState? value, JsonSerializer serializer)
        {
            if (value is null) writer.WriteNull();
            else Write(value).WriteTo(writer);
        }

        public override IState? ReadJson(JsonReader reader, Type objectType, IState? existingValue, bool hasExistingValue, JsonSerializer serializer) =>
            JToken.ReadFrom(reader) is JObject json ? Read(json) : null;
    }
}
