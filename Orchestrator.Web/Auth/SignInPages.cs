using System.Net;

namespace Orchestrator.Web.Auth;

/// <summary>The two small pages around the cookie; they have neither script nor style of their own.</summary>
internal static class SignInPages
{
    public static IResult LogIn(HttpContext context, int status, string back, string? problem) => Page(context, status, "Sign in", $"""
        {(problem is null ? "" : $"<p role=\"alert\"><strong>{Encode(problem)}</strong></p>")}
        <form method="post" action="{CookieSignIn.LoginPath}">
        <input type="hidden" name="return" value="{Encode(back)}">
        <p><label>API key or admin key<br><input type="password" name="key" autocomplete="current-password" required autofocus size="60"></label></p>
        <p><button>Sign in</button></p>
        </form>
        <p>On a first start the admin key is in <code>.orchestrator/admin-key</code>.</p>
        """);

    public static IResult LogOut(HttpContext context) => Page(context, StatusCodes.Status200OK, "Sign out", $"""
        <form method="post" action="{CookieSignIn.LogoutPath}"><p><button autofocus>Sign out</button></p></form>
        """);

    private static IResult Page(HttpContext context, int status, string title, string body)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        return Results.Content(
            $"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>{title} – Orchestrator</title></head>
            <body><main><h1>{title}</h1>
            {body}
            </main></body></html>
            """,
            "text/html; charset=utf-8",
            statusCode: status);
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
