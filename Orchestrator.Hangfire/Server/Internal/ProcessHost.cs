using Hangfire.Logging;

namespace Hangfire.Server;

/// <summary>Runs an application's background process on a thread of its own, again and again until the server stops.</summary>
internal sealed class ProcessHost(IBackgroundProcess process, BackgroundProcessContext context)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100), LongestDelay = TimeSpan.FromMinutes(1);

    private readonly FailureLog failures = new(LogProvider.For<BackgroundJobServer>());

    public Task RunAsync() => Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Run()
    {
        var delay = FirstDelay;
        while (!context.IsStopping)
        {
            try
            {
                process.Execute(context);
                delay = FirstDelay;
                failures.Succeeded($"The background process {process} goes on.");
            }
            catch (OperationCanceledException) when (context.IsStopping)
            {
                return;
            }
            catch (Exception failure)
            {
                failures.Failed($"The background process {process} failed; trying again.", failure);
                context.StoppingToken.WaitHandle.WaitOne(delay);
                delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay;
            }
        }
    }
}
