using System.Net.Http.Headers;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Executors;

/// <summary>A call outside of any run (seed 001's <c>/http</c>).</summary>
internal sealed record HelperCall
{
    public static readonly IReadOnlyList<string> Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

    public const int MaxTimeoutMs = 60_000;

    /// <summary>A path of the configured service, which gets its token; null: <see cref="Url"/>.</summary>
    public string? Call { get; init; }

    public string? Url { get; init; }

    /// <summary>Null: POST with a body, else GET.</summary>
    public string? Method { get; init; }

    /// <summary>An object of text, or undefined.</summary>
    public Value Headers { get; init; }

    /// <summary>JSON; undefined: none.</summary>
    public Value Body { get; init; }

    /// <summary>Seed 001's 15 s unless said.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>What the target is told, so that a repeat counts once there.</summary>
    public required string IdempotencyKey { get; init; }
}

/// <summary>What became of a call. A closed set.</summary>
internal abstract record HelperOutcome
{
    /// <summary>The target answered, whatever it was.</summary>
    /// <param name="Status">Its status.</param>
    /// <param name="Headers">Its headers, without secrets.</param>
    /// <param name="Body">JSON as such, else text.</param>
    public sealed record Answered(int Status, Value Headers, Value Body) : HelperOutcome;

    /// <summary>The call can't be made as it stands.</summary>
    public sealed record Refused(string Message) : HelperOutcome;

    /// <summary>No answer that could be taken.</summary>
    public sealed record Failed(string Message, bool IsTimeout) : HelperOutcome;
}

/// <summary>Makes single calls through the same guarded client as the steps.</summary>
internal sealed class HttpHelper(HttpMessageInvoker client, OrchestratorOptions options)
{
    public async Task<HelperOutcome> SendAsync(HelperCall call, CancellationToken cancellationToken)
    {
        string? problem;
        var address = call.Call is { } path
            ? HttpRequests.AddressOfCall(path, options, out problem)
            : HttpRequests.AddressOfUrl(call.Url ?? "", out problem);
        if (address is null)
        {
            return new HelperOutcome.Refused(problem!);
        }

        using var request = Request(call, address);
        if (!HttpRequests.AddHeaders(request, call.Headers, out problem))
        {
            return new HelperOutcome.Refused(problem!);
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(call.Timeout);
        try
        {
            return await ExchangeAsync(request, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new HelperOutcome.Failed($"{HttpRequests.Name(request)} did not answer within {call.Timeout.TotalMilliseconds} ms.", IsTimeout: true);
        }
        catch (HttpRequestException e) when (e.InnerException is AddressRefusedException refused)
        {
            return new HelperOutcome.Refused($"{HttpRequests.Name(request)}: {refused.Message}");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new HelperOutcome.Failed(
                $"{HttpRequests.Name(request)} could not be reached: {e.InnerException?.Message ?? e.Message}", IsTimeout: false);
        }
    }

    private async Task<HelperOutcome> ExchangeAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var response = await client.SendAsync(request, cancellationToken);
        var body = await HttpAnswers.ReadAsync(response, options.MaxResponseBytes, cancellationToken);
        var status = (int)response.StatusCode;
        return body.IsCut
            ? new HelperOutcome.Failed(
                $"{HttpRequests.Name(request)} answered {status} with more than {options.MaxResponseBytes} bytes (Orchestrator:MaxResponseBytes).",
                IsTimeout: false)
            : new HelperOutcome.Answered(status, HttpAnswers.ResponseOf(response, status)["headers"], HttpAnswers.Parse(body.Text, out _));
    }

    private HttpRequestMessage Request(HelperCall call, Uri address)
    {
        var hasBody = !call.Body.IsNullish;
        var request = new HttpRequestMessage(new HttpMethod(call.Method ?? (hasBody ? "POST" : "GET")), address)
        {
            Content = hasBody ? HttpRequests.Json(call.Body) : null,
        };
        request.Headers.TryAddWithoutValidation(HttpRequests.IdempotencyHeader, call.IdempotencyKey);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (call.Call is not null && options.EdgeServiceJwt is { Length: > 0 } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return request;
    }
}
