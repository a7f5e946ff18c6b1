using System.Diagnostics;
using System.Globalization;
using Orchestrator.Jobs.Storage.Embedded;

namespace Orchestrator.Tests.Support;

/// <summary>
/// A temporary folder of this process, removed when disposed. A test run that was killed leaves its folder, perhaps
/// with a server that runs on it: the next run knows both by the process number in the name, and removes them.
/// </summary>
internal sealed class TestFolder : IDisposable
{
    private const string Prefix = "orchestrator-tests-";

    private const long Gigabyte = 1L << 30;

    private static readonly string OnDisk = System.IO.Path.GetTempPath();

    private static readonly string InMemory = MemoryFolder() ?? OnDisk;

    private TestFolder(string path) => Path = path;

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Where an embedded PostgreSQL of the test's own goes.</summary>
    public string Postgres => InPostgres(Path);

    /// <summary>Makes an empty folder that other users can pass through: the server's user has to.</summary>
    public static TestFolder Create() => CreateIn(OnDisk);

    /// <summary>
    /// The same for a server's data, in memory where the machine has enough: a database has hundreds of files, and on some
    /// file systems making them again and again costs more than all that the tests do. What survives the end of a process is
    /// the same in both.
    /// </summary>
    public static TestFolder CreateForData() => CreateIn(InMemory);

    /// <summary>Removes what killed test runs left behind.</summary>
    public static async Task RemoveLeftOversAsync()
    {
        string[] places = [OnDisk, InMemory];
        foreach (var path in places.Distinct().SelectMany(place => Directory.EnumerateDirectories(place, Prefix + "*")))
        {
            try
            {
                await RemoveIfLeftAsync(path);
            }
            catch (Exception notOurs) when (notOurs is IOException or UnauthorizedAccessException)
            {
                TestClusterLifetime.Note($"{path} stays: {notOurs.Message}");
            }
        }
    }

    /// <summary>Removes the folder with all that is in it.</summary>
    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }

    private static TestFolder CreateIn(string place)
    {
        var name = $"{Prefix}{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}-{Guid.NewGuid():N}";
        return new TestFolder(Directory.CreateDirectory(System.IO.Path.Combine(place, name)).FullName);
    }

    /// <summary>Linux's file system in memory; null: there is none, or too little room. Tests with a million rows need two gigabytes.</summary>
    private static string? MemoryFolder()
    {
        const string folder = "/dev/shm";
        return OperatingSystem.IsLinux() && Directory.Exists(folder)
            && new DriveInfo(folder).AvailableFreeSpace > 4 * Gigabyte
            && GC.GetGCMemoryInfo().TotalAvailableMemoryBytes > 8 * Gigabyte
            ? folder
            : null;
    }

    private static async Task RemoveIfLeftAsync(string path)
    {
        var name = System.IO.Path.GetFileName(path)[Prefix.Length..];
        var isOurs = int.TryParse(name.Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var process);
        if (isOurs && !IsAlive(process))
        {
            await EndServerAsync(System.IO.Path.Combine(InPostgres(path), "data"));
            await EndServerAsync(System.IO.Path.Combine(InPostgres(System.IO.Path.Combine(path, ".orchestrator")), "data"));
            Directory.Delete(path, recursive: true);
        }
    }

    private static bool IsAlive(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Ends a server by SIGQUIT: at once, and it takes its shared memory with it.</summary>
    private static async Task EndServerAsync(string dataFolder)
    {
        while (PostmasterFile.Read(dataFolder) is { } server && server.State() != ServerState.Absent)
        {
            string[] arguments = ["-QUIT", server.ProcessId.ToString(CultureInfo.InvariantCulture)];
            var result = await ServerCommand.RunAsync("kill", arguments, user: null, CancellationToken.None);
            if (!result.Succeeded && server.State() != ServerState.Absent)
            {
                throw new IOException(result.Output);
            }
        }
    }

    private static string InPostgres(string path) => System.IO.Path.Combine(path, "postgres");
}
