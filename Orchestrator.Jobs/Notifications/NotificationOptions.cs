namespace Orchestrator.Jobs.Notifications;

/// <summary>Where notifications go (section <c>Notifications</c>).</summary>
public sealed class NotificationOptions
{
    /// <summary>
    /// Addresses of Slack-compatible webhooks by channel; they are secrets. A name's case, a # before it, and whether it has
    /// - or _ make no difference. Default: none.
    /// </summary>
    public Dictionary<string, string> Channels { get; } = [];

    /// <summary>The address; null: no such channel.</summary>
    internal Uri? Find(string channel) => Channels
        .Where(known => Plain(known.Key) == Plain(channel))
        .Select(known => new Uri(known.Value))
        .FirstOrDefault();

    /// <summary>A name without what makes no difference.</summary>
    internal static string Plain(string channel) => channel.TrimStart('#').Replace('-', '_').ToLowerInvariant();

    internal void Check(Action<bool, string, object?, string> check)
    {
        foreach (var (name, address) in Channels)
        {
            // Without its value, which is a secret.
            check(
                Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https",
                $"Notifications:Channels:{name}", "…", "an absolute http or https address");
        }
    }
}
