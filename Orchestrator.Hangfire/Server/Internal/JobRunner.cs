using System.Diagnostics;
using Hangfire.Common;
using Hangfire.Logging;
using Hangfire.PostgreSql;
using Hangfire.States;

namespace Hangfire.Server;

/// <summary>
/// The way of a claimed job: load, enter Processing, perform, conclude. Whatever the job does, one end is recorded,
/// fenced by its Processing state; a crash before that leaves the job in Processing and its place in the queue taken, and
/// it is given back when the server is found dead.
/// </summary>
internal sealed class JobRunner(
    PostgreSqlStorage storage, string serverId, IJobFilterProvider filterProvider, JobActivator activator, RunningJobs running)
{
    private readonly BackgroundJobPerformer performer = new(filterProvider, activator);
    private readonly StateMachine stateMachine = new(filterProvider);
    private readonly JobConclusion conclusion = new(storage, filterProvider);
    private readonly ILog log = LogProvider.For<BackgroundJobServer>();
    private readonly FailureLog recording = new(LogProvider.For<BackgroundJobServer>());

    /// <summary>Never throws. <paramref name="performed"/> is called when the worker is free for another job.</summary>
    public async Task RunAsync(RunningJob job, Action performed)
    {
        var isReleased = false;
        try
        {
            var (backgroundJob, loadException) = job.Claimed.Load();
            var end = loadException is not null
                ? Unloadable(loadException)
                : await EnterAndPerformAsync(job, backgroundJob).ConfigureAwait(false);
            performed();
            isReleased = true;
            if (end is not null) await ConcludeAsync(job, backgroundJob, end).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            log.ErrorException($"The end of job {job} could not be recorded; it will be performed again.", failure);
        }
        finally
        {
            if (!isReleased) performed();
            running.Remove(job);
        }
    }

    private static FailedState Unloadable(Exception failure) =>
        new(failure.InnerException ?? failure) { Reason = "The job's call could not be loaded." };

    private async Task<IState?> EnterAndPerformAsync(RunningJob job, BackgroundJob backgroundJob)
    {
        try
        {
            if (!await conclusion.EnterProcessingAsync(job.Claimed, backgroundJob, serverId, stateMachine).ConfigureAwait(false)) return null;
        }
        catch (Exception failure) when (failure is not Npgsql.NpgsqlException)
        {
            return Failed(failure, "A filter has thrown while the job entered the Processing state.");
        }

        return await PerformAsync(job, backgroundJob).ConfigureAwait(false);
    }

    /// <summary>The state that the job is to end in; null: none, as it goes back to its queue.</summary>
    private async Task<IState?> PerformAsync(RunningJob job, BackgroundJob backgroundJob)
    {
        var started = Stopwatch.GetTimestamp();
        var latency = (long)(storage.Clock.UtcNow - backgroundJob.CreatedAt).TotalMilliseconds;
        try
        {
            using var connection = storage.GetConnection();
            var context = new PerformContext(storage, connection, backgroundJob, job) { Performer = performer, ServerId = serverId };
            var result = await performer.PerformAsync(context).ConfigureAwait(false);
            return new SucceededState(result, Math.Max(0, latency), (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        catch (OperationCanceledException) when (job is { IsStopped: true, IsAborted: false })
        {
            await running.ReleaseAsync(job).ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException) when (job.IsAborted)
        {
            await conclusion.DropIfMovedAsync(job.Claimed).ConfigureAwait(false);
            return null;
        }
        catch (JobPerformanceException failure)
        {
            return Failed(failure.InnerException!, failure.Message);
        }
        catch (Exception failure)
        {
            return Failed(failure, "An exception occurred during processing of the job.");
        }
    }

    private FailedState Failed(Exception exception, string reason) => new(exception, serverId) { Reason = reason };

    private async Task ConcludeAsync(RunningJob job, BackgroundJob backgroundJob, IState end)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await conclusion.ConcludeAsync(job.Claimed, backgroundJob, end, stateMachine).ConfigureAwait(false);
                recording.Succeeded("The ends of jobs are recorded again.");
                return;
            }
            catch (Npgsql.NpgsqlException failure) when (failure.IsTransient && !job.IsStopped)
            {
                // Recording again is safe: the fence lets it happen once.
                recording.Failed("The ends of jobs could not be recorded; trying again.", failure);
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(5000, 50 << Math.Min(attempt, 7)))).ConfigureAwait(false);
            }
        }
    }
}
