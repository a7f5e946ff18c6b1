using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Orchestrator.Web.Api.Describing;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Inputs;
using Orchestrator.Workflows.Text;

namespace Orchestrator.Web.Api;

internal static class ApiLimits
{
    /// <summary>Largest body of a request.</summary>
    public const int MaxBodyBytes = 2 << 20;

    public const int MaxIdLength = 200;
    public const int MaxPage = 500;
}

/// <summary>
/// A JSON object from a request's body, read field by field. Everything wrong in it is collected, an unknown field
/// with the nearest known one, and answered at once. The same reading describes the body (<see cref="Describe"/>).
/// </summary>
internal sealed partial class RequestBody
{
    private readonly Value _body;
    private readonly HashSet<string> _known = [];
    private readonly List<InputProblem> _problems = [];
    private readonly List<Field>? _fields;

    private RequestBody(Value body, List<Field>? fields = null) => (_body, _fields) = (body, fields);

    /// <summary>The whole body; for the hash of an idempotent request.</summary>
    public Value Value => _body;

    /// <summary>The fields that <paramref name="read"/> asks a body for: it is run on one that only listens.</summary>
    public static IReadOnlyList<Field> Describe(Action<RequestBody> read)
    {
        var fields = new List<Field>();
        read(new RequestBody(Value.EmptyObject, fields));
        return fields;
    }

    /// <summary>Reads the body; where it is no JSON object the problem says what and where. None is an empty object.</summary>
    public static async Task<(RequestBody? Body, IResult? Problem)> ReadAsync(HttpRequest request)
    {
        var (bytes, unreadable) = await ReadBytesAsync(request);
        if (bytes is null)
        {
            return (null, unreadable);
        }

        if (bytes.Length == 0)
        {
            return (new RequestBody(Value.EmptyObject), null);
        }

        if (ContentTypes.Refuse(request, ContentTypes.Json) is { } refused)
        {
            return (null, refused);
        }

        try
        {
            var value = Value.FromUtf8(bytes, unique: true);
            return value.Kind == ValueKind.Object
                ? (new RequestBody(value), null)
                : (null, Problems.Of(StatusCodes.Status400BadRequest, "Wrong body", "The body has to be a JSON object."));
        }
        catch (JsonException e)
        {
            return (null, Problems.Of(
                StatusCodes.Status400BadRequest, "Wrong body",
                string.Create(CultureInfo.InvariantCulture, $"The body is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}): {e.Message}")));
        }
    }

    /// <summary>The body's bytes, which are UTF-8; a body that is too large is 413.</summary>
    public static async Task<(byte[]? Bytes, IResult? Problem)> ReadBytesAsync(HttpRequest request)
    {
        try
        {
            using var buffer = new MemoryStream();
            await request.Body.CopyToAsync(buffer, request.HttpContext.RequestAborted);
            var bytes = buffer.ToArray();
            return Utf8.IsValid(bytes)
                ? (bytes, null)
                : (null, Problems.Of(StatusCodes.Status400BadRequest, "Wrong body", "The body is not text in UTF-8."));
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return (null, Problems.Of(
                e.StatusCode, "Body too large", $"The body is larger than {ApiLimits.MaxBodyBytes} bytes."));
        }
    }

    public string? Text(string name, int maxLength, bool required = false, string about = "", string? example = null)
    {
        _fields?.Add(Field.Text(name, maxLength, required, about, example));
        var value = Get(name);
        if (value.IsNullish)
        {
            if (required)
            {
                Wrong(name, "is required");
            }

            return null;
        }

        if (value.Kind != ValueKind.String || value.AsString().Length is var length && (length == 0 || length > maxLength))
        {
            Wrong(name, $"has to be a string of 1 to {maxLength} characters");
            return null;
        }

        return StorableText.Of(value.AsString());
    }

    /// <summary>One of the words; the error lists them.</summary>
    public string? OneOf(string name, IReadOnlyCollection<string> words, bool required = false, string about = "", string? example = null)
    {
        _fields?.Add(Field.Word(name, words, required, about, example));
        var value = Get(name);
        if (value.Kind == ValueKind.String && words.Contains(value.AsString()))
        {
            return value.AsString();
        }

        if (required || !value.IsNullish)
        {
            Wrong(name, $"has to be one of {string.Join(", ", words)}");
        }

        return null;
    }

    public Guid? Id(string name, string about = "")
    {
        _fields?.Add(Field.Id(name, about));
        var value = Get(name);
        if (value.Kind == ValueKind.String && Guid.TryParse(value.AsString(), out var id))
        {
            return id;
        }

        if (!value.IsNullish)
        {
            Wrong(name, "has to be a UUID");
        }

        return null;
    }

    public int? Integer(string name, int min, int max, string about = "", int? example = null)
    {
        _fields?.Add(Field.Integer(name, min, max, about, example));
        return IntegerOf(name, min, max);
    }

    public double? Fraction(string name, double min, double max, string about = "", double? example = null, bool required = false)
    {
        _fields?.Add(Field.Fraction(name, min, max, about, example, required));
        var value = Get(name);
        if (value.IsNullish && !required)
        {
            return null;
        }

        if (value.Kind == ValueKind.Number && value.AsNumber() >= min && value.AsNumber() <= max)
        {
            return value.AsNumber();
        }

        Wrong(name, string.Create(CultureInfo.InvariantCulture, $"has to be a number from {(decimal)min} to {(decimal)max}"));
        return null;
    }

    public bool? Truth(string name, string about = "", bool required = false)
    {
        _fields?.Add(Field.Truth(name, about, required));
        var value = Get(name);
        if ((required || !value.IsNullish) && value.Kind != ValueKind.Boolean)
        {
            Wrong(name, "has to be true or false");
            return null;
        }

        return value.IsNullish ? null : value.AsBoolean();
    }

    /// <summary>A priority: 1 to 4, or its word.</summary>
    public int? Priority(string name)
    {
        _fields?.Add(Field.Priority(name));
        var value = Get(name);
        if (value.Kind != ValueKind.String)
        {
            return IntegerOf(name, 1, 4);
        }

        int? known = value.AsString() switch { "urgent" => 1, "high" => 2, "medium" => 3, "low" => 4, _ => null };
        if (known is null)
        {
            Wrong(name, "has to be urgent, high, medium or low, or 1 to 4");
        }

        return known;
    }

    public Value Object(string name, string about = "", string? example = null)
    {
        _fields?.Add(Field.Object(name, about, example));
        var value = Get(name);
        if (!value.IsNullish && value.Kind != ValueKind.Object)
        {
            Wrong(name, "has to be a JSON object");
            return Value.Undefined;
        }

        return value;
    }

    /// <summary>Any JSON; undefined where it is missing.</summary>
    public Value Any(string name, string about = "", string? example = null)
    {
        _fields?.Add(Field.Anything(name, about, example));
        return Get(name);
    }

    public DateTime? Time(string name, string about = "")
    {
        _fields?.Add(Field.Time(name, about));
        var value = Get(name);
        if (value.IsNullish)
        {
            return null;
        }

        if (value.Kind == ValueKind.String && DateTimeOffset.TryParse(
            value.AsString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            return time.UtcDateTime;
        }

        Wrong(name, "has to be a time such as 2026-11-21T07:00:00Z");
        return null;
    }

    /// <summary>Reports what only the caller can see to be wrong.</summary>
    public void Wrong(string name, string message) => _problems.Add(new InputProblem(name, message));

    /// <summary>Everything wrong with the fields that were asked for, and fields that nobody asked for; null: nothing.</summary>
    public IResult? Problem()
    {
        ReportUnknown();
        return _problems.Count == 0 ? null : Problems.Of(
            StatusCodes.Status422UnprocessableEntity, "Wrong fields",
            Problems.Said(_problems), _problems);
    }

    private void ReportUnknown()
    {
        foreach (var name in _body.AsObject().Keys.Where(name => !_known.Contains(name)))
        {
            var nearest = Nearest.Find(name, _known);
            Wrong(name, nearest is null ? "is not known" : $"is not known; did you mean '{nearest}'?");
        }
    }

    private int? IntegerOf(string name, int min, int max)
    {
        var value = Get(name);
        if (value.IsNullish)
        {
            return null;
        }

        if (value.Kind == ValueKind.Number && double.IsInteger(value.AsNumber()) && value.AsNumber() >= min && value.AsNumber() <= max)
        {
            return (int)value.AsNumber();
        }

        Wrong(name, $"has to be an integer from {min} to {max}");
        return null;
    }

    private Value Get(string name)
    {
        _known.Add(name);
        return _body[name];
    }
}
