using Orchestrator.Web.Api;

namespace Orchestrator.Web.Auth;

/// <summary>A route that is for people in a browser: pages, forms and a cookie in place of JSON and a token. It is not described.</summary>
internal sealed class BrowserRoute;

internal static class BrowserRoutes
{
    public static TBuilder ForBrowsers<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new BrowserRoute(), new ExcludeFromDescriptionAttribute(), new OwnIdempotency());
}
