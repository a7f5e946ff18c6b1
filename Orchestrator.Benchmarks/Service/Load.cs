using System.Diagnostics;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Benchmarks.Service;

/// <summary>Runs of one workflow, dispatched and awaited.</summary>
internal static class Load
{
    /// <summary>Dispatches so many at once and awaits them all; the time from the first dispatch to the last end.</summary>
    public static async Task<TimeSpan> RunAllAsync(
        BenchmarkedService service, RunObserver observer, string workflow, int runs, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        await DispatchAllAsync(service, workflow, runs, cancellationToken);
        await observer.AwaitAllAsync(cancellationToken);
        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>Dispatches so many at once.</summary>
    public static Task DispatchAllAsync(BenchmarkedService service, string workflow, int runs, CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, runs).Select(_ => DispatchAsync(service, workflow, cancellationToken)));

    /// <summary>Runs so many one after the other on an idle service; the median of their times, milliseconds.</summary>
    public static async Task<double> MedianAloneAsync(
        BenchmarkedService service, RunObserver observer, string workflow, int runs, CancellationToken cancellationToken)
    {
        var times = new List<double>(runs);
        for (var i = 0; i < runs; i++)
        {
            // Until what follows a run's end (its delivery is taken out of Hangfire's queue) is over too.
            await Task.Delay(20, cancellationToken);
            var start = Stopwatch.GetTimestamp();
            await observer.AwaitAsync(await DispatchAsync(service, workflow, cancellationToken), cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return Measuring.Sample.Of(times, 0.5);
    }

    private static async Task<RunId> DispatchAsync(BenchmarkedService service, string workflow, CancellationToken cancellationToken)
    {
        var outcome = await service.Get<Dispatcher>().DispatchAsync(new DispatchRequest { WorkflowKey = workflow }, cancellationToken);
        return outcome is Dispatched dispatched ? dispatched.Run : throw new InvalidOperationException(outcome.ToString());
    }
}
