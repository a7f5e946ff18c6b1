using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Hangfire.Dashboard;

/// <summary>
/// Tells a POST of the dashboard's own pages from one that another site makes the browser send. It is ASP.NET's
/// <see cref="IAntiforgery"/> where the host has registered it. Elsewhere a random cookie that scripts can't read and other
/// sites can't send has to come back in the form or the header: it needs no key, so any process can check another's.
/// </summary>
internal static class Antiforgery
{
    private const string Cookie = "hangfire-antiforgery", OwnField = "__RequestVerificationToken", OwnHeader = "X-CSRF-TOKEN";

    private const int TokenBytes = 32;

    /// <summary>The form's field for the token of this request.</summary>
    public static string FieldOf(DashboardContext context) =>
        (context as AspNetCoreDashboardContext)?.HttpContext.Items[typeof(Antiforgery)] as string ?? OwnField;

    /// <summary>Gives the request's page its token.</summary>
    public static void Issue(AspNetCoreDashboardContext context)
    {
        if (context.Options.IgnoreAntiforgeryToken) return;
        var http = context.HttpContext;
        if (http.RequestServices?.GetService<IAntiforgery>() is { } antiforgery)
        {
            var tokens = antiforgery.GetAndStoreTokens(http);
            (context.AntiforgeryHeader, context.AntiforgeryToken) = (tokens.HeaderName ?? OwnHeader, tokens.RequestToken);
            http.Items[typeof(Antiforgery)] = tokens.FormFieldName;
            return;
        }

        (context.AntiforgeryHeader, context.AntiforgeryToken) = (OwnHeader, CookieOf(http) ?? Create(http));
    }

    public static async Task<bool> IsValidAsync(AspNetCoreDashboardContext context)
    {
        if (context.Options.IgnoreAntiforgeryToken) return true;
        var http = context.HttpContext;
        if (http.Request.Headers["Sec-Fetch-Site"] == "cross-site") return false;
        if (http.RequestServices?.GetService<IAntiforgery>() is { } antiforgery) return await antiforgery.IsRequestValidAsync(http).ConfigureAwait(false);
        if (CookieOf(http) is not { } cookie) return false;
        string? sent = http.Request.Headers[OwnHeader];
        sent ??= (await context.Request.GetFormValuesAsync(OwnField).ConfigureAwait(false)).FirstOrDefault();
        return sent is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(sent), Encoding.UTF8.GetBytes(cookie));
    }

    private static string? CookieOf(HttpContext http) => http.Request.Cookies[Cookie] is { Length: TokenBytes * 2 } value ? value : null;

    private static string Create(HttpContext http)
    {
        var token = RandomNumberGenerator.GetHexString(TokenBytes * 2, lowercase: true);
        http.Response.Cookies.Append(Cookie, token, new()
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Secure = http.Request.IsHttps,
            Path = http.Request.PathBase.HasValue ? http.Request.PathBase.Value : "/",
            IsEssential = true,
        });
        return token;
    }
}
