using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Jobs.Execution;

/// <summary>
/// Each priority is a lane of its queue: a Hangfire queue of its own, served before or after the others. Low priority
/// waits for as long as there is higher work in its queue. The database's function <c>hangfire_queue</c> says the same.
/// </summary>
internal static class Lanes
{
    /// <summary>What is appended to a queue's name, in the order of service; the medium lane has the queue's own name.</summary>
    private static readonly (int Priority, string Suffix)[] InOrder =
    [
        (Priorities.Urgent, "-urgent"), (Priorities.High, "-high"), (Priorities.Medium, ""), (Priorities.Low, "-low"),
    ];

    /// <summary>Hangfire's queue of a step.</summary>
    public static string Of(string queue, int priority) => queue + Array.Find(InOrder, lane => lane.Priority == priority).Suffix;

    /// <summary>
    /// The Hangfire queues of a worker: of each queue all lanes. A lane that is named itself is served alone, so that a
    /// worker can be kept for what is urgent.
    /// </summary>
    public static string[] ServedBy(IEnumerable<string> queues) =>
        [.. queues.SelectMany(queue => IsLane(queue) ? [queue] : InOrder.Select(lane => queue + lane.Suffix)).Distinct()];

    private static bool IsLane(string queue) =>
        InOrder.Any(lane => lane.Suffix.Length > 0 && queue.EndsWith(lane.Suffix, StringComparison.Ordinal));
}
