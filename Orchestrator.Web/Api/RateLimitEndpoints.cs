using Microsoft.AspNetCore.Http.Features;
using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.Limits;
using Orchestrator.Web.Api.Describing;
using Orchestrator.Web.Auth;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Web.Api;

/// <summary>A token bucket. <paramref name="Tokens"/>: below zero, so many are promised to steps that wait.</summary>
internal sealed record RateLimitJson(string RlKey, double Tokens, double Capacity, double RefillRate, DateTime LastRefill, int Waiting)
{
    public static RateLimitJson Of(RateLimitRow row) =>
        new(row.Key, Math.Round(row.Tokens, 6), row.Capacity, row.RefillRate, row.LastRefill, row.Waiting);
}

/// <summary>Whether the tokens are the caller's, how many are left, and after which time it is worth asking again.</summary>
internal sealed record TokenAnswerJson(bool Allowed, double Tokens, long RetryAfterMs);

/// <summary>Token buckets of the caller's own tenant, and seed 001's helper that takes from them.</summary>
internal static class RateLimitEndpoints
{
    private const string Prefix = "/api/rate-limits/";
    private const string KeyExample = "user:ada:agent:clo";

    private static readonly RateLimitJson Example = new(KeyExample, 3.5, 10, 0.5, new DateTime(2026, 11, 21, 7, 0, 0, DateTimeKind.Utc), 0);

    public static void MapRateLimits(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Prefix + "{key}", FindAsync).For(Role.Viewer)
            .WithSummary("Read a token bucket").WithDescription("A full bucket that nobody has asked for a day is forgotten, and made again when it is asked for.")
            .Answers(200, Example).Fails(404);
        routes.MapPut(Prefix + "{key}", SetAsync).For(Role.Operator)
            .WithSummary("Give a token bucket another size, at once")
            .WithDescription("Steps that wait get their times anew, in their order. It holds until a workflow file asks for another size than before.")
            .TakesBody(body => ReadSize(body)).Answers(200, Example);
        routes.MapPost("/functions/v1/orchestrator/rate_limit", TakeAsync).For(Role.Operator)
            .WithSummary("Take tokens from a bucket, all that are wanted or none")
            .WithDescription("The size may be left out where there is the bucket already. Nothing is kept for a caller that is not allowed.")
            .TakesBody(body => ReadWish(body, "")).Answers(200, new TokenAnswerJson(true, 9, 0));
    }

    private static (double? Capacity, double? Refill) ReadSize(RequestBody body, bool required = true) => (
        body.Fraction("capacity", RateLimit.MinCapacity, RateLimit.MaxCapacity, "Tokens of a full bucket.", 10, required),
        body.Fraction("refill_rate", RateLimit.MinRefill, RateLimit.MaxRefill, "Tokens a second.", 0.5, required));

    private static TokenWish ReadWish(RequestBody body, string tenant)
    {
        var key = body.Text("rl_key", RateLimit.MaxKeyLength, required: true, about: "Whose bucket.", example: KeyExample);
        var (capacity, refill) = ReadSize(body, required: false);
        if (capacity is null != refill is null)
        {
            body.Wrong(capacity is null ? "capacity" : "refill_rate", "is needed where the other is given");
        }

        var tokens = body.Fraction("tokens", RateLimit.MinRefill, RateLimit.MaxCapacity, "How many; 1 unless said.", 1) ?? 1;
        return new TokenWish(tenant, key ?? "", tokens, capacity, refill);
    }

    private static async Task<IResult> FindAsync(HttpContext http, RateLimits limits)
    {
        var key = KeyOf(http);
        return await limits.FindAsync(http.User.Tenant(), key, http.RequestAborted) is { } row
            ? Results.Json(RateLimitJson.Of(row), ApiJson.Readable.RateLimitJson)
            : Problems.Of(StatusCodes.Status404NotFound, "No such bucket", $"There is no bucket '{key}': nobody has asked for its tokens lately.");
    }

    private static async Task<IResult> SetAsync(HttpContext http, RateLimits limits)
    {
        var (body, unreadable) = await RequestBody.ReadAsync(http.Request);
        if (body is null)
        {
            return unreadable!;
        }

        var key = KeyOf(http);
        var (capacity, refill) = ReadSize(body);
        if (key.Length > RateLimit.MaxKeyLength || key.Contains('\0'))
        {
            body.Wrong("key", $"has to have 1 to {RateLimit.MaxKeyLength} characters, and no NUL");
        }

        if (body.Problem() is { } problem)
        {
            return problem;
        }

        await limits.SetAsync(http.User.Tenant(), key, capacity!.Value, refill!.Value, http.RequestAborted);
        var row = await limits.FindAsync(http.User.Tenant(), key, http.RequestAborted);
        return Results.Json(RateLimitJson.Of(row!), ApiJson.Readable.RateLimitJson);
    }

    private static async Task<IResult> TakeAsync(HttpContext http, RateLimits limits)
    {
        var (body, unreadable) = await RequestBody.ReadAsync(http.Request);
        if (body is null)
        {
            return unreadable!;
        }

        var wish = ReadWish(body, http.User.Tenant());
        if (wish.Tokens > wish.Capacity)
        {
            body.Wrong("tokens", "are more than the bucket can ever hold (capacity)");
        }

        if (body.Problem() is { } problem)
        {
            return problem;
        }

        var answer = await limits.TakeAsync(wish, http.RequestAborted);
        if (answer is null || wish.Tokens > answer.Capacity)
        {
            body.Wrong(
                answer is null ? "capacity" : "tokens",
                answer is null ? $"and refill_rate are needed: there is no bucket '{wish.Key}' yet" : $"are more than the bucket can ever hold ({answer.Capacity})");
            return body.Problem()!;
        }

        return Results.Json(
            new TokenAnswerJson(answer.Allowed, Math.Round(answer.Tokens, 6), (long)Math.Ceiling(answer.RetryAfter.TotalMilliseconds)),
            ApiJson.Readable.TokenAnswerJson);
    }

    /// <summary>The rest of the address as it was sent: routing leaves an encoded slash as it is.</summary>
    private static string KeyOf(HttpContext http)
    {
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0];
        var start = target.IndexOf(Prefix, StringComparison.OrdinalIgnoreCase);
        return start < 0 ? (string)http.GetRouteValue("key")! : Uri.UnescapeDataString(target[(start + Prefix.Length)..]);
    }
}
