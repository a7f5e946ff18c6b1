using Microsoft.AspNetCore.Http;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Scenarios;

/// <summary>
/// Lets a target answer so many requests and no more: however fast the services are, work is left for the next kill.
/// Each answer takes the target 20 ms.
/// </summary>
internal sealed class Pace
{
    private static readonly TimeSpan Work = TimeSpan.FromMilliseconds(20);

    private readonly SemaphoreSlim _permits = new(0);
    private Mark _mark = new(int.MaxValue);
    private int _answers;

    public async Task AnswerAsync(HttpContext http)
    {
        await _permits.WaitAsync(http.RequestAborted);
        await Task.Delay(Work, http.RequestAborted);
        var mark = Volatile.Read(ref _mark);
        if (Interlocked.Increment(ref _answers) >= mark.At)
        {
            mark.Reached.TrySetResult();
        }

        await TargetServer.JsonAsync(http, 200, """{"ok": true}""");
    }

    /// <summary>Allows <paramref name="more"/> answers; ends when <paramref name="until"/> have been given.</summary>
    public Task LetAsync(int more, int until)
    {
        var mark = new Mark(Volatile.Read(ref _answers) + until);
        Volatile.Write(ref _mark, mark);
        _permits.Release(more);
        return mark.Reached.Task;
    }

    public void LetAll() => _permits.Release(int.MaxValue / 2);

    private sealed record Mark(int At)
    {
        public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
