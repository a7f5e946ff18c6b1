using System.Globalization;
using System.Text.Json;
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
/// with the nearest known one, and answered at once.
/// </summary>
internal sealed class RequestBody
{
    private readonly Value _body;
    private readonly HashSet<string> _known = [];
    private readonly List<InputProblem> _problems = [];

    private RequestBody(Value body) => _body = body;

    /// <summary>The whole body; for the hash of an idempotent request.</summary>
    public Value Value => _body;

    /// <summary>Reads the body; where it is no JSON object the problem says what and where.</summary>
    public static async Task<(RequestBody? Body, IResult? Problem)> ReadAsync(HttpRequest request)
    {
        var (bytes, tooLarge) = await ReadBytesAsync(request);
        if (tooLarge is not null)
        {
            return (null, tooLarge);
        }

        if (bytes!.Length == 0)
        {
            return (new RequestBody(Value.EmptyObject), null);
        }

        try
        {
            var value = Value.FromUtf8(bytes);
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

    /// <summary>The body's bytes; a body that is too large is 413.</summary>
    public static async Task<(byte[]? Bytes, IResult? Problem)> ReadBytesAsync(HttpRequest request)
    {
        try
        {
            using var buffer = new MemoryStream();
            await request.Body.CopyToAsync(buffer, request.HttpContext.RequestAborted);
            return (buffer.ToArray(), null);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return (null, Problems.Of(
                e.StatusCode, "Body too large", $"The body is larger than {ApiLimits.MaxBodyBytes} bytes."));
        }
    }

    public string? Text(string name, int maxLength, bool required = false)
    {
        var value = Get(name);
        if (value.IsNullish)
        {
            if (required)
            {
                _problems.Add(new InputProblem(name, "is required"));
            }

            return null;
        }

        if (value.Kind != ValueKind.String || value.AsString().Length is var length && (length == 0 || length > maxLength))
        {
            _problems.Add(new InputProblem(name, $"has to be a string of 1 to {maxLength} characters"));
            return null;
        }

        return value.AsString();
    }

    public int? Integer(string name, int min, int max)
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

        _problems.Add(new InputProblem(name, $"has to be an integer from {min} to {max}"));
        return null;
    }

    /// <summary>A priority: 1 to 4, or its word.</summary>
    public int? Priority(string name)
    {
        var value = Get(name);
        if (value.Kind != ValueKind.String)
        {
            return Integer(name, 1, 4);
        }

        int? known = value.AsString() switch { "urgent" => 1, "high" => 2, "medium" => 3, "low" => 4, _ => null };
        if (known is null)
        {
            _problems.Add(new InputProblem(name, "has to be urgent, high, medium or low, or 1 to 4"));
        }

        return known;
    }

    /// <summary>Any JSON value; undefined: it is not there.</summary>
    public Value Any(string name) => Get(name);

    public Value Object(string name)
    {
        var value = Get(name);
        if (!value.IsNullish && value.Kind != ValueKind.Object)
        {
            _problems.Add(new InputProblem(name, "has to be a JSON object"));
            return Value.Undefined;
        }

        return value;
    }

    public DateTime? Time(string name)
    {
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

        _problems.Add(new InputProblem(name, "has to be a time such as 2026-11-21T07:00:00Z"));
        return null;
    }

    /// <summary>Everything wrong with the fields that were asked for, and fields that nobody asked for; null: nothing.</summary>
    public IResult? Problem()
    {
        foreach (var name in _body.AsObject().Keys.Where(name => !_known.Contains(name)))
        {
            var nearest = Nearest.Find(name, _known);
            _problems.Add(new InputProblem(name, nearest is null ? "is not known" : $"is not known; did you mean '{nearest}'?"));
        }

        return _problems.Count == 0 ? null : Problems.Of(
            StatusCodes.Status422UnprocessableEntity, "Wrong fields",
            string.Join("; ", _problems.Select(problem => $"{problem.Path} {problem.Message}")) + ".", _problems);
    }

    private Value Get(string name)
    {
        _known.Add(name);
        return _body[name];
    }
}
