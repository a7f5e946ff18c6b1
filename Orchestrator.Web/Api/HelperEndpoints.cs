using System.Text.Json;
using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.Executors;
using Orchestrator.Web.Api.Describing;
using Orchestrator.Web.Auth;

namespace Orchestrator.Web.Api;

/// <summary>What a called service answered. <paramref name="Ok"/>: its status is one of success.</summary>
internal sealed record HelperAnswer(bool Ok, int Status, JsonElement? Headers, JsonElement? Body)
{
    public static HelperAnswer Of(HelperOutcome.Answered answer) => new(
        answer.Status is >= 200 and < 300, answer.Status, ApiJson.Raw(answer.Headers.ToJson()), ApiJson.Raw(answer.Body.ToJson()));
}

/// <summary>Helpers of seed 001.</summary>
internal static class HelperEndpoints
{
    private const int MaxAddressLength = 4096;

    public static void MapHelpers(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/functions/v1/orchestrator/http", CallAsync).For(Role.Operator)
            .WithSummary("Call a service through the guarded client")
            .WithDescription("Either call, a path of the configured service, which gets its token, or url. The idempotency key is passed on. "
                + "Whatever the service answers is a 200 here; 502 and 504 say that it gave no answer.")
            .TakesBody(body => Read(body))
            .Answers(200, new HelperAnswer(true, 200, ApiJson.Raw("""{"content-type": "application/json"}"""), ApiJson.Raw("""{"ok": true}""")))
            .Fails(502, 504);

    private static HelperCall Read(RequestBody body)
    {
        var call = new HelperCall
        {
            Call = body.Text("call", MaxAddressLength, about: "A path below EDGE_BASE_URL.", example: "/functions/v1/agent-proxy/notify"),
            Url = body.Text("url", MaxAddressLength, about: "An absolute address, in place of call."),
            Method = body.OneOf("method", HelperCall.Methods, about: "POST with a body, else GET, unless said."),
            Headers = body.Object("headers"),
            Body = body.Any("body", "JSON that is sent.", """{"user_id": "ada"}"""),
            Timeout = TimeSpan.FromMilliseconds(body.Integer("timeout_ms", 1, HelperCall.MaxTimeoutMs, "15000 unless said.") ?? 15_000),
            IdempotencyKey = "",
        };
        if (call.Call is null == call.Url is null)
        {
            body.Wrong("call", "or url is required, and only one of them");
        }

        return call;
    }

    private static async Task<IResult> CallAsync(HttpContext http, HttpHelper helper)
    {
        var (body, unreadable) = await RequestBody.ReadAsync(http.Request);
        if (body is null)
        {
            return unreadable!;
        }

        var call = Read(body) with { IdempotencyKey = KeyFor(http) };
        if (body.Problem() is { } problem)
        {
            return problem;
        }

        return await helper.SendAsync(call, http.RequestAborted) switch
        {
            HelperOutcome.Answered answered => Results.Json(HelperAnswer.Of(answered), ApiJson.Readable.HelperAnswer),
            HelperOutcome.Refused refused => Problems.Of(StatusCodes.Status422UnprocessableEntity, "Not called", refused.Message),
            HelperOutcome.Failed failed => Problems.Of(
                failed.IsTimeout ? StatusCodes.Status504GatewayTimeout : StatusCodes.Status502BadGateway, "No answer", failed.Message),
            var other => throw new InvalidOperationException($"{other} is no outcome of a call."),
        };
    }

    /// <summary>The caller's key as it came; a key of this call alone where none did, as targets ask for one.</summary>
    private static string KeyFor(HttpContext http) =>
        IdempotencyHeader.Read(http.Request, out _) is { } key ? key : $"http:{Guid.NewGuid():N}";
}
