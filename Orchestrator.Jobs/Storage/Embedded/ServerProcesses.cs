using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Orchestrator.Jobs.Storage.Embedded;

/// <summary>
/// Looks at the machine's processes. On Linux by <c>/proc/PID/cmdline</c>, which any user may read and which is empty
/// for one that is dead but not yet waited for; elsewhere by the process's name.
/// </summary>
internal static class ServerProcesses
{
    /// <summary>True when the process lives and is the server of that data folder, not a later owner of its number.</summary>
    public static bool IsServer(int processId, string dataFolder)
    {
        if (OperatingSystem.IsLinux())
        {
            var command = CommandLine(processId);
            var folder = Array.IndexOf(command, "-D") + 1;
            return folder > 0 && folder < command.Length && command[folder] == dataFolder
                && Path.GetFileName(command[0]) == "postgres";
        }

        try
        {
            using var process = Process.GetProcessById(processId);
            return process.ProcessName == "postgres";
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>True when the number belongs to some process, a dead one that nobody waited for included.</summary>
    public static bool Exists(int processId) => OperatingSystem.IsLinux()
        && Directory.Exists($"/proc/{processId.ToString(CultureInfo.InvariantCulture)}");

    /// <summary>
    /// The processes that a killed server left behind, known by the cluster's name in their titles. They end by
    /// themselves, usually within a second. Empty where the machine does not tell.
    /// </summary>
    public static IReadOnlyList<int> LeftBy(string clusterName)
    {
        if (!OperatingSystem.IsLinux())
        {
            return [];
        }

        var title = $"postgres: {clusterName}: ";
        return
        [
            .. Directory.EnumerateDirectories("/proc")
                .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? id : 0)
                .Where(id => id > 0 && CommandLine(id)[0].StartsWith(title, StringComparison.Ordinal)),
        ];
    }

    private static string[] CommandLine(int processId)
    {
        try
        {
            var path = $"/proc/{processId.ToString(CultureInfo.InvariantCulture)}/cmdline";
            return Encoding.UTF8.GetString(File.ReadAllBytes(path)).Split('\0');
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return [""];
        }
    }
}
