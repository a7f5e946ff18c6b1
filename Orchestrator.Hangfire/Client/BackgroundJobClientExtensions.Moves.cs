using Hangfire.States;

namespace Hangfire;

/// <summary>Moving of jobs.</summary>
public static partial class BackgroundJobClientExtensions
{
    public static bool ChangeState(this IBackgroundJobClient client, string jobId, IState state) => client.ChangeState(jobId, state, expectedState: null);

    public static bool Delete(this IBackgroundJobClient client, string jobId) => client.Delete(jobId, fromState: null);

    /// <summary>Deletes a job, if it is in <paramref name="fromState"/> (null: in whichever).</summary>
    public static bool Delete(this IBackgroundJobClient client, string jobId, string? fromState) =>
        client.ChangeState(jobId, new DeletedState(), fromState);

    public static bool Requeue(this IBackgroundJobClient client, string jobId) => client.Requeue(jobId, fromState: null);

    /// <summary>Enqueues a job again, if it is in <paramref name="fromState"/> (null: in whichever).</summary>
    public static bool Requeue(this IBackgroundJobClient client, string jobId, string? fromState) =>
        client.ChangeState(jobId, new EnqueuedState(), fromState);

    public static bool Reschedule(this IBackgroundJobClient client, string jobId, TimeSpan delay) => client.Reschedule(jobId, delay, fromState: null);

    /// <summary>Schedules a job anew, if it is in <paramref name="fromState"/> (null: in whichever).</summary>
    public static bool Reschedule(this IBackgroundJobClient client, string jobId, TimeSpan delay, string? fromState) =>
        client.ChangeState(jobId, new ScheduledState(delay), fromState);

    public static bool Reschedule(this IBackgroundJobClient client, string jobId, DateTimeOffset enqueueAt) => client.Reschedule(jobId, enqueueAt, fromState: null);

    /// <summary>Schedules a job anew, if it is in <paramref name="fromState"/> (null: in whichever).</summary>
    public static bool Reschedule(this IBackgroundJobClient client, string jobId, DateTimeOffset enqueueAt, string? fromState) =>
        client.ChangeState(jobId, new ScheduledState(enqueueAt.UtcDateTime), fromState);
}
