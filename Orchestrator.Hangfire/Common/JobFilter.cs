namespace Hangfire.Common;

/// <summary>A filter with the place that it takes among others.</summary>
public class JobFilter
{
    /// <summary>The order of filters that don't ask for one.</summary>
    public const int DefaultOrder = -1;

    /// <summary>Places <paramref name="instance"/>; without an order it takes its own, if it has one.</summary>
    public JobFilter(object instance, JobFilterScope scope, int? order)
    {
        ArgumentNullException.ThrowIfNull(instance);
        Instance = instance;
        Scope = scope;
        Order = order ?? (instance as IJobFilter)?.Order ?? DefaultOrder;
    }

    public object Instance { get; protected set; }

    public JobFilterScope Scope { get; protected set; }

    public int Order { get; protected set; }
}
