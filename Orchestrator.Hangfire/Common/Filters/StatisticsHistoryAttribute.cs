using System.Globalization;
using Hangfire.Common;
using Hangfire.States;

namespace Hangfire;

/// <summary>Counts ended jobs by day, for a month, and by hour, for a day.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Interface | AttributeTargets.Method, AllowMultiple = false)]
public sealed class StatisticsHistoryAttribute : JobFilterAttribute, IElectStateFilter
{
    /// <summary>Counts after retries were decided on: a job that is retried has not failed.</summary>
    public StatisticsHistoryAttribute() => Order = 30;

    public void OnStateElection(ElectStateContext context)
    {
        var what = context.CandidateState switch
        {
            SucceededState => "succeeded",
            FailedState => "failed",
            DeletedState => "deleted",
            _ => null,
        };
        if (what is null) return;

        var now = LocalClock.UtcNow;
        var day = string.Create(CultureInfo.InvariantCulture, $"stats:{what}:{now:yyyy-MM-dd}");
        context.Transaction.IncrementCounter(day, now.AddMonths(1) - now);
        context.Transaction.IncrementCounter(string.Create(CultureInfo.InvariantCulture, $"{day}-{now:HH}"), TimeSpan.FromDays(1));
    }
}
