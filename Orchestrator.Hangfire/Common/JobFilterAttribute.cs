using System.Collections.Concurrent;
using System.Reflection;

namespace Hangfire.Common;

/// <summary>Base of filters that are written on a job's method, class or interface.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Interface | AttributeTargets.Method, AllowMultiple = true)]
public abstract class JobFilterAttribute : Attribute, IJobFilter
{
    private static readonly ConcurrentDictionary<Type, bool> MultipleAllowed = new();

    private int order = JobFilter.DefaultOrder;

    /// <inheritdoc/>
    public bool AllowMultiple => MultipleAllowed.GetOrAdd(
        GetType(), static type => type.GetCustomAttribute<AttributeUsageAttribute>(inherit: true)?.AllowMultiple ?? false);

    /// <summary>Place among other filters, at least -1.</summary>
    public int Order
    {
        get => order;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, JobFilter.DefaultOrder);
            order = value;
        }
    }

    /// <inheritdoc/>
    public override object TypeId => GetType();
}
