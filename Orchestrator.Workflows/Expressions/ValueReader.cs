using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Orchestrator.Workflows.Expressions;

/// <summary>Reads JSON into values in one pass, bounded in depth.</summary>
internal static class ValueReader
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = Value.MaxDepth + 1 };

    public static Value Read(string json)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(json.Length));
        try
        {
            return Read(bytes.AsSpan(0, Encoding.UTF8.GetBytes(json, bytes)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    public static Value Read(ReadOnlySpan<byte> json, bool unique = false)
    {
        if (json.StartsWith("\uFEFF"u8))
        {
            json = json[3..];
        }

        var reader = new Utf8JsonReader(json, Options);
        reader.Read();
        var value = ReadValue(ref reader, unique);
        return reader.Read() ? throw new JsonException("There is more after the end of the JSON value.") : value;
    }

    private static Value ReadValue(ref Utf8JsonReader reader, bool unique) => reader.TokenType switch
    {
        JsonTokenType.StartObject => ReadObject(ref reader, unique),
        JsonTokenType.StartArray => ReadArray(ref reader, unique),
        JsonTokenType.String => Value.Of(ReadText(ref reader)),
        JsonTokenType.Number => Value.Of(ReadNumber(ref reader)),
        JsonTokenType.True => Value.True,
        JsonTokenType.False => Value.False,
        _ => Value.Null,
    };

    private static Value ReadObject(ref Utf8JsonReader reader, bool unique)
    {
        CheckDepth(ref reader);
        var builder = new ObjectBuilder();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = ReadText(ref reader);
            reader.Read();
            if (!builder.Set(name, ReadValue(ref reader, unique)) && unique)
            {
                throw new JsonException($"The member '{name}' is there twice.");
            }
        }

        return builder.Build();
    }

    private static Value ReadArray(ref Utf8JsonReader reader, bool unique)
    {
        CheckDepth(ref reader);
        var elements = new List<Value>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            elements.Add(ReadValue(ref reader, unique));
        }

        return Value.FromOwned([.. elements]);
    }

    private static void CheckDepth(ref Utf8JsonReader reader)
    {
        if (reader.CurrentDepth >= Value.MaxDepth)
        {
            throw new JsonException($"The JSON nests deeper than {Value.MaxDepth} levels.");
        }
    }

    private static double ReadNumber(ref Utf8JsonReader reader) =>
        reader.TryGetDouble(out var number)
            ? number
            : double.Parse(reader.ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture);

    private static string ReadText(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Lone surrogates and broken UTF-8 are refused by the reader; JavaScript keeps the one and mends the other.
            return Unescape(Encoding.UTF8.GetString(reader.ValueSpan));
        }
    }

    private static string Unescape(string raw)
    {
        var text = new StringBuilder(raw.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\')
            {
                text.Append(raw[i]);
                continue;
            }

            i++;
            if (raw[i] == 'u')
            {
                text.Append((char)ushort.Parse(raw.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                i += 4;
            }
            else
            {
                text.Append(raw[i] switch { 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', var same => same });
            }
        }

        return text.ToString();
    }
}
