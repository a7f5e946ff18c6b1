using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;

namespace Orchestrator.Web.Auth;

/// <summary>
/// Bounds how many wrong tokens an address may try: guesses, and the look-ups that they cost. A token that was right
/// lately goes on, so that a neighbour behind the same proxy can't lock others out.
/// </summary>
internal sealed class FailedLogins : IDisposable
{
    public const int PerMinute = 50;

    private readonly PartitionedRateLimiter<IPAddress> _wrong = PartitionedRateLimiter.Create<IPAddress, IPAddress>(
        address => RateLimitPartition.GetFixedWindowLimiter(Network(address), _ => new FixedWindowRateLimiterOptions
        {
            PermitLimit = PerMinute,
            Window = TimeSpan.FromMinutes(1),
        }));

    /// <summary>Counts a wrong token.</summary>
    public void Add(IPAddress address) => _wrong.AttemptAcquire(address).Dispose();

    /// <summary>Null: the address may try. Else how long it has to wait.</summary>
    public TimeSpan? Wait(IPAddress address)
    {
        using var lease = _wrong.AttemptAcquire(address, permitCount: 0);
        return lease.IsAcquired ? null
            : lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) && wait > TimeSpan.Zero ? wait
            : TimeSpan.FromSeconds(1);
    }

    public void Dispose() => _wrong.Dispose();

    /// <summary>Of IPv6 the network: a single host has all of its addresses.</summary>
    private static IPAddress Network(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6 || address.IsIPv4MappedToIPv6)
        {
            return address;
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}
