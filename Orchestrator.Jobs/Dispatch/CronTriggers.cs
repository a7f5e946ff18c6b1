using Hangfire;
using Hangfire.Common;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Jobs.Dispatch;

/// <summary>
/// Keeps Hangfire's recurring jobs as the workflows' cron triggers say: <c>workflow:tenant:key:n</c>, one a trigger.
/// What is there already as wanted is left as it is, so any process may do it at any time.
/// </summary>
internal sealed class CronTriggers(IRecurringJobManager recurring, RecurringJobs jobs)
{
    private static readonly Dictionary<Misfire, MisfireHandlingMode> Modes = new()
    {
        [Misfire.Once] = MisfireHandlingMode.Relaxed,
        [Misfire.All] = MisfireHandlingMode.Strict,
        [Misfire.Skip] = MisfireHandlingMode.Ignorable,
    };

    /// <summary>The workflow is dispatched as <paramref name="triggers"/> say, and at no other times; none: withdrawn.</summary>
    public void Set(string tenant, string key, IReadOnlyList<Trigger> triggers)
    {
        var crons = triggers.OfType<CronTrigger>().ToArray();
        for (var index = 0; index < crons.Length; index++)
        {
            recurring.AddOrUpdate(
                $"{Prefix(tenant, key)}{index}",
                Job.FromExpression<CronJob>(job => job.Run(tenant, key, null!)),
                crons[index].Expression,
                new RecurringJobOptions
                {
                    TimeZone = TimeZoneInfo.FindSystemTimeZoneById(crons[index].TimeZone),
                    MisfireHandling = Modes[crons[index].Misfire],
                });
        }

        foreach (var id in jobs.Ids(Prefix(tenant, key)).Where(id => Number(id) >= crons.Length))
        {
            recurring.RemoveIfExists(id);
        }
    }

    /// <summary>The number of the trigger that a recurring job stands for, among the workflow's cron triggers; null: it is none.</summary>
    public static (string Key, int Number)? TriggerOf(string tenant, string recurringJobId)
    {
        var prefix = $"workflow:{tenant}:";
        var end = recurringJobId.LastIndexOf(':');
        return recurringJobId.StartsWith(prefix, StringComparison.Ordinal) && end > prefix.Length
            ? (recurringJobId[prefix.Length..end], Number(recurringJobId))
            : null;
    }

    private static string Prefix(string tenant, string key) => $"workflow:{tenant}:{key}:";

    private static int Number(string id) => int.TryParse(id.AsSpan(id.LastIndexOf(':') + 1), out var number) ? number : int.MaxValue;
}
