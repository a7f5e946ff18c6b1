using System.Diagnostics.CodeAnalysis;
using Newtonsoft.Json;

namespace Hangfire.Common;

/// <summary>Which settings a value is stored with.</summary>
public enum SerializationOption
{
    /// <summary>Values of this library.</summary>
    Internal = 0,

    /// <summary>Values of this library that name their type.</summary>
    TypedInternal = 1,

    /// <summary>Arguments and results of jobs, with the application's settings.</summary>
    User = 2,
}

/// <summary>
/// JSON of everything that is stored. Reading never makes an object of a type that the JSON itself names: the one
/// place that needs it (<see cref="States.StateSerializer"/>) reads only states.
/// </summary>
public static class SerializationHelper
{
    private static readonly JsonSerializer InternalSerializer = JsonSerializer.Create(CreateDefaultSettings());
    private static JsonSerializer userSerializer = InternalSerializer;

    public static string? Serialize<T>(T value) => Serialize(value, SerializationOption.Internal);

    public static string? Serialize<T>(T value, SerializationOption option) => Serialize(value, typeof(T), option);

    /// <summary>JSON of <paramref name="value"/> as a <paramref name="type"/>; null for null.</summary>
    public static string? Serialize(object? value, Type? type, SerializationOption option)
    {
        if (value is null) return null;
        if (option == SerializationOption.TypedInternal && value is States.IState state) return States.StateSerializer.Serialize(state);

        using var text = new StringWriter(System.Globalization.CultureInfo.InvariantCulture);
        using var json = new JsonTextWriter(text);
        For(option).Serialize(json, value, type);
        return text.ToString();
    }

    [return: MaybeNull]
    public static T Deserialize<T>(string? value) => Deserialize<T>(value, SerializationOption.Internal);

    [return: MaybeNull]
    public static T Deserialize<T>(string? value, SerializationOption option) =>
        value is null ? default! : (T)Deserialize(value, typeof(T), option)!;

    public static object? Deserialize(string? value, Type type) => Deserialize(value, type, SerializationOption.Internal);

    /// <summary>Reads JSON as a <paramref name="type"/>; null for null.</summary>
    /// <exception cref="JsonException">It is not such a value.</exception>
    public static object? Deserialize(string? value, Type type, SerializationOption option)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (value is null) return null;
        if (option == SerializationOption.TypedInternal && type == typeof(States.IState)) return States.StateSerializer.Deserialize(value);

        using var text = new StringReader(value);
        using var json = new JsonTextReader(text);
        return For(option).Deserialize(json, type);
    }

    /// <summary>Sets how arguments and results of jobs are stored; null: the default.</summary>
    internal static void SetUserSerializerSettings(JsonSerializerSettings? settings) =>
        userSerializer = settings is null ? InternalSerializer : JsonSerializer.Create(settings);

    internal static JsonSerializerSettings CreateDefaultSettings() => new()
    {
        DateParseHandling = DateParseHandling.None,
        TypeNameHandling = TypeNameHandling.None,
    };

    private static JsonSerializer For(SerializationOption option) =>
        option == SerializationOption.User ? userSerializer : InternalSerializer;
}
