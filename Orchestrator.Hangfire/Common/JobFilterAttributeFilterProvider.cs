using System.Collections.Concurrent;
using System.Reflection;

namespace Hangfire.Common;

/// <summary>Finds the filters that are written as attributes on a job's class and method.</summary>
public class JobFilterAttributeFilterProvider : IJobFilterProvider
{
    private readonly ConcurrentDictionary<MemberInfo, JobFilterAttribute[]> cache = new();
    private readonly bool cacheAttributeInstances;

    /// <summary>A provider that makes each attribute once.</summary>
    public JobFilterAttributeFilterProvider()
        : this(cacheAttributeInstances: true)
    {
    }

    /// <summary>A provider that makes each attribute once, or anew for each job.</summary>
    public JobFilterAttributeFilterProvider(bool cacheAttributeInstances) =>
        this.cacheAttributeInstances = cacheAttributeInstances;

    /// <summary>Whether a job's filters are the same each time.</summary>
    internal bool IsStable => cacheAttributeInstances && GetType() == typeof(JobFilterAttributeFilterProvider);

    /// <inheritdoc/>
    public virtual IEnumerable<JobFilter> GetFilters(Job? job) => job is null
        ? []
        : GetTypeAttributes(job).Select(static attribute => new JobFilter(attribute, JobFilterScope.Type, null))
            .Concat(GetMethodAttributes(job).Select(static attribute => new JobFilter(attribute, JobFilterScope.Method, null)));

    protected virtual IEnumerable<JobFilterAttribute> GetTypeAttributes(Job job) => Get(job.Type);

    protected virtual IEnumerable<JobFilterAttribute> GetMethodAttributes(Job job) => Get(job.Method);

    private JobFilterAttribute[] Get(MemberInfo member) =>
        cacheAttributeInstances ? cache.GetOrAdd(member, Read) : Read(member);

    private static JobFilterAttribute[] Read(MemberInfo member) =>
        [.. member.GetCustomAttributes<JobFilterAttribute>(inherit: true)];
}
