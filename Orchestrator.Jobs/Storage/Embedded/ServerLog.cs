namespace Orchestrator.Jobs.Storage.Embedded;

/// <summary>What a failed start means.</summary>
internal enum StartFailure
{
    /// <summary>A killed server's processes are still there: again in a moment.</summary>
    Lingering,

    /// <summary>Somebody took the port: again with another.</summary>
    PortTaken,

    /// <summary>No space left, on the disk or for this user.</summary>
    DiskFull,

    /// <summary>Anything else: the log says.</summary>
    Other,
}

/// <summary>The server's log file: kept small, and read when a start fails.</summary>
internal static class ServerLog
{
    private const long Limit = 8 * 1024 * 1024;
    private const int Shown = 12;

    /// <summary>Among them a user's limit on the size of a file (<c>ulimit -f</c>).</summary>
    private static readonly string[] OutOfSpace =
    [
        "No space left on device", "not enough space on the disk", "Disk quota exceeded", "File too large", "File size limit exceeded",
        "Check free disk space",
    ];

    /// <summary>Puts a log that has grown aside, and returns where the next start will begin to write.</summary>
    public static long Rotate(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            return 0;
        }

        if (file.Length < Limit)
        {
            return file.Length;
        }

        File.Move(path, path + ".1", overwrite: true);
        return 0;
    }

    /// <summary>What was written since a position.</summary>
    public static string Since(string path, long position)
    {
        if (!File.Exists(path))
        {
            return "";
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = Math.Min(position, file.Length);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }

    /// <summary>The last lines, as an error message shows them.</summary>
    public static string Tail(string text) =>
        string.Join(Environment.NewLine, text.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(Shown));

    /// <summary>What the server's own words mean for the next attempt. Its language is set to C when it is started.</summary>
    public static StartFailure Classify(string text) => text switch
    {
        _ when Says(text, OutOfSpace) => StartFailure.DiskFull,
        _ when Says(text, "pre-existing shared memory block", "\"postmaster.pid\" already exists") => StartFailure.Lingering,
        _ when Says(text, "Address already in use", "could not create any TCP/IP sockets", "could not bind") => StartFailure.PortTaken,
        _ => StartFailure.Other,
    };

    private static bool Says(string text, params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (text.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
