using Hangfire.Dashboard;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RouteCollection = Hangfire.Dashboard.RouteCollection;

namespace Hangfire;

/// <summary>The dashboard as a route.</summary>
public static class HangfireEndpointRouteBuilderExtensions
{
    private const string DefaultPattern = "/hangfire", Rest = "hangfirePath";

    public static IEndpointConventionBuilder MapHangfireDashboard(
        this IEndpointRouteBuilder endpoints, DashboardOptions? options = null, JobStorage? storage = null) =>
        endpoints.MapHangfireDashboard(DefaultPattern, options, storage);

    /// <summary>The dashboard of a storage (null: the host's) under <paramref name="pattern"/>.</summary>
    public static IEndpointConventionBuilder MapHangfireDashboard(
        this IEndpointRouteBuilder endpoints, string pattern, DashboardOptions? options = null, JobStorage? storage = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        options ??= endpoints.ServiceProvider.GetService<DashboardOptions>() ?? new DashboardOptions();
        var middleware = new Lazy<AspNetCoreDashboardMiddleware>(() => new(
            static _ => Task.CompletedTask,
            storage ?? endpoints.ServiceProvider.GetService<JobStorage>() ?? JobStorage.Current,
            options,
            endpoints.ServiceProvider.GetService<RouteCollection>() ?? DashboardRoutes.Routes));
        return endpoints.Map(pattern.TrimEnd('/') + "/{**" + Rest + "}", context => InvokeAsync(context, middleware.Value))
            .WithDisplayName("Hangfire Dashboard");
    }

    /// <summary>A dashboard that only the policy guards.</summary>
    public static IEndpointConventionBuilder MapHangfireDashboardWithAuthorizationPolicy(
        this IEndpointRouteBuilder endpoints,
        string authorizationPolicyName,
        string pattern = DefaultPattern,
        DashboardOptions? options = null,
        JobStorage? storage = null)
    {
        ArgumentNullException.ThrowIfNull(authorizationPolicyName);
        return endpoints.MapHangfireDashboardWithNoAuthorizationFilters(pattern, options, storage).RequireAuthorization(authorizationPolicyName);
    }

    /// <summary>A dashboard whose filters are left out: something else has to guard it.</summary>
    public static IEndpointConventionBuilder MapHangfireDashboardWithNoAuthorizationFilters(
        this IEndpointRouteBuilder endpoints, string pattern = DefaultPattern, DashboardOptions? options = null, JobStorage? storage = null)
    {
        options ??= new DashboardOptions();
        options.Authorization = [];
        options.AsyncAuthorization = [];
        return endpoints.MapHangfireDashboard(pattern, options, storage);
    }

    /// <summary>The pages see the part of the path behind the pattern; links begin with what is before it.</summary>
    private static async Task InvokeAsync(HttpContext context, AspNetCoreDashboardMiddleware middleware)
    {
        var (path, pathBase) = (context.Request.Path, context.Request.PathBase);
        var rest = (context.GetRouteValue(Rest) as string)?.Trim('/') ?? "";
        var full = path.Value!.TrimEnd('/');
        context.Request.PathBase = pathBase.Add(rest.Length == 0 ? full : full[..^(rest.Length + 1)]);
        context.Request.Path = "/" + rest;
        try
        {
            await middleware.Invoke(context).ConfigureAwait(false);
        }
        finally
        {
            (context.Request.Path, context.Request.PathBase) = (path, pathBase);
        }
    }
}
