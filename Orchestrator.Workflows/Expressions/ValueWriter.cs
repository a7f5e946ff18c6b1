using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Orchestrator.Workflows.Expressions.Functions.Dates;
using Orchestrator.Workflows.Text;

namespace Orchestrator.Workflows.Expressions;

/// <summary>Writes values as JSON that <c>jsonb</c> accepts.</summary>
internal static class ValueWriter
{

    // The text goes to a database and to other programs, never into HTML: only what JSON asks for is escaped.
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    public static string Write(Value value)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            Write(value, writer);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static void Write(Value value, Utf8JsonWriter writer)
    {
        switch (value.Kind)
        {
            case ValueKind.Boolean:
                writer.WriteBooleanValue(value.AsBoolean());
                break;
            case ValueKind.Number:
                WriteNumber(value.AsNumber(), writer);
                break;
            case ValueKind.String:
                writer.WriteStringValue(StorableText.Of(value.AsString()));
                break;
            case ValueKind.Date when DateText.Iso(value.AsTime()) is { } text:
                writer.WriteStringValue(text);
                break;
            case ValueKind.Array:
                WriteArray(value.Elements, writer);
                break;
            case ValueKind.Object:
                WriteObject(value.ObjectMembers, writer);
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    private static void WriteNumber(double number, Utf8JsonWriter writer)
    {
        if (!double.IsFinite(number))
        {
            writer.WriteNullValue();
        }
        else if (Math.Abs(number) < 1e15 && number == Math.Truncate(number))
        {
            writer.WriteNumberValue((long)number);
        }
        else
        {
            writer.WriteRawValue(ValueText.Of(number), skipInputValidation: true);
        }
    }

    private static void WriteArray(ReadOnlySpan<Value> elements, Utf8JsonWriter writer)
    {
        writer.WriteStartArray();
        foreach (var element in elements)
        {
            Write(element, writer);
        }

        writer.WriteEndArray();
    }

    private static void WriteObject(Members members, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        for (var i = 0; i < members.Count; i++)
        {
            if (!members.Contents[i].IsUndefined)
            {
                writer.WritePropertyName(StorableText.Of(members.Names[i]));
                Write(members.Contents[i], writer);
            }
        }

        writer.WriteEndObject();
    }
}
