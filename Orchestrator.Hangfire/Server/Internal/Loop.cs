using Hangfire.Logging;

namespace Hangfire.Server;

/// <summary>Something that is done again and again until a server stops, and whose failure stops nothing.</summary>
internal static class Loop
{
    /// <summary>Does it at once, or after the first interval, and then at the interval.</summary>
    public static async Task EveryAsync(
        TimeSpan interval, string what, Func<CancellationToken, Task> action, CancellationToken stopping, bool waitFirst = false)
    {
        var failures = new FailureLog(LogProvider.For<BackgroundJobServer>());
        if (waitFirst) await DelayAsync(interval, stopping).ConfigureAwait(false);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await action(stopping).ConfigureAwait(false);
                failures.Succeeded($"{what}: goes on.");
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                failures.Failed($"{what} failed; trying again in {interval}.", failure);
            }

            await DelayAsync(interval, stopping).ConfigureAwait(false);
        }
    }

    /// <summary>Waits for so long, or until the server stops.</summary>
    public static Task DelayAsync(TimeSpan delay, CancellationToken stopping) =>
        Task.Delay(delay, stopping).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
