using System.Text.Json;
using Orchestrator.Jobs.Access;
using Orchestrator.Web.Api.Describing;
using Orchestrator.Web.Auth;

namespace Orchestrator.Web.Api;

internal sealed record ApiKeyPage(IReadOnlyList<ApiKeyJson> Items, Guid? NextCursor);

/// <summary>A key as lists show it; its secret is shown once, when it is made.</summary>
internal sealed record ApiKeyJson(
    Guid Id, string Name, string Role, string Prefix, DateTime CreatedAt, string CreatedBy, DateTime? LastUsedAt, DateTime? ExpiresAt,
    DateTime? RevokedAt)
{
    public static ApiKeyJson Of(ApiKey key) => new(
        key.ApiKeyId, key.Name, key.Role, key.Prefix, key.CreatedAt, key.CreatedBy, key.LastUsedAt, key.ExpiresAt, key.RevokedAt);
}

/// <summary>A key that was made just now. <paramref name="Key"/>: the secret, which is stored nowhere; null in an answer that is given again.</summary>
internal sealed record NewApiKeyJson(Guid Id, string Name, string Role, string Prefix, string? Key, DateTime? ExpiresAt);

/// <summary>API keys of the caller's own tenant.</summary>
internal static class KeyEndpoints
{
    public static void MapKeys(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/keys", ListAsync).For(Role.Admin)
            .WithSummary("List the tenant's keys").TakesQuery(query => Page(query)).Answers(200, new ApiKeyPage([Examples.Key], null));
        routes.MapPost("/api/keys", CreateAsync).For(Role.Admin)
            .WithSummary("Make a key, which is shown once").TakesBody(body => Read(body)).Answers(201, Examples.NewKey);
        routes.MapDelete("/api/keys/{id:guid}", RevokeAsync).For(Role.Admin)
            .WithSummary("Revoke a key").Answers(200, Examples.Key);
    }

    private static (int Limit, Guid? Cursor) Page(RequestQuery query) => (query.Limit(), query.Id("cursor", "next_cursor of the page before."));

    private static (string? Name, string? Role, DateTime? ExpiresAt) Read(RequestBody body) => (
        body.Text("name", NewApiKey.MaxNameLength, required: true, about: "What people know it by.", example: "ci"),
        body.OneOf("role", RoleWords.All, required: true, example: "operator"),
        body.Time("expires_at", "Never where it is left out."));

    private static async Task<IResult> ListAsync(HttpContext http, ApiKeyStore keys)
    {
        var query = new RequestQuery(http.Request);
        var (limit, cursor) = Page(query);
        if (query.Problem() is { } problem)
        {
            return problem;
        }

        // One more than asked for says whether there is a next page.
        var rows = await keys.ListAsync(http.User.Tenant(), cursor, limit + 1, http.RequestAborted);
        var page = rows.Take(limit).ToArray();
        return Results.Json(
            new ApiKeyPage([.. page.Select(ApiKeyJson.Of)], rows.Count > limit ? page[^1].ApiKeyId : null), ApiJson.Readable.ApiKeyPage);
    }

    private static async Task<IResult> CreateAsync(HttpContext http, ApiKeyStore keys, TimeProvider time)
    {
        var (body, unreadable) = await RequestBody.ReadAsync(http.Request);
        if (body is null)
        {
            return unreadable!;
        }

        var caller = Caller.Of(http.User);
        var (name, role, expiresAt) = Read(body);
        if (expiresAt <= time.GetUtcNow().UtcDateTime)
        {
            body.Wrong("expires_at", "has to be a time to come");
        }

        if (body.Problem() is { } problem)
        {
            return problem;
        }

        var (key, secret) = await keys.CreateAsync(
            new NewApiKey { Tenant = caller.Tenant, Name = name!, Role = RoleWords.Of(role!)!.Value, CreatedBy = caller.Name, ExpiresAt = expiresAt },
            http.RequestAborted);
        var answer = new NewApiKeyJson(key.ApiKeyId, key.Name, key.Role, key.Prefix, secret, key.ExpiresAt);
        Idempotency.KeepInstead(http, JsonSerializer.SerializeToUtf8Bytes(answer with { Key = null }, ApiJson.Readable.NewApiKeyJson));
        return Results.Json(answer, ApiJson.Readable.NewApiKeyJson, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> RevokeAsync(HttpContext http, ApiKeyStore keys, Guid id) =>
        await keys.RevokeAsync(http.User.Tenant(), id, prefix: null, http.RequestAborted) is [var key]
            ? Results.Json(ApiKeyJson.Of(key), ApiJson.Readable.ApiKeyJson)
            : Problems.Of(StatusCodes.Status404NotFound, "No such key", $"There is no key {id}.");
}
