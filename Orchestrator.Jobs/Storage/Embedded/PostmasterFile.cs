using System.Globalization;

namespace Orchestrator.Jobs.Storage.Embedded;

/// <summary>How far a server is.</summary>
internal enum ServerState
{
    /// <summary>No process, or one that is not a server of this data folder.</summary>
    Absent,

    /// <summary>Its process lives, but starts, recovers or stops.</summary>
    Changing,

    /// <summary>It takes connections.</summary>
    Ready,
}

/// <summary>What the server writes into <c>postmaster.pid</c>. The file outlives a killed server: only the process tells.</summary>
/// <param name="ProcessId">The server's process, or the one that had this number.</param>
/// <param name="DataFolder">The data folder, as the server was told it.</param>
/// <param name="Port">The port that it really listens on.</param>
/// <param name="IsReady">True when it had come up when it last wrote.</param>
internal sealed record PostmasterFile(int ProcessId, string DataFolder, int Port, bool IsReady)
{
    private const int Lines = 8;

    /// <summary>The name of the file in the data folder.</summary>
    public const string Name = "postmaster.pid";

    /// <summary>Reads the file; null when it is missing or still being written.</summary>
    public static PostmasterFile? Read(string dataFolder)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(Path.Combine(dataFolder, Name));
        }
        catch (IOException)
        {
            return null;
        }

        return lines.Length >= 4
            && int.TryParse(lines[0], CultureInfo.InvariantCulture, out var process)
            && int.TryParse(lines[3], CultureInfo.InvariantCulture, out var port)
            ? new PostmasterFile(process, lines[1], port, lines.Length >= Lines && lines[Lines - 1].Trim() == "ready")
            : null;
    }

    /// <summary>The state of the server that wrote the file.</summary>
    public ServerState State() =>
        !ServerProcesses.IsServer(ProcessId, DataFolder) ? ServerState.Absent
        : IsReady ? ServerState.Ready
        : ServerState.Changing;
}
