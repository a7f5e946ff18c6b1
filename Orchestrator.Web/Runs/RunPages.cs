using System.Net;
using System.Security.Cryptography;
using System.Text;
using Orchestrator.Jobs.Queries;
using Orchestrator.Jobs.Storage;
using Orchestrator.Web.Api;
using Orchestrator.Web.Auth;

namespace Orchestrator.Web.Runs;

/// <summary>The page of a run, for those who have signed in: no script, and nothing from elsewhere.</summary>
internal static class RunPages
{
    public const string Path = "/runs";

    private const string Style = """
        :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
        body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
        .scroll, pre { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; }
        th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
        dd { margin: 0; }
        pre, td.error { overflow-wrap: anywhere; white-space: pre-wrap; }
        img { max-width: 100%; }
        .dead, .failed { color: light-dark(#b00020, #ff8a80); font-weight: 600; }
        .success { color: light-dark(#1b6e2f, #8fd19e); }
        """;

    private static readonly string Policy =
        $"default-src 'none'; img-src 'self'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void MapRunPages(this WebApplication app)
    {
        app.MapGet(Path + "/{id:guid}", ShowAsync).RequireAuthorization(CookieSignIn.Policy).ForBrowsers();
        app.MapGet(Path + "/{id:guid}/graph.svg", GraphEndpoints.DrawingOfRun).RequireAuthorization(CookieSignIn.Policy).ForBrowsers();
    }

    /// <summary>Where the page of a run is.</summary>
    public static string Of(Guid run) => $"{Path}/{run}";

    private static async Task<IResult> ShowAsync(HttpContext http, RunQueries runs, Guid id)
    {
        var tenant = http.User.Tenant();
        if (await runs.FindAsync(tenant, new RunId(id), http.RequestAborted) is not { } run)
        {
            return Page(http, StatusCodes.Status404NotFound, "No such run", $"<h1>No such run</h1><p>There is no run {id}.</p>");
        }

        var steps = await runs.StepsAsync(tenant, new RunId(id), http.RequestAborted);
        var attempts = (await runs.AttemptsAsync(tenant, new RunId(id), http.RequestAborted)).ToLookup(attempt => attempt.StepId);
        var log = await runs.LogsAsync(tenant, new RunId(id), http.RequestAborted);
        return Page(http, StatusCodes.Status200OK, $"{run.WorkflowKey} {id}", RunHtml.Write(run, steps, attempts, log));
    }

    private static IResult Page(HttpContext http, int status, string title, string body)
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "same-origin";
        return Results.Content(
            $"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{WebUtility.HtmlEncode(title)} – Orchestrator</title><style>{Style}</style></head>
            <body><main>
            {body}
            </main></body></html>
            """,
            "text/html; charset=utf-8",
            statusCode: status);
    }
}
