using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.Storage;
using Orchestrator.Jobs.Watching;
using Orchestrator.Web.Api.Describing;
using Orchestrator.Web.Auth;

namespace Orchestrator.Web.Api;

/// <summary>A run as it goes, as server-sent events.</summary>
internal static class RunEventEndpoints
{
    public static void MapRunEvents(this IEndpointRouteBuilder routes) => routes
        .MapGet("/api/runs/{id:guid}/events", WatchAsync).For(Role.Viewer)
        .WithSummary("Follow a run as server-sent events; Last-Event-ID resumes, 204 when it has ended and nothing is new")
        .AnswersText(200, "text/event-stream").Produces(204);

    private static async Task<IResult> WatchAsync(HttpContext http, RunLooks looks, RunStreams streams, Guid id)
    {
        WatchPosition? known = null;
        if (http.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } last && (known = WatchPosition.Parse(last)) is null)
        {
            return Problems.Of(
                StatusCodes.Status400BadRequest, "Wrong Last-Event-ID",
                "Last-Event-ID has to be the id of an event of this run, as it was sent. Leave it out to begin with the run's state.");
        }

        var run = new RunId(id);
        if (await looks.LookAsync(http.User.Tenant(), run, known, http.RequestAborted) is not { } look)
        {
            return Problems.Of(StatusCodes.Status404NotFound, "No such run", $"There is no run {id}.");
        }

        if (known is not null && look is { HasEnded: true, Events.Count: 0 })
        {
            return Results.NoContent();
        }

        if (streams.TryOpen(http.User.Tenant(), run, look) is not { } stream)
        {
            http.Response.Headers.RetryAfter = "5";
            return Problems.Of(
                StatusCodes.Status503ServiceUnavailable, "Too many streams", $"This process serves {RunStreams.MaxStreams} streams at a time. Try again later.");
        }

        return stream;
    }
}
