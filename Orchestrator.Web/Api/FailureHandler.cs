using Microsoft.AspNetCore.Diagnostics;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Web.Api;

/// <summary>What no route expected: a database out of reach is 503 and passes; anything else is 500, logged, and not shown.</summary>
internal sealed class FailureHandler(ILogger<FailureHandler> log) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        switch (exception)
        {
            case OperationCanceledException when httpContext.RequestAborted.IsCancellationRequested:
                return true;
            case BadHttpRequestException bad:
                await Problems.WriteAsync(httpContext, bad.StatusCode, "Wrong request", bad.Message);
                return true;
            case var _ when Retry.IsPassing(exception):
                httpContext.Response.Headers.RetryAfter = "1";
                var (title, what) = Retry.TakesNoWrites(exception)
                    ? ("Database takes no writes", "The database takes no writes at the moment: its disk is full, or it is read-only.")
                    : ("Database out of reach", "The database can't be reached at the moment.");
                await Problems.WriteAsync(
                    httpContext, StatusCodes.Status503ServiceUnavailable, title, what + " Send the request again; a write with its Idempotency-Key, so that it counts once.");
                return true;
            default:
                WebLog.Unexpected(log, httpContext.Request.Method, httpContext.Request.Path, exception);
                await Problems.WriteAsync(
                    httpContext, StatusCodes.Status500InternalServerError, "Unexpected error", "Something went wrong here. The log has the details.");
                return true;
        }
    }
}

internal static partial class WebLog
{
    [LoggerMessage(100, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void Unexpected(ILogger logger, string method, string path, Exception error);

    [LoggerMessage(101, LogLevel.Warning, "The answer to {Scope} could not be kept for its idempotency key: {Message}")]
    public static partial void AnswerNotKept(ILogger logger, string scope, string message);

    [LoggerMessage(102, LogLevel.Error, "The webhook of workflow {Workflow} can't be checked: Secrets__{Secret} is not set")]
    public static partial void NoWebhookSecret(ILogger logger, string workflow, string secret);
}
