using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.Control;
using Orchestrator.Jobs.Storage;
using Orchestrator.Web.Api.Describing;
using Orchestrator.Web.Auth;

namespace Orchestrator.Web.Api;

/// <summary>Why a step of a run is not running.</summary>
internal static class WhyEndpoint
{
    public static void MapWhy(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/runs/{id:guid}/steps/{step}/why", AskAsync).For(Role.Viewer)
            .WithSummary("Say why a step is not running").Answers(200, Examples.Why);

    private static async Task<IResult> AskAsync(HttpContext http, StepInquiry inquiry, Guid id, string step) =>
        await inquiry.AskAsync(http.User.Tenant(), new RunId(id), step, http.RequestAborted) is { } answer
            ? Results.Json(WhyJson.Of(answer), ApiJson.Readable.WhyJson)
            : Problems.Of(StatusCodes.Status404NotFound, "No such step", $"There is no run {id} with a step '{step}'. GET /api/runs/{id} lists its steps; one of a loop or a for_each is called as 'process[3].fetch'.");
}

/// <param name="StepId">Its address.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Why">The reasons as a sentence.</param>
/// <param name="Reasons">All of them.</param>
internal sealed record WhyJson(string StepId, string Status, string Why, IReadOnlyList<WhyReason> Reasons)
{
    public static WhyJson Of(WhyAnswer answer) => new(answer.StepId, answer.Status, answer.Sentence, answer.Reasons);
}
