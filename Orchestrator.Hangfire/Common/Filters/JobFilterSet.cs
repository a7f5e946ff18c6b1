using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using Hangfire.Client;
using Hangfire.Server;
using Hangfire.States;

namespace Hangfire.Common;

/// <summary>The filters of one job, sorted by what they do.</summary>
internal sealed class JobFilterSet
{
    private static readonly ConditionalWeakTable<object, ConcurrentDictionary<(Type, MethodInfo), JobFilterSet>> Cache = [];

    private JobFilterSet(IEnumerable<JobFilter> filters)
    {
        object[] instances = [.. filters.Select(static filter => filter.Instance)];
        Client = [.. instances.OfType<IClientFilter>()];
        ClientException = [.. instances.OfType<IClientExceptionFilter>()];
        Server = [.. instances.OfType<IServerFilter>()];
        ServerException = [.. instances.OfType<IServerExceptionFilter>()];
        ElectState = [.. instances.OfType<IElectStateFilter>()];
        ApplyState = [.. instances.OfType<IApplyStateFilter>()];
        HasForeignStateFilters =
            ElectState.Any(static filter => IsForeign(filter)) || ApplyState.Any(static filter => IsForeign(filter));
    }

    public IClientFilter[] Client { get; }

    public IClientExceptionFilter[] ClientException { get; }

    public IServerFilter[] Server { get; }

    public IServerExceptionFilter[] ServerException { get; }

    public IElectStateFilter[] ElectState { get; }

    public IApplyStateFilter[] ApplyState { get; }

    /// <summary>Whether an application's own filter wants to see this job's states.</summary>
    public bool HasForeignStateFilters { get; }

    public static JobFilterSet For(IJobFilterProvider provider, Job? job)
    {
        if (job is null || CacheKey(provider) is not { } key || HasMore(provider, job)) return new(provider.GetFilters(job));
        return Cache.GetOrCreateValue(key)
            .GetOrAdd((job.Type, job.Method), static (_, from) => new(from.provider.GetFilters(from.job)), (provider, job));
    }

    /// <summary>
    /// The set of a class and method stays the same while the global filters do; a provider of the application's own
    /// may answer otherwise each time, and is asked each time.
    /// </summary>
    private static object? CacheKey(IJobFilterProvider provider) =>
        provider is JobFilterProviderCollection { Count: >= 2 } providers
        && providers[0] is JobFilterCollection global
        && providers[1] is JobFilterAttributeFilterProvider { IsStable: true }
            ? global.Snapshot
            : null;

    /// <summary>Whether a provider that an application has added has something for this job.</summary>
    private static bool HasMore(IJobFilterProvider provider, Job job)
    {
        var providers = (JobFilterProviderCollection)provider;
        for (var nr = 2; nr < providers.Count; nr++)
            if (providers[nr].GetFilters(job).Any()) return true;
        return false;
    }

    /// <summary>Our own filters act on states that are asked about anyway, but for one.</summary>
    private static bool IsForeign(object filter) => filter is LatencyTimeoutAttribute || filter.GetType().Assembly != typeof(JobFilterSet).Assembly;
}
