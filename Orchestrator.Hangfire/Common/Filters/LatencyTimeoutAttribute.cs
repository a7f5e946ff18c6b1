using Hangfire.Common;
using Hangfire.Logging;
using Hangfire.PostgreSql;
using Hangfire.States;

namespace Hangfire;

/// <summary>Deletes a job that has waited too long since it was made, instead of performing it.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Interface | AttributeTargets.Method, AllowMultiple = false)]
public sealed class LatencyTimeoutAttribute : JobFilterAttribute, IElectStateFilter
{
    /// <summary>Deletes a job that starts more than so many seconds after it was made.</summary>
    public LatencyTimeoutAttribute(int timeoutInSeconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(timeoutInSeconds);
        TimeoutInSeconds = timeoutInSeconds;
    }

    public int TimeoutInSeconds { get; }

    /// <summary>How a deletion is logged. Default: <see cref="Logging.LogLevel.Debug"/>.</summary>
    public LogLevel LogLevel { get; set; } = LogLevel.Debug;

    public void OnStateElection(ElectStateContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.CandidateState is not ProcessingState) return;
        var now = (context.Storage as PostgreSqlStorage)?.Clock.UtcNow ?? LocalClock.UtcNow;
        var waited = now - context.BackgroundJob.CreatedAt;
        if (waited.TotalSeconds <= TimeoutInSeconds) return;
        context.CandidateState = new DeletedState { Reason = $"The job has waited longer than {TimeoutInSeconds} s." };
        LogProvider.For<LatencyTimeoutAttribute>().Log(LogLevel, () => $"Job {context.BackgroundJob.Id} has waited {waited} and was deleted.");
    }
}
