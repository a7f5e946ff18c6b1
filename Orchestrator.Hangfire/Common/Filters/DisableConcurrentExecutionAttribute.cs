using System.Globalization;
using Hangfire.Common;
using Hangfire.Server;

namespace Hangfire;

/// <summary>
/// Lets one job at a time run of those that share a resource: a lock of the storage, which is free at once when its holder
/// dies. A worker waits for it.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Interface | AttributeTargets.Method, AllowMultiple = false)]
public class DisableConcurrentExecutionAttribute : JobFilterAttribute, IServerFilter
{
    private const string Held = "DistributedLock";

    /// <summary>The resource is the job's method; the job fails when it was not free for so many seconds.</summary>
    public DisableConcurrentExecutionAttribute(int timeoutInSeconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(timeoutInSeconds);
        TimeoutSec = timeoutInSeconds;
    }

    /// <summary>The resource is named; the name may hold arguments, as in <c>{0}</c>.</summary>
    public DisableConcurrentExecutionAttribute(string resource, int timeoutSec)
        : this(timeoutSec)
    {
        ArgumentException.ThrowIfNullOrEmpty(resource);
        Resource = resource;
    }

    /// <summary>Null: class and method.</summary>
    public string? Resource { get; }

    public int TimeoutSec { get; }

    /// <exception cref="Storage.DistributedLockTimeoutException">It was not free in time.</exception>
    public void OnPerforming(PerformingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Items[Held] = context.Connection.AcquireDistributedLock(ResourceOf(context.BackgroundJob.Job!), TimeSpan.FromSeconds(TimeoutSec));
    }

    public void OnPerformed(PerformedContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Items.Remove(Held, out var held)) ((IDisposable?)held)?.Dispose();
    }

    private string ResourceOf(Job job) => Resource is null
        ? $"{job.Type.FullName}.{job.Method.Name}"
        : string.Format(CultureInfo.InvariantCulture, Resource, [.. job.Args]);
}
