using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Storage;
using Orchestrator.Web.Hosting;

namespace Orchestrator.Web.Cli;

/// <summary><c>keys</c>: makes, lists and revokes API keys of any tenant, on the database itself. It may run beside the service.</summary>
internal static partial class KeysCommand
{
    private const int MaxShown = 1000;

    public static Command Create()
    {
        var tenant = new Option<string>("--tenant") { Description = "Whose keys.", DefaultValueFactory = _ => DispatchRequest.DefaultTenant };
        return new Command("keys", "Make, list and revoke API keys.") { Make(tenant), List(tenant), Revoke(tenant) };
    }

    private static Command Make(Option<string> tenant)
    {
        var name = new Option<string>("--name") { Description = "What people know it by.", Required = true };
        var role = new Option<string>("--role") { Description = string.Join(", ", RoleWords.All), Required = true };
        role.AcceptOnlyFromAmong([.. RoleWords.All]);
        var expires = new Option<string?>("--expires") { Description = "After so many days, hours or minutes: 90d, 12h, 30m. Never where it is left out." };
        var command = new Command("create", "Make a key. It is shown once.") { name, role, tenant, expires };
        command.SetAction((parsed, cancel) => WithKeysAsync(cancel, async (keys, time) =>
        {
            var (key, secret) = await keys.CreateAsync(
                new NewApiKey
                {
                    Tenant = TenantOf(parsed.GetValue(tenant)!),
                    Name = NameOf(parsed.GetRequiredValue(name)),
                    Role = RoleWords.Of(parsed.GetRequiredValue(role))!.Value,
                    CreatedBy = "command",
                    ExpiresAt = parsed.GetValue(expires) is { } span ? time.GetUtcNow().UtcDateTime + Span(span) : null,
                },
                cancel);
            await Console.Error.WriteLineAsync(
                $"{key.Role} of tenant {key.TenantId}, id {key.ApiKeyId}{(key.ExpiresAt is { } end ? $", until {end:u}" : "")}. The key is shown once:");
            Console.WriteLine(secret);
            return 0;
        }));
        return command;
    }

    private static Command List(Option<string> tenant)
    {
        var command = new Command("list", "List a tenant's keys.") { tenant };
        command.SetAction((parsed, cancel) => WithKeysAsync(cancel, async (keys, time) =>
        {
            var now = time.GetUtcNow().UtcDateTime;
            foreach (var key in await keys.ListAsync(TenantOf(parsed.GetValue(tenant)!), null, MaxShown, cancel))
            {
                var state = key.RevokedAt is not null ? "revoked" : key.ExpiresAt <= now ? "expired" : "valid";
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{key.ApiKeyId}  {key.Prefix}…  {key.Role,-8}  {state,-7}  used {key.LastUsedAt?.ToString("u", CultureInfo.InvariantCulture) ?? "never"}  {key.Name}"));
            }

            return 0;
        }));
        return command;
    }

    private static Command Revoke(Option<string> tenant)
    {
        var which = new Argument<string>("key") { Description = "Its id, or its first 12 characters." };
        var command = new Command("revoke", "Revoke a key: refused by every node within seconds.") { which, tenant };
        command.SetAction((parsed, cancel) => WithKeysAsync(cancel, async (keys, _) =>
        {
            var text = parsed.GetRequiredValue(which);
            var id = Guid.TryParse(text, out var given) ? given : (Guid?)null;
            var revoked = await keys.RevokeAsync(TenantOf(parsed.GetValue(tenant)!), id, id is null ? text.TrimEnd('…') : null, cancel);
            foreach (var key in revoked)
            {
                Console.WriteLine($"{key.Name} ({key.Prefix}…) is revoked.");
            }

            return revoked.Count > 0
                ? 0
                : throw new SettingsException($"Tenant {parsed.GetValue(tenant)} has no key '{text}'; 'keys list' shows those that there are.");
        }));
        return command;
    }

    private static Task<int> WithKeysAsync(CancellationToken cancellationToken, Func<ApiKeyStore, TimeProvider, Task<int>> action) =>
        Failures.ShowAsync(async () =>
        {
            var settings = ServiceSettings.Read();
            await using var home = new DatabaseHome(settings.Options, settings.Options.Folders, NullLoggerFactory.Instance);
            await home.OpenAsync(cancellationToken);
            return await action(new ApiKeyStore(home.Database, TimeProvider.System), TimeProvider.System);
        });

    private static string TenantOf(string tenant) => Regex.IsMatch(tenant, NewApiKey.TenantPattern)
        ? tenant
        : throw new SettingsException($"--tenant is '{tenant}'; it has to be 1 to 63 of a-z, 0-9, _ and -, and begin with a letter or digit.");

    private static string NameOf(string name) => name.Length is > 0 and <= NewApiKey.MaxNameLength
        ? name
        : throw new SettingsException($"--name has to have 1 to {NewApiKey.MaxNameLength} characters.");

    private static TimeSpan Span(string text)
    {
        if (SpanText().Match(text) is not { Success: true } match || !int.TryParse(match.Groups[1].ValueSpan, out var number) || number is 0 or > 100_000)
        {
            throw new SettingsException($"--expires is '{text}'; it has to be a time like 90d, 12h or 30m.");
        }

        return match.Groups[2].Value switch
        {
            "d" => TimeSpan.FromDays(number),
            "h" => TimeSpan.FromHours(number),
            _ => TimeSpan.FromMinutes(number),
        };
    }

    [GeneratedRegex("^([0-9]{1,6})([dhm])$")]
    private static partial Regex SpanText();
}
