using System.Collections.ObjectModel;

namespace Hangfire.Common;

/// <summary>Where the filters of jobs come from: the global ones, and attributes.</summary>
public static class JobFilterProviders
{
    public static JobFilterProviderCollection Providers { get; } =
        [GlobalJobFilters.Filters, new JobFilterAttributeFilterProvider()];
}

/// <summary>Several providers as one, in the order in which their filters act.</summary>
public class JobFilterProviderCollection : Collection<IJobFilterProvider>, IJobFilterProvider
{
    public JobFilterProviderCollection()
    {
    }

    public JobFilterProviderCollection(params IJobFilterProvider[] providers)
        : base([.. providers])
    {
    }

    /// <summary>
    /// All filters by order and scope. Of a type that does not allow several, only the narrowest one is left.
    /// </summary>
    public IEnumerable<JobFilter> GetFilters(Job? job)
    {
        var ordered = this.SelectMany(provider => provider.GetFilters(job))
            .OrderBy(static filter => filter.Order)
            .ThenBy(static filter => filter.Scope)
            .ToArray();
        var narrowest = new Dictionary<Type, JobFilter>();
        foreach (var filter in ordered)
        {
            var type = filter.Instance.GetType();
            if (!narrowest.TryGetValue(type, out var known) || filter.Scope >= known.Scope) narrowest[type] = filter;
        }

        return ordered.Where(filter => AllowsMultiple(filter.Instance) || narrowest[filter.Instance.GetType()] == filter);
    }

    private static bool AllowsMultiple(object instance) => instance is not IJobFilter filter || filter.AllowMultiple;
}
