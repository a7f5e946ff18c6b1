using System.Security.Cryptography;
using System.Text;
using Orchestrator.Jobs.Idempotency;
using Orchestrator.Web.Auth;

namespace Orchestrator.Web.Api;

/// <summary>The header by which a caller names a write, so that it counts once (IETF draft on Idempotency-Key).</summary>
internal static class IdempotencyHeader
{
    public const string Name = "Idempotency-Key";
    public const string OtherName = "X-Idempotency-Key";
    public const string Replayed = "Idempotency-Replayed";
    public const int MaxLength = 255;

    /// <summary>The key; null: none was sent, or the problem says what is wrong with it.</summary>
    public static string? Read(HttpRequest request, out IResult? problem)
    {
        string? key = request.Headers[Name].FirstOrDefault() ?? request.Headers[OtherName].FirstOrDefault();
        problem = key?.Length is 0 or > MaxLength
            ? Problems.Of(StatusCodes.Status400BadRequest, "Wrong idempotency key", $"An {Name} has 1 to {MaxLength} characters.")
            : null;
        return problem is null ? key : null;
    }

    public static IResult Reused(string key) => Problems.Of(
        StatusCodes.Status422UnprocessableEntity, "Idempotency key used before",
        $"The idempotency key '{key}' was used for another request. Send a new key with a new request.");
}

/// <summary>The route sees to the key itself, in the statement that writes.</summary>
internal sealed class OwnIdempotency;

/// <summary>
/// Every write under a key counts once: the first answer is kept and given again. It stands before all routes, so that
/// none has to think of it. A crash leaves a key without answer, which becomes free again (<see cref="IdempotentAnswers"/>).
/// </summary>
internal sealed class Idempotency(RequestDelegate next, IdempotentAnswers answers, ILogger<Idempotency> log)
{
    private static readonly object Substitute = new();

    /// <summary>What is kept in place of the answer, which holds a secret.</summary>
    public static void KeepInstead(HttpContext http, byte[] body) => http.Items[Substitute] = body;

    public async Task InvokeAsync(HttpContext http)
    {
        if (!IsWrite(http) || Caller.Find(http.User) is not { } caller)
        {
            await next(http);
            return;
        }

        var key = IdempotencyHeader.Read(http.Request, out var problem);
        if (problem is not null)
        {
            await problem.ExecuteAsync(http);
        }
        else if (key is null)
        {
            await next(http);
        }
        else
        {
            await UnderKeyAsync(http, caller.Tenant, key);
        }
    }

    private static bool IsWrite(HttpContext http) =>
        !HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method)
        && http.GetEndpoint() is RouteEndpoint endpoint && endpoint.Metadata.GetMetadata<OwnIdempotency>() is null;

    private async Task UnderKeyAsync(HttpContext http, string tenant, string key)
    {
        var (body, unreadable) = await RequestBody.ReadBytesAsync(http.Request);
        if (body is null)
        {
            await unreadable!.ExecuteAsync(http);
            return;
        }

        http.Request.Body = new MemoryStream(body);
        var scope = $"{http.Request.Method} {((RouteEndpoint)http.GetEndpoint()!).RoutePattern.RawText}";
        var request = new KeyedRequest(tenant, scope, key, Hash(http.Request, body));
        switch (await answers.BeginAsync(request, http.RequestAborted))
        {
            case KeyState.Owned:
                await CarryOutAsync(http, request);
                break;
            case KeyState.Answered(var answer):
                http.Response.Headers[IdempotencyHeader.Replayed] = "true";
                await WriteAsync(http, answer);
                break;
            case KeyState.Reused:
                await IdempotencyHeader.Reused(key).ExecuteAsync(http);
                break;
            case KeyState.UnderWay:
                http.Response.Headers.RetryAfter = "1";
                await Problems.WriteAsync(
                    http, StatusCodes.Status409Conflict, "Under way",
                    $"A request with the idempotency key '{key}' is being carried out. Send it again for its answer.");
                break;
        }
    }

    private async Task CarryOutAsync(HttpContext http, KeyedRequest request)
    {
        var original = http.Response.Body;
        using var buffer = new MemoryStream();
        http.Response.Body = buffer;
        var isKept = false;
        try
        {
            await next(http);
            isKept = http.Response.StatusCode is >= 200 and < 500 and not StatusCodes.Status429TooManyRequests;
        }
        finally
        {
            http.Response.Body = original;
            await EndAsync(http, request, isKept, buffer.ToArray());
        }

        await original.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), http.RequestAborted);
    }

    /// <summary>What was done is done: that its answer could not be kept is no reason not to give it.</summary>
    private async Task EndAsync(HttpContext http, KeyedRequest request, bool isKept, byte[] body)
    {
        try
        {
            var kept = http.Items[Substitute] as byte[] ?? body;
            await (isKept && kept.Length <= KeptAnswer.MaxBytes
                ? answers.KeepAsync(request, new KeptAnswer(http.Response.StatusCode, http.Response.ContentType, kept))
                : answers.FreeAsync(request));
        }
        catch (Exception e) when (Jobs.Storage.Retry.IsPassing(e))
        {
            WebLog.AnswerNotKept(log, request.Scope, e.Message);
        }
    }

    private static Task WriteAsync(HttpContext http, KeptAnswer answer)
    {
        http.Response.StatusCode = answer.Status;
        http.Response.ContentType = answer.ContentType;
        return http.Response.Body.WriteAsync(answer.Body, http.RequestAborted).AsTask();
    }

    /// <summary>Address, query and body; where one ends and the next begins can't be blurred.</summary>
    private static byte[] Hash(HttpRequest request, byte[] body)
    {
        var head = Encoding.UTF8.GetBytes($"{request.Path.Value}\n{request.QueryString.Value}\n");
        return SHA256.HashData([.. head, .. body]);
    }
}
