using System.Security.Claims;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Mvc;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Web.Hosting;

namespace Orchestrator.Web.Auth;

/// <summary>
/// Signs people in to the dashboards: a key once, then a cookie for an hour that scripts can't read and other sites can't
/// send. The API does not take the cookie, so no page can be made to call it with it.
/// </summary>
internal static class CookieSignIn
{
    public const string CookieScheme = "Cookie", Policy = "dashboards", LoginPath = "/login", LogoutPath = "/logout";

    private const string ReturnParameter = "return", RateLimit = "login";

    private const int AttemptsPerMinute = 10;

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    public static IServiceCollection AddCookieSignIn(this IServiceCollection services, OrchestratorOptions options)
    {
        services.AddDataProtection().SetApplicationName("orchestrator").PersistKeysToFileSystem(KeyFolder(options));
        services.AddAuthentication().AddCookie(CookieScheme, cookie =>
        {
            cookie.Cookie.Name = "orchestrator";
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Strict;
            cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            cookie.ExpireTimeSpan = Lifetime;
            cookie.SlidingExpiration = true;
            cookie.LoginPath = LoginPath;
            cookie.ReturnUrlParameter = ReturnParameter;
            cookie.AccessDeniedPath = LoginPath;
        });
        services.AddAuthorizationBuilder().AddPolicy(
            Policy, policy => policy.AddAuthenticationSchemes(CookieScheme).RequireRole("viewer", "operator", "admin"));
        services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.AddPolicy(RateLimit, context => RateLimitPartition.GetFixedWindowLimiter(
                context.Connection.RemoteIpAddress?.ToString() ?? "",
                _ => new FixedWindowRateLimiterOptions { PermitLimit = AttemptsPerMinute, Window = TimeSpan.FromMinutes(1) }));
        });
        return services;
    }

    public static void MapCookieSignIn(this WebApplication app)
    {
        app.UseRateLimiter();
        app.MapGet(LoginPath, (HttpContext context, [FromQuery(Name = ReturnParameter)] string? back) =>
            SignInPages.LogIn(context, StatusCodes.Status200OK, LocalOr(back), problem: null)).AllowAnonymous();
        app.MapPost(LoginPath, LogInAsync).AllowAnonymous().DisableAntiforgery().RequireRateLimiting(RateLimit);
        app.MapGet(LogoutPath, (HttpContext context) => SignInPages.LogOut(context)).AllowAnonymous();
        app.MapPost(LogoutPath, (HttpContext context) =>
            Results.SignOut(new AuthenticationProperties { RedirectUri = LoginPath }, [CookieScheme])).AllowAnonymous();
    }

    /// <summary>Whether somebody may change things, not only look.</summary>
    public static bool MayCommand(this ClaimsPrincipal user) => user.IsInRole("operator") || user.IsInRole("admin");

    private static async Task<IResult> LogInAsync(HttpContext context, TokenDirectory tokens)
    {
        // Another site could sign somebody in to a key of its own choice.
        if (context.Request.Headers["Sec-Fetch-Site"] == "cross-site" || !context.Request.HasFormContentType)
        {
            return SignInPages.LogIn(context, StatusCodes.Status400BadRequest, LocalOr(null), "Send the form of this page.");
        }

        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var back = LocalOr(form[ReturnParameter]);
        if (await tokens.FindAsync(form["key"].ToString().Trim(), context.RequestAborted) is not { } caller)
        {
            return SignInPages.LogIn(context, StatusCodes.Status401Unauthorized, back, "This key is not known.");
        }

        await context.SignInAsync(CookieScheme, caller.Principal(CookieScheme));
        return Results.LocalRedirect(back);
    }

    /// <summary>A path of this service; another site that is written like one is the dashboard instead.</summary>
    private static string LocalOr(string? path) =>
        path is ['/', ..] && !path.StartsWith("//", StringComparison.Ordinal) && !path.Contains('\\', StringComparison.Ordinal) && !path.Any(char.IsControl)
            ? path
            : Dashboards.HangfirePath;

    /// <summary>The keys that the cookies are sealed with; only their owner may read them.</summary>
    private static DirectoryInfo KeyFolder(OrchestratorOptions options)
    {
        var path = Path.Combine(options.Folders.Data, "cookie-keys");
        return OperatingSystem.IsWindows()
            ? Directory.CreateDirectory(path)
            : Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
