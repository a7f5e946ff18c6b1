using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.Hosting;

namespace Orchestrator.Web.Auth;

/// <summary>Which role a route asks for: one policy a role, named like it.</summary>
internal static class RoutePolicies
{
    /// <summary>The route is for that role and those above it.</summary>
    public static TBuilder For<TBuilder>(this TBuilder route, Role role)
        where TBuilder : IEndpointConventionBuilder => route.RequireAuthorization(role.Word());

    /// <summary>The role that a route declares; null: none.</summary>
    public static string? RoleOf(Endpoint? endpoint) =>
        endpoint?.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(data => data.Policy).FirstOrDefault(name => name is not null);

    public static IServiceCollection AddOrchestratorAuth(this IServiceCollection services, AdminKey adminKey, OrchestratorOptions options)
    {
        services.AddSingleton<ApiKeyStore>().AddSingleton<FailedLogins>();
        services.AddSingleton(provider => new TokenDirectory(adminKey, options, provider.GetRequiredService<ApiKeyStore>()));
        services.AddAuthentication(BearerAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, BearerAuthentication>(BearerAuthentication.SchemeName, null);
        var policies = services.AddAuthorizationBuilder();
        foreach (var role in Enum.GetValues<Role>())
        {
            policies.AddPolicy(role.Word(), policy => policy.RequireAuthenticatedUser().RequireAssertion(
                context => Caller.Find(context.User)?.Role >= role));
        }

        // Where there is no route any token is told so; a route that was forgotten here is the administrators' alone.
        policies.SetFallbackPolicy(new AuthorizationPolicyBuilder(BearerAuthentication.SchemeName)
            .RequireAuthenticatedUser()
            .RequireAssertion(context => context.Resource is not HttpContext http || http.GetEndpoint() is not RouteEndpoint
                || Caller.Find(context.User)?.Role == Role.Admin)
            .Build());
        return services;
    }
}
