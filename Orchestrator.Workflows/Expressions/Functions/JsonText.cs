using System.Globalization;
using System.Text;

namespace Orchestrator.Workflows.Expressions.Functions;

/// <summary>
/// Writes JSON character for character as <c>JSON.stringify</c> does, with indentation or without; or canonically
/// (RFC 8785: members sorted by their names' UTF-16 code units), so that equal values have one text.
/// </summary>
internal sealed class JsonText
{
    private readonly StringBuilder _text = new();
    private readonly string _indent;
    private readonly bool _sorted;
    private readonly HashSet<string>? _members;
    private string _line = "\n";

    private JsonText(string indent, bool sorted, HashSet<string>? members) => (_indent, _sorted, _members) = (indent, sorted, members);

    public static string Canonical(Value value) => new JsonText("", true, null).Append(value);

    /// <summary>Only <paramref name="members"/> of objects where they are given.</summary>
    public static string Of(Value value, string indent = "", HashSet<string>? members = null) => new JsonText(indent, false, members).Append(value);

    private string Append(Value value)
    {
        Write(value);
        return _text.ToString();
    }

    private void Write(Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.Boolean:
                _text.Append(value.AsBoolean() ? "true" : "false");
                break;
            case ValueKind.Number:
                _text.Append(double.IsFinite(value.AsNumber()) ? ValueText.Of(value.AsNumber()) : "null");
                break;
            case ValueKind.String:
                Quote(value.AsString());
                break;
            case ValueKind.Date:
                _text.Append(double.IsNaN(value.AsTime()) ? "null" : $"\"{ValueText.Of(value)}\"");
                break;
            case ValueKind.Array:
                WriteAll('[', value.AsArray(), Write, ']');
                break;
            case ValueKind.Object:
                WriteAll('{', Members(value), WriteMember, '}');
                break;
            default:
                _text.Append("null");
                break;
        }
    }

    private IEnumerable<KeyValuePair<string, Value>> Members(Value value)
    {
        var members = value.AsObject().Where(member => !member.Value.IsUndefined && _members?.Contains(member.Key) != false);
        return _sorted ? members.OrderBy(member => member.Key, StringComparer.Ordinal) : members;
    }

    private void WriteMember(KeyValuePair<string, Value> member)
    {
        Quote(member.Key);
        _text.Append(_indent.Length > 0 ? ": " : ":");
        Write(member.Value);
    }

    private void WriteAll<T>(char open, IEnumerable<T> parts, Action<T> write, char close)
    {
        var outer = _line;
        _line += _indent;
        _text.Append(open);
        var isFirst = true;
        foreach (var part in parts)
        {
            _text.Append(isFirst ? "" : ",").Append(_indent.Length > 0 ? _line : "");
            write(part);
            isFirst = false;
        }

        _line = outer;
        _text.Append(!isFirst && _indent.Length > 0 ? _line : "").Append(close);
    }

    private void Quote(string text)
    {
        _text.Append('"');
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                _text.Append(c).Append(text[++i]);
                continue;
            }

            _ = c switch
            {
                '"' => _text.Append("\\\""),
                '\\' => _text.Append(@"\\"),
                '\b' => _text.Append(@"\b"),
                '\f' => _text.Append(@"\f"),
                '\n' => _text.Append(@"\n"),
                '\r' => _text.Append(@"\r"),
                '\t' => _text.Append(@"\t"),
                < ' ' => _text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ when char.IsSurrogate(c) => _text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => _text.Append(c),
            };
        }

        _text.Append('"');
    }
}
