using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs;

/// <summary>How a .NET host's values stand in workflows: properties and enums in snake_case, as in files.</summary>
internal static class LibraryJson
{
    public static JsonSerializerOptions Options { get; } = Create();

    /// <summary>Anything as a value; undefined for null.</summary>
    /// <exception cref="JsonException">It nests too deep, or in a circle.</exception>
    /// <exception cref="NotSupportedException">It holds something that can't be written as JSON.</exception>
    public static Value ValueOf(object? anything) => anything is null
        ? Value.Undefined
        : Value.FromUtf8(JsonSerializer.SerializeToUtf8Bytes(anything, anything.GetType(), Options));

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
            RespectNullableAnnotations = true,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        };
        options.MakeReadOnly();
        return options;
    }
}
