using System.Security.Claims;
using Orchestrator.Jobs.Access;

namespace Orchestrator.Web.Auth;

/// <summary>Whom a token stands for.</summary>
/// <param name="Tenant">The only tenant whose rows it sees and touches.</param>
/// <param name="Role">What it may do there.</param>
/// <param name="Name">How it is called where it is written who did something.</param>
internal sealed record Caller(string Tenant, Role Role, string Name)
{
    private const string TenantClaim = "tenant";

    public ClaimsPrincipal Principal(string scheme) => new(new ClaimsIdentity(
        [new Claim(ClaimTypes.Role, Role.Word()), new Claim(TenantClaim, Tenant), new Claim(ClaimTypes.Name, Name)], scheme));

    /// <summary>The caller of a request; null: it came without a valid token.</summary>
    public static Caller? Find(ClaimsPrincipal user) =>
        user.FindFirstValue(TenantClaim) is { } tenant && RoleWords.Of(user.FindFirstValue(ClaimTypes.Role) ?? "") is { } role
            ? new Caller(tenant, role, user.FindFirstValue(ClaimTypes.Name) ?? "")
            : null;

    /// <summary>The caller of a request that was let in.</summary>
    /// <exception cref="InvalidOperationException">Nobody was: the route is anonymous.</exception>
    public static Caller Of(ClaimsPrincipal user) =>
        Find(user) ?? throw new InvalidOperationException("The request came without a token.");
}

internal static class CallerOfUser
{
    /// <summary>The tenant that the request's token belongs to.</summary>
    public static string Tenant(this ClaimsPrincipal user) => Caller.Of(user).Tenant;

    /// <summary>Who asks, where it is written who did something.</summary>
    public static string Actor(this ClaimsPrincipal user) => Caller.Of(user).Name;
}
