using System.Diagnostics;

namespace Orchestrator.Jobs.Storage.Embedded;

/// <summary>
/// A lock between processes on one machine: a file, opened for as long as the lock is held.
/// Shared or exclusive; free at once when the holder dies, and never inherited by a child process.
/// </summary>
/// <remarks>
/// On Unix .NET takes <c>flock(LOCK_EX)</c> for <see cref="FileShare.None"/> and <c>flock(LOCK_SH)</c> for a
/// handle that only reads; on Windows the same two open modes exclude each other by themselves.
/// </remarks>
internal sealed class FileLock : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private readonly FileStream _file;

    private FileLock(FileStream file) => _file = file;

    /// <summary>Takes the lock if it is free now; else null.</summary>
    public static FileLock? TryTake(string path, bool shared)
    {
        try
        {
            return new FileLock(shared
                ? new FileStream(path, FileMode.OpenOrCreate, FileAccess.Read, FileShare.Read, bufferSize: 0)
                : new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
        }
        catch (IOException held) when (IsHeldByAnother(held))
        {
            return null;
        }
    }

    /// <summary>Waits for the lock; null when it was not free within <paramref name="timeout"/>.</summary>
    public static async Task<FileLock?> TakeAsync(string path, bool shared, TimeSpan timeout, CancellationToken cancellation)
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            if (TryTake(path, shared) is { } taken)
            {
                return taken;
            }

            if (Stopwatch.GetElapsedTime(since) > timeout)
            {
                return null;
            }

            await Task.Delay(Pause, cancellation);
        }
    }

    /// <summary>Frees the lock; the file stays, since removing it would let two holders in.</summary>
    public void Dispose() => _file.Dispose();

    private static bool IsHeldByAnother(IOException error)
    {
        const int SharingViolation = unchecked((int)0x80070020);
        const int WouldBlockOnLinux = 11;
        const int WouldBlockOnMac = 35;
        return error.HResult is SharingViolation || error.HResult == (OperatingSystem.IsLinux() ? WouldBlockOnLinux : WouldBlockOnMac);
    }
}
