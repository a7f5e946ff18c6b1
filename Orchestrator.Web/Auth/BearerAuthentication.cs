using System.Globalization;
using System.Net;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using Orchestrator.Web.Api;

namespace Orchestrator.Web.Auth;

/// <summary><c>Authorization: Bearer …</c> with an API key, the admin key or the service token.</summary>
internal sealed class BearerAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, TokenDirectory tokens,
    FailedLogins failed)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Bearer";

    private const string Prefix = "Bearer ";
    private const int MaxTokenLength = 8192;

    private TimeSpan? _wait;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        string? header = Request.Headers.Authorization;
        var isAnonymous = Context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null;
        if (isAnonymous || header is null || !header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) || header.Length > MaxTokenLength)
        {
            return AuthenticateResult.NoResult();
        }

        var token = header[Prefix.Length..].Trim();
        var address = Context.Connection.RemoteIpAddress ?? IPAddress.None;
        _wait = failed.Wait(address);
        if (_wait is null || tokens.WasRight(token))
        {
            if (await tokens.FindAsync(token, Context.RequestAborted) is { } caller)
            {
                return AuthenticateResult.Success(new AuthenticationTicket(caller.Principal(SchemeName), SchemeName));
            }

            failed.Add(address);
        }

        return AuthenticateResult.Fail("unknown token");
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (_wait is { } wait)
        {
            Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            return Problems.WriteAsync(
                Context, StatusCodes.Status429TooManyRequests, "Too many wrong tokens",
                $"More than {FailedLogins.PerMinute} wrong tokens came from this address within a minute. Try again after the time in Retry-After.");
        }

        Response.Headers.WWWAuthenticate = "Bearer";
        return Problems.WriteAsync(
            Context, StatusCodes.Status401Unauthorized, "No valid token",
            "Send 'Authorization: Bearer <key>' with an API key, the admin key or the service token. A revoked or expired key is not valid.");
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Problems.WriteAsync(
        Context, StatusCodes.Status403Forbidden, "Not allowed",
        RoutePolicies.RoleOf(Context.GetEndpoint()) is { } role
            ? $"This needs the role {role}; the token's is {Caller.Of(Context.User).Role.ToString().ToLowerInvariant()}."
            : "The token's role does not allow this.");
}
