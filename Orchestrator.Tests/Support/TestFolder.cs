using System.Globalization;
using Orchestrator.Jobs.Storage.Embedded;

namespace Orchestrator.Tests.Support;

/// <summary>
/// A temporary folder of this process, removed when disposed. A test run that was killed leaves its folder, perhaps
/// with a server that runs on it: the next run finds both by the lock that nobody holds any more, and removes them.
/// </summary>
internal sealed class TestFolder : IDisposable
{
    private const string Prefix = "orchestrator-tests-";

    private TestFolder(string path) => Path = path;

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Where an embedded PostgreSQL of the test's own goes.</summary>
    public string Postgres => InPostgres(Path);

    /// <summary>Makes an empty folder that other users can pass through: the server's user has to.</summary>
    public static TestFolder Create()
    {
        var name = $"{Prefix}{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}-{Guid.NewGuid():N}";
        return new TestFolder(Directory.CreateDirectory(System.IO.Path.Combine(System.IO.Path.GetTempPath(), name)).FullName);
    }

    /// <summary>Removes what killed test runs left behind.</summary>
    public static async Task RemoveLeftOversAsync()
    {
        foreach (var path in Directory.EnumerateDirectories(System.IO.Path.GetTempPath(), Prefix + "*"))
        {
            try
            {
                await RemoveIfUnusedAsync(path);
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

    private static async Task RemoveIfUnusedAsync(string path)
    {
        var process = System.IO.Path.GetFileName(path)[Prefix.Length..].Split('-')[0];
        var lockFile = System.IO.Path.Combine(InPostgres(path), "use.lock");
        if (!File.Exists(lockFile))
        {
            if (!Directory.Exists($"/proc/{process}"))
            {
                Directory.Delete(path, recursive: true);
            }

            return;
        }

        using var unused = FileLock.TryTake(lockFile, shared: false);
        if (unused is not null)
        {
            await EndServerAsync(System.IO.Path.Combine(InPostgres(path), "data"));
            Directory.Delete(path, recursive: true);
        }
    }

    private static async Task EndServerAsync(string dataFolder)
    {
        if (PostmasterFile.Read(dataFolder) is not { } server)
        {
            return;
        }

        while (server.State() != ServerState.Absent)
        {
            // SIGQUIT: at once, and it takes its shared memory with it.
            await ServerCommand.RunAsync(
                "kill", ["-QUIT", server.ProcessId.ToString(CultureInfo.InvariantCulture)], user: null, CancellationToken.None);
        }
    }

    private static string InPostgres(string path) => System.IO.Path.Combine(path, "postgres");
}
