using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Orchestrator.Jobs.Storage.Embedded;

/// <summary>
/// Our settings of the server, in a file beside the data folder that <c>postgresql.conf</c> includes. Written before
/// every start; the port of the last start is kept while it is free, so that connection strings outlive a restart.
/// </summary>
internal static partial class ServerConfiguration
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "orchestrator.conf";

    private const int FirstPort = 20000;
    private const int LastPort = 29999;

    private static readonly Dictionary<string, string> Defaults = new()
    {
        ["fsync"] = "on",
        ["synchronous_commit"] = "on",
        ["shared_buffers"] = "128MB",
        ["max_connections"] = "300",
        ["wal_compression"] = "on",
        ["jit"] = "off",
        ["timezone"] = "UTC",
        ["log_timezone"] = "UTC",

        // An error is logged without its statement: there may be a token in it.
        ["log_min_error_statement"] = "panic",
    };

    /// <summary>Makes a fresh data folder read our file.</summary>
    public static void Include(string dataFolder) => File.AppendAllText(
        Path.Combine(dataFolder, "postgresql.conf"), $"\ninclude_if_exists = '../{FileName}'\n");

    /// <summary>The name that shows in the titles of the server's processes; it goes with the data wherever that is moved.</summary>
    public static string ClusterName(string password) =>
        "orchestrator-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(password)))[..12];

    /// <summary>Writes the settings for the next start.</summary>
    public static void Write(string path, IReadOnlyDictionary<string, string> extra, string clusterName, int port)
    {
        var settings = new SortedDictionary<string, string>(Defaults, StringComparer.Ordinal);
        foreach (var (name, value) in extra)
        {
            settings[name] = value;
        }

        // Not to be changed from outside: nobody but this machine gets in, and left-over processes are known by the name.
        settings["listen_addresses"] = "127.0.0.1";
        settings["unix_socket_directories"] = "";
        settings["cluster_name"] = clusterName;
        settings["port"] = port.ToString(CultureInfo.InvariantCulture);
        var text = new StringBuilder("# Written at every start of the embedded server. Own settings: ALTER SYSTEM.\n");
        foreach (var (name, value) in settings)
        {
            text.Append(name).Append(" = '").Append(value.Replace("'", "''")).Append("'\n");
        }

        File.WriteAllText(path, text.ToString());
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }
    }

    /// <summary>The last start's port, or a random free one below the range from which outgoing connections are served.</summary>
    public static int ChoosePort(string path)
    {
        if (File.Exists(path) && PortPattern().Match(File.ReadAllText(path)) is { Success: true } last
            && int.Parse(last.Groups[1].Value, CultureInfo.InvariantCulture) is var kept && IsFree(kept))
        {
            return kept;
        }

        int port;
        do
        {
            port = RandomNumberGenerator.GetInt32(FirstPort, LastPort + 1);
        }
        while (!IsFree(port));

        return port;
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^port = '(\d+)'", RegexOptions.Multiline)]
    private static partial Regex PortPattern();
}
