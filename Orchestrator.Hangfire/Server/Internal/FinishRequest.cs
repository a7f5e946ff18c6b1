using Hangfire.PostgreSql;
using Hangfire.States;

namespace Hangfire.Server;

/// <summary>What came of recording the end of a job.</summary>
internal enum FinishOutcome
{
    /// <summary>The job was not its worker's any more; nothing is left to do.</summary>
    Lost = 0,

    Recorded = 1,

    /// <summary>The job has other children than was thought; nothing was written.</summary>
    ContinuationsChanged = 2,
}

/// <summary>The end of a job as one row of a statement. Without a state it only asks whether the job is still ours.</summary>
internal sealed record FinishRequest(ClaimedJob Claimed)
{
    public string? Name { get; private init; }

    public string? Reason { get; private init; }

    public string? Data { get; private init; }

    public TimeSpan? ExpireIn { get; private init; }

    public IReadOnlyList<Operation.Count> Counters { get; private init; } = [];

    /// <summary>Length of the list of its children; null: it does not matter to this state.</summary>
    public int? ContinuationsLength { get; private init; }

    /// <summary>Its children that are enqueued with it.</summary>
    public IReadOnlyList<StartedChild> Children { get; private init; } = [];

    /// <summary>One new state, its counters, its expiry and children to be enqueued, and nothing else; null: there is something else.</summary>
    public static FinishRequest? Recognize(ClaimedJob claimed, IReadOnlyList<Operation> operations)
    {
        IState? state = null;
        TimeSpan? expireIn = null;
        int? continuations = null;
        List<Operation.Count> counters = new(3);
        var children = new StartedChildren();
        foreach (var operation in operations)
        {
            switch (operation)
            {
                case Operation.SetState entered when state is null && entered.JobId == claimed.JobId:
                    state = entered.State;
                    break;
                case Operation.Count count:
                    counters.Add(count);
                    break;
                case Operation.Expire expire when expire.JobId == claimed.JobId:
                    expireIn = expire.In;
                    break;
                case Operation.Persist persist when persist.JobId == claimed.JobId:
                    expireIn = null;
                    break;
                case Operation.RequireContinuations required when required.JobId == claimed.JobId:
                    continuations = required.Length;
                    break;
                default:
                    if (!children.Take(operation)) return null;
                    break;
            }
        }

        return state is null || !children.AreComplete ? null : new(claimed)
        {
            Name = state.Name,
            Reason = StateRow.Reason(state),
            Data = StateRow.Data(state),
            ExpireIn = expireIn,
            Counters = counters,
            ContinuationsLength = continuations,
            Children = children.All,
        };
    }
}
