using Hangfire.Dashboard;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Hangfire;

/// <summary>The dashboard as a branch of the pipeline.</summary>
public static class HangfireApplicationBuilderExtensions
{
    /// <summary>The dashboard of a storage (null: the host's) under <paramref name="pathMatch"/>.</summary>
    public static IApplicationBuilder UseHangfireDashboard(
        this IApplicationBuilder app, string pathMatch = "/hangfire", DashboardOptions? options = null, JobStorage? storage = null)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(pathMatch);
        var services = app.ApplicationServices;
        options ??= services.GetService<DashboardOptions>() ?? new DashboardOptions();
        var routes = services.GetService<RouteCollection>() ?? DashboardRoutes.Routes;
        return app.Map(pathMatch, branch => branch.Use(next =>
        {
            // The storage may not be reachable while the pipeline is built.
            var middleware = new Lazy<AspNetCoreDashboardMiddleware>(() => new(
                next, storage ?? services.GetService<JobStorage>() ?? JobStorage.Current, options, routes));
            return context => middleware.Value.Invoke(context);
        }));
    }
}
