using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Orchestrator.Jobs.Access;
using Orchestrator.Web.Auth;

namespace Orchestrator.Tests.Support;

/// <summary>A route of the running service, found where the service keeps them: one that is added is seen by the tests.</summary>
internal sealed partial record MappedRoute(string Method, string Pattern, RouteEndpoint Endpoint)
{
    /// <summary>The role that it asks for; null: none is declared.</summary>
    public Role? Role => RoutePolicies.RoleOf(Endpoint) is { } word ? RoleWords.Of(word) : null;

    public bool IsAnonymous => Endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null;

    /// <summary>The API's.</summary>
    public static IReadOnlyList<MappedRoute> Of(TestService service) => [.. All(service).Where(route => !route.IsForBrowsers)];

    /// <summary>Those for people, who sign in with a cookie.</summary>
    public static IReadOnlyList<MappedRoute> ForBrowsers(TestService service) => [.. All(service).Where(route => route.IsForBrowsers)];

    private bool IsForBrowsers => Endpoint.Metadata.GetMetadata<BrowserRoute>() is not null;

    private static IReadOnlyList<MappedRoute> All(TestService service) =>
    [
        .. service.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().SelectMany(endpoint =>
            (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(method =>
                new MappedRoute(method, "/" + endpoint.RoutePattern.RawText!.TrimStart('/'), endpoint))),
    ];

    /// <summary>An address of it; <paramref name="value"/> says what stands for a parameter of that name.</summary>
    public string Path(Func<string, string?> value) => Parameter().Replace(Pattern, match =>
        value(match.Groups["name"].Value) ?? (match.Groups["kind"].Value switch
        {
            "guid" => "018f0000-0000-7000-8000-000000000000",
            "int" or "long" => "1",
            _ => "nobody",
        }));

    public override string ToString() => $"{Method} {Pattern}";

    [GeneratedRegex(@"\{\**(?<name>\w+)(:(?<kind>\w+))?[^}]*\}")]
    private static partial Regex Parameter();
}
