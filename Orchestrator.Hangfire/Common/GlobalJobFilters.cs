using Hangfire.Common;

namespace Hangfire;

/// <summary>Filters that act on every job of this process.</summary>
public static class GlobalJobFilters
{
    public static JobFilterCollection Filters { get; } = CreateDefault();

    private static JobFilterCollection CreateDefault()
    {
        var filters = new JobFilterCollection();
        filters.Add(new CaptureCultureAttribute());
        filters.Add(new AutomaticRetryAttribute());
        filters.Add(new StatisticsHistoryAttribute());
        filters.Add(new ContinuationsSupportAttribute());
        return filters;
    }
}
