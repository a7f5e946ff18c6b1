using Orchestrator.Jobs.Execution;

namespace Orchestrator.Jobs.Executors;

/// <summary>Sends a step's request through the guarded client, and turns whatever happens into the attempt's end.</summary>
internal static class HttpExchange
{
    /// <param name="client">The guarded client.</param>
    /// <param name="request">What is sent.</param>
    /// <param name="name">What log and errors call it: never with a query.</param>
    /// <param name="attempt">Whose request it is.</param>
    /// <param name="maxBytes">Of the answer's body.</param>
    /// <param name="judge">Says what an answer means.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="isSecret">The target's address is: errors say what kind of thing went wrong, and no more.</param>
    public static async Task<AttemptResult> SendAsync(
        HttpMessageInvoker client, HttpRequestMessage request, string name, StepAttempt attempt, int maxBytes,
        Func<HttpResponseMessage, HttpBody, AttemptResult> judge, CancellationToken cancellationToken,
        bool isSecret = false)
    {
        try
        {
            using var response = await client.SendAsync(request, cancellationToken);
            var body = await HttpAnswers.ReadAsync(response, maxBytes, cancellationToken);
            var result = judge(response, body);
            attempt.Log.Info($"{name} → {(int)response.StatusCode}");
            return result;
        }
        catch (HttpRequestException e) when (e.InnerException is AddressRefusedException refused)
        {
            return new AttemptFailed(new Failure(FailureKind.Invalid, isSecret ? $"{name} is at an address that steps may not call." : $"{name}: {refused.Message}"));
        }
        catch (HttpRequestException e)
        {
            return Unreachable(attempt, name, isSecret ? e.HttpRequestError.ToString() : e.InnerException?.Message ?? e.Message);
        }
        catch (OperationCanceledException e) when (e.InnerException is TimeoutException && !cancellationToken.IsCancellationRequested)
        {
            return Unreachable(attempt, name, "no connection in time");
        }
        catch (IOException e)
        {
            return Unreachable(attempt, name, isSecret ? e.GetType().Name : e.Message);
        }
    }

    private static AttemptFailed Unreachable(StepAttempt attempt, string name, string message)
    {
        attempt.Log.Error($"{name}: {message}");
        return new AttemptFailed(new Failure(FailureKind.Network, $"{name} could not be reached: {message}"));
    }
}
