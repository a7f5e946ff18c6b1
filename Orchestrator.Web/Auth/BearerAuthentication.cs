using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Web.Api;

namespace Orchestrator.Web.Auth;

/// <summary>The tokens that are let in, as hashes; compared without telling by the time how much was right.</summary>
internal sealed class KnownTokens(AdminKey adminKey, OrchestratorOptions options)
{
    private readonly byte[][] _hashes =
        [.. new[] { adminKey.Value, options.EdgeServiceJwt }.Where(token => !string.IsNullOrEmpty(token)).Select(token => Hash(token!))];

    public bool Contains(string token)
    {
        var hash = Hash(token);
        return _hashes.Aggregate(false, (found, known) => found | CryptographicOperations.FixedTimeEquals(hash, known));
    }

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}

/// <summary><c>Authorization: Bearer …</c> with the admin key or the service token.</summary>
internal sealed class BearerAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, KnownTokens tokens)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Scheme_ = "Bearer";
    public const string TenantClaim = "tenant";

    private const string Prefix = "Bearer ";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        string? header = Request.Headers.Authorization;
        if (header is null || !header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        if (!tokens.Contains(header[Prefix.Length..].Trim()))
        {
            return Task.FromResult(AuthenticateResult.Fail("unknown token"));
        }

        var identity = new ClaimsIdentity(
            [new Claim(ClaimTypes.Role, "admin"), new Claim(TenantClaim, DispatchRequest.DefaultTenant)], Scheme_);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme_)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return Problems.WriteAsync(
            Context, StatusCodes.Status401Unauthorized, "No valid token",
            "Send 'Authorization: Bearer <key>' with the admin key or the service token.");
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Problems.WriteAsync(
        Context, StatusCodes.Status403Forbidden, "Not allowed", "This token's role does not allow it.");
}

internal static class AuthServices
{
    /// <summary>Every route asks for a token unless it says otherwise.</summary>
    public static IServiceCollection AddOrchestratorAuth(this IServiceCollection services, AdminKey adminKey, OrchestratorOptions options)
    {
        services.AddSingleton(new KnownTokens(adminKey, options));
        services.AddAuthentication(BearerAuthentication.Scheme_)
            .AddScheme<AuthenticationSchemeOptions, BearerAuthentication>(BearerAuthentication.Scheme_, null);
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder(BearerAuthentication.Scheme_).RequireAuthenticatedUser().Build());
        return services;
    }

    /// <summary>Who asks, for logs: the token's name, or its role.</summary>
    public static string Actor(this ClaimsPrincipal user) =>
        user.FindFirstValue(ClaimTypes.Name) ?? user.FindFirstValue(ClaimTypes.Role) ?? "unknown";

    /// <summary>The tenant that the request's token belongs to.</summary>
    public static string Tenant(this ClaimsPrincipal user) =>
        user.FindFirstValue(BearerAuthentication.TenantClaim) ?? throw new InvalidOperationException("The token has no tenant.");
}
