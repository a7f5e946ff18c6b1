using System.Globalization;
using Hangfire.PostgreSql;
using Hangfire.States;

namespace Hangfire.Server;

/// <summary>A child that is enqueued by its parent's end.</summary>
internal sealed class StartedChild(long jobId, long fence)
{
    public long JobId => jobId;

    /// <summary>The row of its Awaiting state.</summary>
    public long Fence => fence;

    public EnqueuedState? State { get; set; }

    public string? Queue { get; set; }
}

/// <summary>Recognises the writes of children that are only enqueued: each begins with its fence.</summary>
internal sealed class StartedChildren
{
    private readonly List<StartedChild> children = [];

    public IReadOnlyList<StartedChild> All => children;

    public bool AreComplete => children.TrueForAll(static each => each is { State: not null, Queue: not null });

    /// <summary>Takes one of their writes; false: it is none of these.</summary>
    public bool Take(Operation operation)
    {
        if (operation is Operation.RequireState { StateId: { } fence } required)
        {
            children.Add(new(required.JobId, fence));
            return true;
        }

        if (children.Count == 0) return false;
        var child = children[^1];
        switch (operation)
        {
            case Operation.SetState { State: EnqueuedState state } entered when entered.JobId == child.JobId && child.State is null:
                child.State = state;
                return true;
            case Operation.Queue queued when queued.JobId == child.JobId && child.Queue is null:
                child.Queue = queued.Name;
                return true;
            case Operation.Persist persist:
                return persist.JobId == child.JobId;
            case Operation.RemoveFromSet { Key: AwaitingHandler.SetKey } removed:
                return removed.Value == child.JobId.ToString(CultureInfo.InvariantCulture);
            default:
                return false;
        }
    }
}
