using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Text;

namespace Orchestrator.Jobs.Executors;

/// <summary>
/// An outbound call (seed 001: every endpoint is told the idempotency key, and answers with <c>ok</c>). Redirects are
/// not followed: the target of a call is the one that the file names.
/// </summary>
internal sealed class HttpExecutor(HttpMessageInvoker client, OrchestratorOptions options) : IStepExecutor
{
    public Type Action => typeof(HttpAction);

    public async ValueTask<AttemptResult> ExecuteAsync(StepAttempt attempt, CancellationToken cancellationToken)
    {
        var action = (HttpAction)attempt.Step.Action;
        if (HttpRequests.Create(action, attempt, options, out var problem) is not { } request)
        {
            return new AttemptFailed(new Failure(FailureKind.Invalid, problem!));
        }

        using (request)
        {
            return await HttpExchange.SendAsync(
                client, request, HttpRequests.Name(request), attempt, options.MaxResponseBytes,
                (response, body) => HttpAnswers.Judge(action, request, response, body, options.MaxResponseBytes), cancellationToken);
        }
    }
}

/// <summary>Builds the request of an http step.</summary>
internal static class HttpRequests
{
    public const string IdempotencyHeader = "X-Idempotency-Key";

    /// <summary>Of exclusive steps: a target that has seen a higher one refuses it.</summary>
    public const string FencingHeader = "X-Fencing-Token";

    /// <summary>The request; null: the step can't be carried out as it stands, and why.</summary>
    public static HttpRequestMessage? Create(HttpAction action, StepAttempt attempt, OrchestratorOptions options, out string? problem)
    {
        var isGet = action.Method is "GET" or "HEAD";
        if (Address(action, attempt.Scope, options, out problem) is not { } address)
        {
            return null;
        }

        var query = action.Query?.Render(attempt.Scope)
            ?? (action.Call is not null && isGet ? Ids(attempt) : Value.Undefined);
        var request = new HttpRequestMessage(new HttpMethod(action.Method), WithQuery(address, query));
        if (action.Body is { } body)
        {
            request.Content = Json(body.Render(attempt.Scope));
        }
        else if (action.Call is not null && !isGet)
        {
            request.Content = Json(Ids(attempt)
                .With("payload", attempt.Scope.Resolve(RootNames.Inputs))
                .With("results", attempt.Scope.DependencyResults()));
        }

        AddOwnHeaders(request, attempt, attempt.IdempotencyKey, action.Call is not null ? options.EdgeServiceJwt : null);
        if (AddHeaders(request, action.Headers?.Render(attempt.Scope) ?? Value.Undefined, out problem))
        {
            return request;
        }

        request.Dispose();
        return null;
    }

    /// <summary>What every request of a step has.</summary>
    public static void AddOwnHeaders(HttpRequestMessage request, StepAttempt attempt, string idempotencyKey, string? serviceToken)
    {
        request.Headers.TryAddWithoutValidation(IdempotencyHeader, idempotencyKey);
        if (attempt.FencingToken is { } token)
        {
            request.Headers.TryAddWithoutValidation(FencingHeader, token.ToString(CultureInfo.InvariantCulture));
        }

        request.Headers.TryAddWithoutValidation("traceparent", TraceParent(attempt));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (!string.IsNullOrEmpty(serviceToken))
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", serviceToken);
        }
    }

    /// <summary>Method and address without the query and without a user and password, which logs must not hold.</summary>
    public static string Name(HttpRequestMessage request) =>
        $"{request.Method} {request.RequestUri!.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)}";

    private static Uri? Address(HttpAction action, StepScope scope, OrchestratorOptions options, out string? problem)
    {
        problem = null;
        return action.Call is { } call
            ? AddressOfCall(call.Render(scope).ToText(), options, out problem)
            : AddressOfUrl(action.Url!.Render(scope).ToText(), out problem);
    }

    /// <summary>A path of the configured service; null: there is none, and why.</summary>
    public static Uri? AddressOfCall(string path, OrchestratorOptions options, out string? problem)
    {
        problem = options.EdgeBaseUrl is null
            ? "A 'call' needs a base URL, and no base URL is configured. Set EDGE_BASE_URL, or use 'url'."
            : !path.StartsWith('/') ? $"'call' has to be a path that starts with '/', found '{path}'." : null;
        return problem is null ? new Uri(options.EdgeBaseUrl!.AbsoluteUri.TrimEnd('/') + path) : null;
    }

    /// <summary>An absolute address; null: it is none, and why.</summary>
    public static Uri? AddressOfUrl(string url, out string? problem)
    {
        var isAddress = Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https";
        problem = Addresses.HasUser(url) ? $"'url' has a user or a password in it, which would not be sent. {Addresses.InsteadOfUser}"
            : isAddress ? null : $"'url' has to be an absolute http or https address, found '{url}'.";
        return problem is null ? address : null;
    }

    private static Uri WithQuery(Uri address, Value query)
    {
        if (query.Kind != ValueKind.Object)
        {
            return address;
        }

        var pairs = query.AsObject()
            .Where(pair => !pair.Value.IsNullish)
            .Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value.ToText())}");
        var builder = new UriBuilder(address);
        builder.Query = string.Join('&', new[] { builder.Query.TrimStart('?') }.Where(text => text.Length > 0).Concat(pairs));
        return builder.Uri;
    }

    private static Value Ids(StepAttempt attempt) => Value.Object(
        ("user_id", attempt.Run.UserId),
        ("intent_id", attempt.Run.IntentId),
        ("workflow_run_id", attempt.Run.Id.ToString()),
        ("step_id", attempt.Step.Id));

    public static StringContent Json(Value value) => new(value.ToJson(), Encoding.UTF8, "application/json");

    public static bool AddHeaders(HttpRequestMessage request, Value headers, out string? problem)
    {
        problem = null;
        if (headers.Kind != ValueKind.Object)
        {
            return true;
        }

        foreach (var (name, value) in headers.AsObject().Where(header => !header.Value.IsNullish))
        {
            if (!Replace(request, name, value.ToText()))
            {
                problem = $"Header '{name}' can't be sent: its name or value is not one that HTTP allows.";
                return false;
            }
        }

        return true;
    }

    /// <summary>A header of the file takes the place of the one that would be sent without it.</summary>
    private static bool Replace(HttpRequestMessage request, string name, string text)
    {
        if (text.Any(c => c is not ('\t' or (>= ' ' and <= '~'))))
        {
            return false;
        }

        if (request.Headers.NonValidated.Contains(name))
        {
            request.Headers.Remove(name);
        }
        else if (request.Content?.Headers.NonValidated.Contains(name) == true)
        {
            request.Content.Headers.Remove(name);
        }

        return request.Headers.TryAddWithoutValidation(name, text) || request.Content?.Headers.TryAddWithoutValidation(name, text) == true;
    }

    /// <summary>The run is the trace, the attempt a span in it (W3C Trace Context).</summary>
    private static string TraceParent(StepAttempt attempt)
    {
        var span = (ulong)(uint)attempt.Step.Index << 32 | (uint)attempt.Number;
        return string.Create(CultureInfo.InvariantCulture, $"00-{attempt.Run.Id.Value:N}-{span:x16}-01");
    }
}
