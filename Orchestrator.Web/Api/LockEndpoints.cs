using System.Text.Json;
using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.Locks;
using Orchestrator.Web.Api.Describing;
using Orchestrator.Web.Auth;

namespace Orchestrator.Web.Api;

internal sealed record LockPage(IReadOnlyList<LockJson> Items, string? NextCursor);

internal sealed record LockJson(
    string LockKey, string LockedBy, long FencingToken, DateTime LockedAt, DateTime ExpiresAt, long ExpiresInMs, JsonElement? Metadata)
{
    public static LockJson Of(HeldLock held) => new(
        held.LockKey, held.LockedBy, held.FencingToken, held.LockedAt, held.ExpiresAt, held.ExpiresInMs, ApiJson.Raw(held.Metadata));
}

/// <summary>Who holds which lock.</summary>
internal static class LockEndpoints
{
    public static void MapLocks(this IEndpointRouteBuilder routes) => routes.MapGet("/api/locks", ListAsync).For(Role.Viewer)
        .WithSummary("List the locks that are held, by key").TakesQuery(query => Page(query)).Answers(200, Examples.Locks);

    private static (int Limit, string? Cursor) Page(RequestQuery query) => (query.Limit(), query.Text("cursor", "next_cursor of the page before."));

    private static async Task<IResult> ListAsync(HttpContext http, LockStore locks)
    {
        var query = new RequestQuery(http.Request);
        var (limit, cursor) = Page(query);
        if (query.Problem() is { } problem)
        {
            return problem;
        }

        // One more than asked for says whether there is a next page.
        var rows = await locks.ListAsync(http.User.Tenant(), cursor, limit + 1, http.RequestAborted);
        var page = rows.Take(limit).ToArray();
        return Results.Json(new LockPage([.. page.Select(LockJson.Of)], rows.Count > limit ? page[^1].LockKey : null), ApiJson.Readable.LockPage);
    }
}
