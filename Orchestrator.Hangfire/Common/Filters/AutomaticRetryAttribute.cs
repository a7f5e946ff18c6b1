using Hangfire.Common;
using Hangfire.Logging;
using Hangfire.States;
using Hangfire.Storage;

namespace Hangfire;

/// <summary>What becomes of a job whose retries are used up.</summary>
public enum AttemptsExceededAction
{
    Fail = 0,
    Delete = 1,
}

/// <summary>Schedules a failed job again, later and later.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Interface | AttributeTargets.Method, AllowMultiple = false)]
public sealed class AutomaticRetryAttribute : JobFilterAttribute, IElectStateFilter, IApplyStateFilter
{
    /// <summary>10.</summary>
    public static readonly int DefaultRetryAttempts = 10;

    private const string RetryCount = "RetryCount", RetriesSet = "retries", ReasonStart = "Retry attempt ";

    private int attempts = DefaultRetryAttempts;

    /// <summary>10 retries, then the job stays failed.</summary>
    public AutomaticRetryAttribute() => Order = 20;

    /// <summary>Retries after the first attempt, at least 0.</summary>
    public int Attempts
    {
        get => attempts;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            attempts = value;
        }
    }

    /// <summary>Delay before each retry; the last one goes for all that follow. Null: by <see cref="DelayInSecondsByAttemptFunc"/>.</summary>
    public int[]? DelaysInSeconds { get; set; }

    /// <summary>Delay before a retry, by its number (1 for the first), where <see cref="DelaysInSeconds"/> is not set.</summary>
    public Func<long, int> DelayInSecondsByAttemptFunc { get; set; } = DefaultDelayInSeconds;

    public AttemptsExceededAction OnAttemptsExceeded { get; set; } = AttemptsExceededAction.Fail;

    /// <summary>Whether failures and retries are logged. Default: true.</summary>
    public bool LogEvents { get; set; } = true;

    /// <summary>Only these exceptions are retried; null: all.</summary>
    public Type[]? OnlyOn { get; set; }

    /// <summary>These exceptions are not retried.</summary>
    public Type[]? ExceptOn { get; set; }

    public void OnStateElection(ElectStateContext context)
    {
        if (context.CandidateState is not FailedState failed || !IsMeant(failed.Exception)) return;

        var attempt = context.GetJobParameter<int>(RetryCount, allowStale: true) + 1;
        if (attempt <= Attempts) Retry(context, failed, attempt);
        else if (OnAttemptsExceeded == AttemptsExceededAction.Delete) Delete(context, failed);
        else Log(LogLevel.Error, $"Failed to process the job '{context.BackgroundJob.Id}': an exception occurred.", failed.Exception);
    }

    public void OnStateApplied(ApplyStateContext context, IWriteOnlyTransaction transaction)
    {
        if (context.NewState is ScheduledState { Reason: { } reason } && reason.StartsWith(ReasonStart, StringComparison.Ordinal))
            transaction.AddToSet(RetriesSet, context.BackgroundJob.Id);
    }

    public void OnStateUnapplied(ApplyStateContext context, IWriteOnlyTransaction transaction)
    {
        if (context.OldStateName == ScheduledState.StateName) transaction.RemoveFromSet(RetriesSet, context.BackgroundJob.Id);
    }

    /// <summary>The fourth power of the number of failures, spread so that what failed together does not come back together.</summary>
    private static int DefaultDelayInSeconds(long attempt)
    {
        var seconds = Math.Pow(attempt - 1, 4) + 15 + Random.Shared.Next(30) * attempt;
        return (int)Math.Min(seconds, int.MaxValue);
    }

    private bool IsMeant(Exception exception) =>
        (OnlyOn is not { Length: > 0 } || Array.Exists(OnlyOn, type => type.IsInstanceOfType(exception)))
        && (ExceptOn is null || !Array.Exists(ExceptOn, type => type.IsInstanceOfType(exception)));

    private void Retry(ElectStateContext context, FailedState failed, int attempt)
    {
        var seconds = DelaysInSeconds is { Length: > 0 } delays
            ? delays[Math.Min(attempt, delays.Length) - 1]
            : DelayInSecondsByAttemptFunc(attempt);
        var reason = $"{ReasonStart}{attempt} of {Attempts}: {Shorten(failed.Exception.Message)}";
        context.SetJobParameter(RetryCount, attempt);
        context.CandidateState = seconds == 0
            ? new EnqueuedState(context.BackgroundJob.Job?.Queue ?? EnqueuedState.DefaultQueue) { Reason = reason }
            : new ScheduledState(TimeSpan.FromSeconds(seconds)) { Reason = reason };
        Log(LogLevel.Warn, $"Failed to process the job '{context.BackgroundJob.Id}': an exception occurred. Retry attempt {attempt} of {Attempts} in {seconds} s.", failed.Exception);
    }

    private void Delete(ElectStateContext context, FailedState failed)
    {
        context.CandidateState = new DeletedState(new ExceptionInfo(failed.Exception))
        {
            Reason = Attempts > 0 ? "Exceeded the maximum number of retry attempts." : "Retries were disabled for this job.",
        };
        Log(LogLevel.Warn, $"Failed to process the job '{context.BackgroundJob.Id}': an exception occurred. The job was deleted, its retries are used up.", failed.Exception);
    }

    private static string Shorten(string message) => message.Length <= 50 ? message : message[..50] + "…";

    private void Log(LogLevel level, string message, Exception exception)
    {
        if (LogEvents) LogProvider.For<AutomaticRetryAttribute>().Log(level, () => message, exception);
    }
}
