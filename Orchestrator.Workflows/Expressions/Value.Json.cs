using System.Text.Json;

namespace Orchestrator.Workflows.Expressions;

public readonly partial struct Value
{
    /// <summary>From JSON text.</summary>
    /// <exception cref="JsonException">It is no JSON, or nests deeper than <see cref="MaxDepth"/>.</exception>
    public static Value Parse(string json) => ValueReader.Read(json);

    /// <summary>From JSON in UTF-8, with or without a byte order mark.</summary>
    /// <param name="json">The document.</param>
    /// <param name="unique">Refuses an object that names a member twice; else the last one counts, as in JavaScript.</param>
    /// <exception cref="JsonException">It is no JSON, or nests deeper than <see cref="MaxDepth"/>.</exception>
    public static Value FromUtf8(ReadOnlySpan<byte> json, bool unique = false) => ValueReader.Read(json, unique);

    /// <summary>From a parsed JSON document or a part of it.</summary>
    /// <exception cref="JsonException">It nests deeper than <see cref="MaxDepth"/>.</exception>
    public static Value FromJson(JsonElement element) =>
        element.ValueKind == JsonValueKind.Undefined ? Undefined : ValueReader.Read(element.GetRawText());

    /// <summary>
    /// As compact JSON that PostgreSQL's <c>jsonb</c> accepts: NUL and lone surrogates become U+FFFD, NaN and the
    /// infinities null; undefined members are left out, undefined elsewhere is null.
    /// </summary>
    public string ToJson() => ValueWriter.Write(this);

    /// <summary>What reading its JSON gives: dates are texts, undefined members are gone, NaN is null.</summary>
    public Value AsStored() => IsPlain ? this : Parse(ToJson());

    /// <inheritdoc cref="ToJson"/>
    public void WriteTo(Utf8JsonWriter writer) => ValueWriter.Write(this, writer);
}
