using System.Text.Json;
using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.Control;
using Orchestrator.Jobs.Queries;
using Orchestrator.Jobs.Storage;
using Orchestrator.Web.Api.Describing;
using Orchestrator.Web.Auth;

namespace Orchestrator.Web.Api;

/// <summary>Snapshots of a run: taken, listed, read, compared.</summary>
internal static class SnapshotEndpoints
{
    public static void MapSnapshots(this IEndpointRouteBuilder routes)
    {
        const string path = "/api/runs/{id:guid}/snapshots";
        routes.MapPost(path, TakeAsync).For(Role.Operator)
            .WithSummary("Take a snapshot of a run").Answers(201, Examples.OneSnapshot).Fails(404, 409);
        routes.MapGet(path, ListAsync).For(Role.Viewer)
            .WithSummary("List a run's snapshots, newest first").TakesQuery(query => ReadList(query))
            .Answers(200, new SnapshotList([Examples.OneSnapshot with { Steps = null, Variables = null }], null));
        routes.MapGet(path + "/{number:long}", FindAsync).For(Role.Viewer)
            .WithSummary("Read a snapshot").Answers(200, Examples.OneSnapshot);
        routes.MapGet(path + "/diff", DiffAsync).For(Role.Viewer)
            .WithSummary("Compare two snapshots of a run").TakesQuery(query => ReadDiff(query)).Answers(200, Examples.SnapshotsCompared);
    }

    private static (int Limit, int Before) ReadList(RequestQuery query) =>
        (query.Limit(ApiLimits.MaxPage), query.Integer("cursor", 1, int.MaxValue, "next_cursor of the page before.") ?? int.MaxValue);

    private static (int? From, int? To) ReadDiff(RequestQuery query) => (
        query.Integer("from", 1, int.MaxValue, "Number of a snapshot; the one before `to` unless said."),
        query.Integer("to", 1, int.MaxValue, "Number of a snapshot; the newest unless said."));

    private static async Task<IResult> TakeAsync(HttpContext http, Snapshots snapshots, Guid id)
    {
        var (tenant, run) = (http.User.Tenant(), new RunId(id));
        return await snapshots.TakeAsync(tenant, run, http.User.Actor(), http.RequestAborted) switch
        {
            null => NoSuch($"There is no run {id}."),
            0 => Problems.Of(StatusCodes.Status409Conflict, "Too many snapshots", $"Run {id} has {Snapshots.Max} snapshots, and may have no more."),
            { } number => Results.Json(
                SnapshotJson.Of((await snapshots.ReadAsync(tenant, run, [number], http.RequestAborted))[0]), ApiJson.Readable.SnapshotJson,
                statusCode: StatusCodes.Status201Created),
        };
    }

    private static async Task<IResult> ListAsync(HttpContext http, RunQueries runs, Snapshots snapshots, Guid id)
    {
        var query = new RequestQuery(http.Request);
        var (limit, before) = ReadList(query);
        if (query.Problem() is { } problem)
        {
            return problem;
        }

        if (await runs.FindAsync(http.User.Tenant(), new RunId(id), http.RequestAborted) is null)
        {
            return NoSuch($"There is no run {id}.");
        }

        // A run has few of them, and the list has none of what they hold.
        var all = (await snapshots.ReadAsync(http.User.Tenant(), new RunId(id), null, http.RequestAborted)).Where(row => row.Number < before).ToList();
        var items = all.Take(limit).Select(SnapshotJson.Of).ToList();
        return Results.Json(new SnapshotList(items, all.Count > limit ? items[^1].Number : null), ApiJson.Readable.SnapshotList);
    }

    private static async Task<IResult> FindAsync(HttpContext http, Snapshots snapshots, Guid id, long number) =>
        number <= int.MaxValue && await snapshots.ReadAsync(http.User.Tenant(), new RunId(id), [(int)number], http.RequestAborted) is [var found]
            ? Results.Json(SnapshotJson.Of(found), ApiJson.Readable.SnapshotJson)
            : NoSuch($"There is no snapshot {number} of a run {id}.");

    private static async Task<IResult> DiffAsync(HttpContext http, Snapshots snapshots, Guid id)
    {
        var query = new RequestQuery(http.Request);
        var (from, to) = ReadDiff(query);
        if (query.Problem() is { } problem)
        {
            return problem;
        }

        var (tenant, run) = (http.User.Tenant(), new RunId(id));
        var newest = (await snapshots.ReadAsync(tenant, run, null, http.RequestAborted)).FirstOrDefault()?.Number ?? 0;
        var (last, first) = (to ?? newest, from ?? (to ?? newest) - 1);
        if (first < 1)
        {
            return NoSuch($"{(newest == 0 ? $"Run {id} has no snapshot" : $"Snapshot {last} of run {id} is its first")}, and it takes two to compare: POST /api/runs/{id}/snapshots takes one.");
        }

        var found = (await snapshots.ReadAsync(tenant, run, [first, last], http.RequestAborted)).ToDictionary(one => one.Number);
        return found.TryGetValue(first, out var before) && found.TryGetValue(last, out var after)
            ? Results.Json(SnapshotDiff.Of(SnapshotJson.Of(before), SnapshotJson.Of(after)), ApiJson.Readable.SnapshotDiff)
            : NoSuch($"There are no snapshots {first} and {last} of a run {id} to compare.");
    }

    private static IResult NoSuch(string message) => Problems.Of(StatusCodes.Status404NotFound, "No such snapshot", message);
}

internal sealed record SnapshotList(IReadOnlyList<SnapshotJson> Items, int? NextCursor);

/// <param name="Number">From 1.</param>
/// <param name="At">When it was taken.</param>
/// <param name="TakenBy">By whom.</param>
/// <param name="Status">The run's state.</param>
/// <param name="Variables">The run's variables; null in lists.</param>
/// <param name="Steps">By address: <c>{status, attempts, job_id, result}</c>; <c>result</c> is a hash; null in lists.</param>
internal sealed record SnapshotJson(int Number, DateTime At, string TakenBy, string Status, JsonElement? Variables, JsonElement? Steps)
{
    public static SnapshotJson Of(SnapshotRow row) =>
        new(row.Number, row.At, row.TakenBy, row.Status, ApiJson.Raw(row.Variables), ApiJson.Raw(row.Steps));
}

/// <param name="Name">Of a variable, or a step's address.</param>
/// <param name="Before">Null: it was not there.</param>
/// <param name="After">Null: it is not there any more.</param>
internal sealed record ChangeJson(string Name, JsonElement? Before, JsonElement? After);

/// <summary>What differs between two snapshots.</summary>
internal sealed record SnapshotDiff(int From, int To, IReadOnlyList<ChangeJson> Variables, IReadOnlyList<ChangeJson> Steps)
{
    public static SnapshotDiff Of(SnapshotJson from, SnapshotJson to) =>
        new(from.Number, to.Number, Changes(from.Variables!.Value, to.Variables!.Value), Changes(from.Steps!.Value, to.Steps!.Value));

    private static ChangeJson[] Changes(JsonElement before, JsonElement after)
    {
        var (old, now) = (before.EnumerateObject().ToDictionary(one => one.Name, one => one.Value), after.EnumerateObject().ToDictionary(one => one.Name, one => one.Value));
        return
        [
            .. old.Keys.Union(now.Keys).Order(StringComparer.Ordinal)
                .Select(name => new ChangeJson(name, old.TryGetValue(name, out var was) ? was : null, now.TryGetValue(name, out var value) ? value : null))
                .Where(change => change is not { Before: { } one, After: { } other } || !JsonElement.DeepEquals(one, other)),
        ];
    }
}
