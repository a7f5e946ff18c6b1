using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Jobs.Executors;

/// <summary>The way out: connections that are kept, no redirects, and no way to what is only for this machine's host.</summary>
internal static class Outbound
{
    public static SocketsHttpHandler Handler(EgressRules rules) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.All,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        ConnectTimeout = TimeSpan.FromSeconds(10),
        ConnectCallback = (context, cancellationToken) => ConnectAsync(rules, context, cancellationToken),
        ActivityHeadersPropagator = null,
    };

    /// <summary>Where AWS and Google keep a machine's credentials over IPv6, which is not link-local.</summary>
    private static readonly IPAddress[] Metadata = [IPAddress.Parse("fd00:ec2::254"), IPAddress.Parse("fd20:ce::254")];

    /// <summary>Link-local and multicast addresses are refused: cloud machines keep their own credentials there.</summary>
    public static bool IsAllowed(IPAddress address)
    {
        address = Inner(address);
        var bytes = address.GetAddressBytes();
        return address.AddressFamily == AddressFamily.InterNetwork
            ? bytes is not ([169, 254, ..] or [0, ..] or [>= 224, ..])
            : !address.IsIPv6LinkLocal && !address.IsIPv6Multicast && !address.Equals(IPAddress.IPv6Any) && !Metadata.Contains(address);
    }

    /// <summary>The address of IPv4 that one of IPv6 leads to: mapped (RFC 4291), by NAT64 (RFC 6052), by 6to4 (RFC 3056).</summary>
    private static IPAddress Inner(IPAddress address) => address.GetAddressBytes() switch
    {
        _ when address.IsIPv4MappedToIPv6 => address.MapToIPv4(),
        [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, .. { Length: 4 } inner] => new IPAddress(inner),
        [0x20, 0x02, var a, var b, var c, var d, .. { Length: 10 }] => new IPAddress([a, b, c, d]),
        _ => address,
    };

    private static async ValueTask<Stream> ConnectAsync(
        EgressRules rules, SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        // A literal address is not for DNS, which answers some of those that are refused here with an error of its own.
        IPAddress[] addresses = IPAddress.TryParse(context.DnsEndPoint.Host, out var literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellationToken);
        var allowed = addresses.Where(address => rules.Allows(context.DnsEndPoint.Host, address)).ToArray();
        if (allowed.Length == 0)
        {
            throw new AddressRefusedException(
                $"{context.DnsEndPoint.Host} is at an address that steps may not call ({string.Join(", ", addresses.AsEnumerable())}).");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>The one client for calls of steps and of the helper route: its connections are kept.</summary>
internal sealed class OutboundClient(Hosting.OrchestratorOptions options)
    : HttpMessageInvoker(Outbound.Handler(new EgressRules(options.Egress.Deny, options.Egress.Allow)));

/// <summary>The target's address is one that steps may not call.</summary>
internal sealed class AddressRefusedException(string message) : IOException(message);
