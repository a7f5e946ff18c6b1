using System.Globalization;
using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.Mvc;
using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.Dispatch;
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

    private const string ReturnParameter = "return", HashItem = "token";

    private const int MaxKeyLength = 8192;

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    public static IServiceCollection AddCookieSignIn(this IServiceCollection services, OrchestratorOptions options)
    {
        services.AddDataProtection().SetApplicationName("orchestrator");
        services.AddOptions<KeyManagementOptions>().Configure<ILoggerFactory>((keys, log) => keys.XmlRepository = KeyFolder(options) is { } folder
            ? new FileSystemXmlRepository(folder, log)
            : keys.XmlRepository);

        // It warns that keys are not encrypted: their folder is their owner's alone, as that of the admin key.
        services.AddLogging(log => log.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error));
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
            cookie.Events.OnValidatePrincipal = AskAgainAsync;
        });
        services.AddAuthorizationBuilder().AddPolicy(
            Policy, policy => policy.AddAuthenticationSchemes(CookieScheme).RequireAuthenticatedUser()
                .RequireAssertion(context => Caller.Find(context.User)?.Tenant == DispatchRequest.DefaultTenant));
        return services;
    }

    public static void MapCookieSignIn(this WebApplication app)
    {
        app.MapGet(LoginPath, (HttpContext context, [FromQuery(Name = ReturnParameter)] string? back) =>
            SignInPages.LogIn(context, StatusCodes.Status200OK, LocalOr(back), problem: null)).AllowAnonymous().ForBrowsers();
        app.MapPost(LoginPath, LogInAsync).AllowAnonymous().DisableAntiforgery().ForBrowsers();
        app.MapGet(LogoutPath, (HttpContext context) => SignInPages.LogOut(context)).AllowAnonymous().ForBrowsers();
        app.MapPost(LogoutPath, (HttpContext context) =>
            Results.SignOut(new AuthenticationProperties { RedirectUri = LoginPath }, [CookieScheme])).AllowAnonymous().ForBrowsers();
    }

    /// <summary>Whether somebody may change things, not only look.</summary>
    public static bool MayCommand(this ClaimsPrincipal user) => Caller.Find(user)?.Role >= Role.Operator;

    private static async Task<IResult> LogInAsync(HttpContext context, TokenDirectory tokens, FailedLogins failed)
    {
        // Another site could sign somebody in to a key of its own choice.
        if (context.Request.Headers["Sec-Fetch-Site"] == "cross-site" || !context.Request.HasFormContentType)
        {
            return SignInPages.LogIn(context, StatusCodes.Status400BadRequest, LocalOr(null), "Send the form of this page.");
        }

        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var back = LocalOr(form[ReturnParameter]);
        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (failed.Wait(address) is { } wait)
        {
            context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            return SignInPages.LogIn(
                context, StatusCodes.Status429TooManyRequests, back, "Too many wrong keys came from this address. Try again in a minute.");
        }

        var key = form["key"].ToString().Trim();
        var hash = ApiKeySecret.Hash(key);
        if (key.Length > MaxKeyLength || await tokens.FindAsync(hash, context.RequestAborted) is not { } caller)
        {
            failed.Add(address);
            return SignInPages.LogIn(context, StatusCodes.Status401Unauthorized, back, "This key is not known, or is revoked or expired.");
        }

        if (caller.Tenant != DispatchRequest.DefaultTenant)
        {
            return SignInPages.LogIn(
                context, StatusCodes.Status403Forbidden, back, "The dashboards show all tenants' jobs; this key is for its own tenant only.");
        }

        var properties = new AuthenticationProperties { Items = { [HashItem] = Convert.ToHexString(hash) } };
        await context.SignInAsync(CookieScheme, caller.Principal(CookieScheme), properties);
        return Results.LocalRedirect(back);
    }

    /// <summary>A cookie is worth what its key is now: revoked, it opens nothing.</summary>
    private static async Task AskAgainAsync(CookieValidatePrincipalContext context)
    {
        var tokens = context.HttpContext.RequestServices.GetRequiredService<TokenDirectory>();
        if (context.Properties.Items.TryGetValue(HashItem, out var hash) && hash is not null
            && await tokens.FindAsync(Convert.FromHexString(hash), context.HttpContext.RequestAborted) is { } caller)
        {
            context.ReplacePrincipal(caller.Principal(CookieScheme));
            return;
        }

        context.RejectPrincipal();
        await context.HttpContext.SignOutAsync(CookieScheme);
    }

    /// <summary>A path of this service; another site that is written like one is the dashboard instead.</summary>
    private static string LocalOr(string? path) =>
        path is ['/', ..] && !path.StartsWith("//", StringComparison.Ordinal) && !path.Contains('\\', StringComparison.Ordinal) && !path.Any(char.IsControl)
            ? path
            : Dashboards.HangfirePath;

    /// <summary>
    /// The keys that the cookies are sealed with; only their owner may read them. Null: they can't be kept there, and hold
    /// only where ASP.NET keeps them by itself.
    /// </summary>
    private static DirectoryInfo? KeyFolder(OrchestratorOptions options)
    {
        var path = Path.Combine(options.Folders.Data, "cookie-keys");
        try
        {
            return OperatingSystem.IsWindows()
                ? Directory.CreateDirectory(path)
                : Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            return null;
        }
    }
}
