namespace Orchestrator.Web.Api;

/// <summary>A caller's key under which a request counts once.</summary>
internal static class IdempotencyHeader
{
    private const int MaxLength = 255;

    /// <summary>Reads the key; the answer is what is wrong with it.</summary>
    public static IResult? Read(HttpRequest request, out string? key)
    {
        key = request.Headers["Idempotency-Key"].FirstOrDefault() ?? request.Headers["X-Idempotency-Key"].FirstOrDefault();
        if (key is null or { Length: > 0 and <= MaxLength })
        {
            return null;
        }

        key = null;
        return Problems.Of(
            StatusCodes.Status400BadRequest, "Wrong idempotency key", $"An Idempotency-Key has 1 to {MaxLength} characters.");
    }
}
