using System.Net;
using System.Text;
using System.Text.Json;
using Orchestrator.Jobs.Execution;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Executors;

/// <summary>The body of an answer, as far as it was read.</summary>
/// <param name="Text">Its text.</param>
/// <param name="IsCut">It was larger than allowed.</param>
internal readonly record struct HttpBody(string Text, bool IsCut);

/// <summary>Reads and judges what a called service answers.</summary>
internal static class HttpAnswers
{
    private const int MaxErrorLength = 300;
    private const int MaxHeaders = 50;
    private const int MaxHeaderLength = 1000;

    /// <summary>Headers that never reach a row or a page.</summary>
    private static readonly HashSet<string> Secret =
        new(["Set-Cookie", "Authorization", "Proxy-Authenticate", "WWW-Authenticate"], StringComparer.OrdinalIgnoreCase);

    public static async Task<HttpBody> ReadAsync(HttpResponseMessage response, int maxBytes, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        while (buffer.Length <= maxBytes && await stream.ReadAsync(chunk, cancellationToken) is > 0 and var read)
        {
            buffer.Write(chunk, 0, read);
        }

        var isCut = buffer.Length > maxBytes;
        return new HttpBody(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, isCut ? maxBytes : (int)buffer.Length), isCut);
    }

    public static AttemptResult Judge(
        HttpAction action, HttpRequestMessage request, HttpResponseMessage response, HttpBody body, int maxBytes)
    {
        var status = (int)response.StatusCode;
        var name = HttpRequests.Name(request);
        var wanted = action.ExpectStatus.Count > 0 ? $", not {string.Join(" or ", action.ExpectStatus)} (expect_status)" : "";
        if (Refusal(IsExpected(action, status), name, response, body, maxBytes, wanted) is { } refusal)
        {
            return refusal;
        }

        var result = Parse(body.Text, out var isJson);
        if (action.Call is not null && (!isJson || result.Kind != ValueKind.Object))
        {
            return new AttemptFailed(new Failure(
                FailureKind.NotOk, $"{name} has to answer a 'call' with a JSON object{Shown(body)}", status));
        }

        return result["ok"] == Value.False
            ? new AttemptFailed(new Failure(FailureKind.NotOk, $"{name} answered ok: false{Error(result)}", status))
            : new AttemptSucceeded(result, ResponseOf(response, status), status);
    }

    /// <summary>What is wrong with an answer whatever it says: its status or its size. Null: nothing.</summary>
    public static AttemptFailed? Refusal(bool isExpected, string name, HttpResponseMessage response, HttpBody body, int maxBytes, string wanted = "")
    {
        var status = (int)response.StatusCode;
        return !isExpected ? new AttemptFailed(new Failure(FailureKind.Status, $"{name} answered {status}{wanted}{Shown(body)}", status, RetryAfter(response)))
            : body.IsCut ? new AttemptFailed(new Failure(
                FailureKind.Invalid, $"{name} answered with more than {maxBytes} bytes (Orchestrator:MaxResponseBytes).", status))
            : null;
    }

    private static bool IsExpected(HttpAction action, int status) =>
        action.ExpectStatus.Count > 0 ? action.ExpectStatus.Contains(status) : status is >= 200 and < 300;

    public static Value Parse(string text, out bool isJson)
    {
        isJson = false;
        if (string.IsNullOrWhiteSpace(text))
        {
            return Value.Null;
        }

        try
        {
            var value = Value.Parse(text);
            isJson = true;
            return value;
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            return text;
        }
    }

    /// <summary>What an answer's `error` says, with a colon before it; empty: nothing.</summary>
    public static string Error(Value result) =>
        result["error"] is { IsNullish: false } error ? ": " + Cut(error.Kind == ValueKind.Object && !error["message"].IsNullish
            ? error["message"].ToText()
            : error.ToText()) : "";

    public static string Shown(HttpBody body) => string.IsNullOrWhiteSpace(body.Text) ? "" : ": " + Cut(body.Text.Trim());

    private static string Cut(string text) => text.Length <= MaxErrorLength ? text : text[..MaxErrorLength] + "…";

    public static TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        if (response.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable))
        {
            return null;
        }

        var wish = response.Headers.RetryAfter;
        return wish?.Delta ?? (wish?.Date is { } date && response.Headers.Date is { } now && date > now ? date - now : null);
    }

    /// <summary>Status and headers, without those that are secrets.</summary>
    public static Value ResponseOf(HttpResponseMessage response, int status)
    {
        var headers = response.Headers.Concat(response.Content.Headers)
            .Where(header => !Secret.Contains(header.Key))
            .Take(MaxHeaders)
            .Select(header =>
            {
                var text = string.Join(", ", header.Value);
                return KeyValuePair.Create(
                    header.Key.ToLowerInvariant(), Value.Of(text.Length <= MaxHeaderLength ? text : text[..MaxHeaderLength]));
            });
        return Value.Object(("status", status), ("headers", Value.Object(headers)));
    }
}
