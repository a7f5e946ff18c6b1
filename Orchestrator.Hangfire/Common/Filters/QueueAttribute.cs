using System.Globalization;
using Hangfire.Common;
using Hangfire.States;

namespace Hangfire;

/// <summary>Sends jobs into a queue. The name may hold arguments, as in <c>{0}</c>.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Interface | AttributeTargets.Method, AllowMultiple = false)]
public sealed class QueueAttribute : JobFilterAttribute, IElectStateFilter
{
    /// <summary>Sends jobs into <paramref name="queue"/>.</summary>
    public QueueAttribute(string queue)
    {
        Queue = queue;
        Order = int.MaxValue;
    }

    public string Queue { get; }

    public void OnStateElection(ElectStateContext context)
    {
        if (context.CandidateState is not EnqueuedState enqueued) return;
        enqueued.Queue = Queue.Contains('{', StringComparison.Ordinal)
            ? string.Format(CultureInfo.InvariantCulture, Queue, [.. context.BackgroundJob.Job?.Args ?? []])
            : Queue;
    }
}
