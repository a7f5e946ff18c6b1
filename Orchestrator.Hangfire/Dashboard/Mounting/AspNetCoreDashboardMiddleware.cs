using Microsoft.AspNetCore.Http;

namespace Hangfire.Dashboard;

/// <summary>Answers requests to the dashboard: route, authorization, antiforgery, page or command.</summary>
public class AspNetCoreDashboardMiddleware
{
    /// <summary>Only what is the dashboard's own: nothing inline, nothing from elsewhere, and forms go nowhere else.</summary>
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'";

    private readonly RequestDelegate next;
    private readonly JobStorage storage;
    private readonly DashboardOptions options;
    private readonly RouteCollection routes;
    private readonly bool finalizeWhenNotFound;

    public AspNetCoreDashboardMiddleware(RequestDelegate next, JobStorage storage, DashboardOptions options, RouteCollection routes)
        : this(next, storage, options, routes, finalizeWhenNotFound: true)
    {
    }

    /// <summary>A path that it does not have is 404, or goes to <paramref name="next"/> where it isn't to finalize.</summary>
    public AspNetCoreDashboardMiddleware(
        RequestDelegate next, JobStorage storage, DashboardOptions options, RouteCollection routes, bool finalizeWhenNotFound)
    {
        ArgumentNullException.ThrowIfNull(next);
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(routes);
        this.next = next;
        this.storage = storage;
        this.options = options;
        this.routes = routes;
        this.finalizeWhenNotFound = finalizeWhenNotFound;
    }

    public async Task Invoke(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        if (routes.FindDispatcher(httpContext.Request.Path.Value ?? "") is not var (dispatcher, match))
        {
            if (finalizeWhenNotFound) httpContext.Response.StatusCode = StatusCodes.Status404NotFound;
            else await next(httpContext).ConfigureAwait(false);
            return;
        }

        var context = new AspNetCoreDashboardContext(storage, options, httpContext) { UriMatch = match };
        AddHeaders(httpContext.Response.Headers);
        if (!await IsAuthorizedAsync(context).ConfigureAwait(false))
        {
            httpContext.Response.StatusCode = httpContext.User.Identity?.IsAuthenticated == true
                ? StatusCodes.Status403Forbidden
                : StatusCodes.Status401Unauthorized;
            return;
        }

        if (HttpMethods.IsPost(httpContext.Request.Method))
        {
            if (!await Antiforgery.IsValidAsync(context).ConfigureAwait(false))
            {
                httpContext.Response.StatusCode = StatusCodes.Status400BadRequest;
                await httpContext.Response.WriteAsync("The request has no valid antiforgery token. Go back, load the page again and repeat it.").ConfigureAwait(false);
                return;
            }
        }
        else if (dispatcher is not AssetDispatcher)
        {
            Antiforgery.Issue(context);
        }

        await dispatcher.Dispatch(context).ConfigureAwait(false);
    }

    private static void AddHeaders(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
    }

    private async Task<bool> IsAuthorizedAsync(DashboardContext context)
    {
        foreach (var filter in options.Authorization)
            if (!filter.Authorize(context)) return false;
        foreach (var filter in options.AsyncAuthorization)
            if (!await filter.AuthorizeAsync(context).ConfigureAwait(false)) return false;
        return true;
    }
}
