using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;

namespace Orchestrator.Jobs.Scripts;

/// <summary>
/// Starts processes from one thread that lives as long as the service: what asks to die with its parent dies, on Linux,
/// with the thread that made it, and a thread of the pool may end at any time.
/// </summary>
internal sealed class Launcher : IDisposable
{
    private readonly BlockingCollection<(ProcessStartInfo Start, TaskCompletionSource<Process> Started)> _wishes = [];

    public Launcher() => new Thread(Work) { IsBackground = true, Name = "script launcher" }.Start();

    /// <exception cref="SandboxUnavailableException">The program can't be started.</exception>
    public Task<Process> StartAsync(ProcessStartInfo start)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        _wishes.Add((start, started));
        return started.Task;
    }

    public void Dispose() => _wishes.CompleteAdding();

    private void Work()
    {
        foreach (var (start, started) in _wishes.GetConsumingEnumerable())
        {
            try
            {
                started.SetResult(Process.Start(start)!);
            }
            catch (Exception e) when (e is Win32Exception or IOException)
            {
                started.SetException(new SandboxUnavailableException($"{start.FileName} can't be started for a script: {e.Message}"));
            }
        }
    }
}
