using System.Diagnostics;

namespace Orchestrator.Benchmarks.Service;

/// <summary>A Hangfire job that does nothing but be counted.</summary>
public sealed class NoOpJob
{
    private static int _performed;

    /// <summary>When the first was performed since <see cref="Restart"/>, as a timestamp; 0: none yet.</summary>
    private static long _first;

    /// <summary>The first start since <see cref="Restart"/>, as a timestamp.</summary>
    public static long First => Interlocked.Read(ref _first);

    /// <summary>Forgets what was counted.</summary>
    public static void Restart() => (_performed, _first) = (0, 0);

    /// <summary>The job.</summary>
    public void Run()
    {
        if (Interlocked.Increment(ref _performed) == 1)
        {
            Interlocked.Exchange(ref _first, Stopwatch.GetTimestamp());
        }
    }
}

/// <summary>A Hangfire job that says when it has started.</summary>
public sealed class StartJob
{
    private static TaskCompletionSource<long> _started = new();

    /// <summary>The start of the next job, as a timestamp.</summary>
    public static Task<long> NextAsync()
    {
        _started = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        return _started.Task;
    }

    /// <summary>The job.</summary>
    public void Run() => _started.TrySetResult(Stopwatch.GetTimestamp());
}
