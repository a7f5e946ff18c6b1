using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Web.Hosting;

/// <summary>Looks at where the service is to listen before anything is started: a mistake costs no database start.</summary>
internal static class ListenAddresses
{
    /// <exception cref="SettingsException">One is no address, or its port is taken.</exception>
    public static void Check(string urls)
    {
        foreach (var url in urls.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var address = Parse(urls, url);
            if (!address.IsUnixPipe && !address.IsNamedPipe && address.Port != 0 && IsTaken(address))
            {
                throw new SettingsException(
                    $"{url} is in use: another service has that port. Stop it, or set ASPNETCORE_URLS to a free one.");
            }
        }
    }

    private static BindingAddress Parse(string urls, string url)
    {
        try
        {
            var address = BindingAddress.Parse(url);
            return address.Scheme is "http" or "https" && address.PathBase.Length == 0
                ? address
                : throw new FormatException();
        }
        catch (FormatException)
        {
            throw new SettingsException(
                $"ASPNETCORE_URLS is '{urls}'; it has to be one or more addresses like http://127.0.0.1:5080, with ';' between them.");
        }
    }

    /// <summary>Whoever comes between this look and the listening is still noticed there.</summary>
    private static bool IsTaken(BindingAddress address)
    {
        var ip = IPAddress.TryParse(address.Host.Trim('[', ']'), out var literal) ? literal
            : address.Host == "localhost" ? IPAddress.Loopback
            : IPAddress.Any;
        try
        {
            using var listener = new TcpListener(ip, address.Port);
            listener.Start();
            return false;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.AddressAlreadyInUse;
        }
    }
}
