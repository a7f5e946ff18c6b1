using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using Orchestrator.Workflows.Inputs;

namespace Orchestrator.Web.Api;

/// <summary>Errors as <c>application/problem+json</c> (RFC 9457); on the seeds' routes with <c>success</c> and <c>error</c> besides.</summary>
internal static class Problems
{
    public const string ContentType = "application/problem+json";

    /// <summary>Quotes and letters as they are: it is read in terminals, and sent as JSON only.</summary>
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>An error as a result of a route.</summary>
    public static IResult Of(int status, string title, string detail, IReadOnlyList<InputProblem>? problems = null) =>
        new ProblemResult(status, title, detail, problems ?? []);

    /// <summary>All of them in one sentence; one that ends as a question keeps its mark.</summary>
    public static string Said(IReadOnlyList<InputProblem> problems)
    {
        var said = string.Join("; ", problems.Select(problem => $"{problem.Path} {problem.Message}"));
        return said.EndsWith('?') ? said : said + ".";
    }

    public static Task WriteAsync(
        HttpContext context, int status, string title, string detail, IReadOnlyList<InputProblem>? problems = null,
        IReadOnlyList<(string Name, JsonNode Value)>? members = null)
    {
        var body = new JsonObject { ["title"] = title, ["status"] = status, ["detail"] = detail };
        foreach (var (name, value) in members ?? [])
        {
            body[name] = value;
        }

        if (problems is { Count: > 0 })
        {
            body["errors"] = new JsonArray(
                [.. problems.Select(problem => (JsonNode)new JsonObject { ["path"] = problem.Path, ["message"] = problem.Message })]);
        }

        if (IsSeedRoute(context.Request.Path))
        {
            (body["ok"], body["success"], body["error"]) = (false, false, detail);
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = ContentType;
        return context.Response.WriteAsync(body.ToJsonString(Readable), context.RequestAborted);
    }

    /// <summary>What routing and the framework answer without a body.</summary>
    public static Task OfStatusAsync(HttpContext context)
    {
        var (status, name) = (context.Response.StatusCode, $"{context.Request.Method} {context.Request.Path}");
        var (title, detail) = status switch
        {
            StatusCodes.Status404NotFound when WrongId(context.Request.Path) is var (what, id) => (
                "No such id", $"'{id}' is no id of one of the {what}: they are UUIDs, such as 019aa4c0-0000-7000-8000-000000000000. GET /api/{what} lists them."),
            StatusCodes.Status404NotFound => ("No such route", $"{name} is not a route of this service."),
            StatusCodes.Status405MethodNotAllowed => (
                "Wrong method", $"{name} is not a route of this service; the address takes {context.Response.Headers.Allow}."),
            _ => (ReasonPhrases.GetReasonPhrase(status), $"{name} was answered with status {status}."),
        };
        return context.Response.HasStarted ? Task.CompletedTask : WriteAsync(context, status, title, detail);
    }

    /// <summary>What stands in the place of an id and can't be one; null: nothing.</summary>
    private static (string What, string Id)? WrongId(PathString path) =>
        path.Value?.Split('/', StringSplitOptions.RemoveEmptyEntries) is ["api", ("runs" or "jobs" or "events") and var what, var id, ..] && !Guid.TryParse(id, out _) ? (what, id) : null;

    private static bool IsSeedRoute(PathString path) => path.StartsWithSegments("/functions") || path.StartsWithSegments("/autonomous") || path.StartsWithSegments("/api/autonomous");

    private sealed class ProblemResult(int status, string title, string detail, IReadOnlyList<InputProblem> problems) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => WriteAsync(httpContext, status, title, detail, problems);
    }
}
