using System.Net;

namespace Orchestrator.Jobs.Executors;

/// <summary>
/// Where calls may go beside what is refused always. An entry is an address, a network (<c>10.0.0.0/8</c>), a host, or
/// the hosts below one (<c>*.internal</c>).
/// </summary>
internal sealed class EgressRules
{
    private readonly Entries _deny;
    private readonly Entries _allow;

    /// <exception cref="FormatException">An entry is none.</exception>
    public EgressRules(IEnumerable<string> deny, IEnumerable<string> allow) => (_deny, _allow) = (new Entries(deny), new Entries(allow));

    public static EgressRules None { get; } = new([], []);

    /// <summary>Whether a text can stand in a list.</summary>
    public static bool IsEntry(string entry) => Network(entry) is not null || IsHost(entry);

    /// <summary>What is denied is so whatever is allowed; where anything is allowed, nothing else is.</summary>
    public bool Allows(string host, IPAddress address) =>
        Outbound.IsAllowed(address) && !_deny.Contain(host, address) && (_allow.IsEmpty || _allow.Contain(host, address));

    private static IPNetwork? Network(string entry) =>
        IPAddress.TryParse(entry, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : IPNetwork.TryParse(entry, out var network) ? network
        : null;

    private static bool IsHost(string entry) =>
        Uri.CheckHostName(entry.StartsWith("*.", StringComparison.Ordinal) ? entry[2..] : entry) == UriHostNameType.Dns;

    private sealed class Entries
    {
        private readonly IPNetwork[] _networks;
        private readonly string[] _hosts;

        public Entries(IEnumerable<string> entries)
        {
            var all = entries.ToArray();
            _networks = [.. all.Select(Network).OfType<IPNetwork>()];
            _hosts = [.. all.Where(entry => Network(entry) is null).Select(entry => IsHost(entry)
                ? entry
                : throw new FormatException($"'{entry}' is no address, network or host."))];
        }

        public bool IsEmpty => _networks.Length + _hosts.Length == 0;

        public bool Contain(string host, IPAddress address)
        {
            var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
            return Array.Exists(_networks, network => network.Contains(plain)) || Array.Exists(_hosts, entry => Matches(entry, host.TrimEnd('.')));
        }

        private static bool Matches(string entry, string host) => entry.StartsWith("*.", StringComparison.Ordinal)
            ? host.EndsWith(entry[1..], StringComparison.OrdinalIgnoreCase)
            : host.Equals(entry, StringComparison.OrdinalIgnoreCase);
    }
}
