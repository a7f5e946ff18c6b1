using Orchestrator.Workflows.States;

namespace Orchestrator.Workflows.Planning;

/// <summary>
/// The part of a run that a decision needs: the steps that ended, those that depend on them, the blocks that they are in
/// with their owners, and a few numbers of the run. It is as large as the news, not as the run.
/// </summary>
public sealed record RunSnapshot
{
    public required RunState State { get; init; }

    /// <summary>Steps of the workflow's own body that have not ended.</summary>
    public required int OpenSteps { get; init; }

    /// <summary>A step that is dead though the run goes on (it was reopened, or cleans up), so that the run can't succeed; null: none.</summary>
    public int? DeadStep { get; init; }

    /// <summary>By step number.</summary>
    public required IReadOnlyDictionary<int, StepSnapshot> Steps { get; init; }

    /// <summary>The first number that no step of the run has.</summary>
    public int NextNumber { get; init; }

    public IReadOnlyDictionary<BlockKey, BlockSnapshot> Blocks { get; init; } = new Dictionary<BlockKey, BlockSnapshot>();

    /// <summary>Steps that have opened blocks, by number.</summary>
    public IReadOnlyDictionary<int, OwnerSnapshot> Owners { get; init; } = new Dictionary<int, OwnerSnapshot>();

    /// <summary>Where <see cref="Blueprint.MaxParallel"/> is given: the steps that count as under way, all of them, by number; they are in <see cref="Steps"/>.</summary>
    public IReadOnlyCollection<int> UnderWay { get; init; } = [];

    /// <summary>Steps that are held, ascending; they are in <see cref="Steps"/>.</summary>
    public IReadOnlyCollection<int> Held { get; init; } = [];

    /// <summary>After these there are more.</summary>
    public bool HasMoreHeld { get; init; }
}

/// <summary>A step as it was before the news.</summary>
/// <param name="State">Where it stands.</param>
/// <param name="Pending">How many of the steps that it depends on have not ended.</param>
/// <param name="Present">How many of those that have ended did so well; the others are absent.</param>
/// <param name="Place">Null: in the workflow's own body.</param>
public readonly record struct StepSnapshot(StepState State, int Pending, int Present, StepPlace? Place = null)
{
    /// <summary>Of a waiting step: it has started, and what it depends on does not concern it any more.</summary>
    public bool HasBegun { get; init; }
}

/// <summary>A block as it was before the news.</summary>
/// <param name="OpenSteps">Of its steps, those that have not ended.</param>
/// <param name="IsOpen">False: it has ended, and nothing follows from what its steps still do.</param>
/// <param name="DeadStep">Number of a step that is dead though the block goes on, so that it can't end well; null: none.</param>
public readonly record struct BlockSnapshot(int OpenSteps, bool IsOpen = true, int? DeadStep = null);

/// <summary>What has become of a step's blocks, and when the step is to be woken.</summary>
public readonly record struct OwnerSnapshot
{
    /// <summary>Blocks opened so far.</summary>
    public int Opened { get; init; }

    /// <summary>Of these, ended.</summary>
    public int Ended { get; init; }

    /// <summary>Of these, ended well.</summary>
    public int Succeeded { get; init; }

    /// <summary>Number of the step that failed the newest block that failed; null: none has.</summary>
    public int? FailedStep { get; init; }

    public Wake Wake { get; init; }

    public bool IsDue => Ended >= Wake.Ended || Succeeded >= Wake.Succeeded || (Wake.OnFailure && Ended > Succeeded);
}

/// <summary>When a step that waits for its blocks has its next turn: at the first of these.</summary>
/// <param name="Ended">So many of its blocks have ended, however.</param>
/// <param name="Succeeded">So many of its blocks have ended well.</param>
/// <param name="OnFailure">One of them has failed.</param>
public readonly record struct Wake(int Ended, int Succeeded = int.MaxValue, bool OnFailure = false)
{
    /// <summary>None of its blocks wakes it.</summary>
    public static Wake Never { get; } = new(int.MaxValue);
}

/// <summary>Something has become of a step. A closed set.</summary>
public abstract record StepNews(int Step);

/// <summary>Its result is there.</summary>
public sealed record StepSucceeded(int Step) : StepNews(Step)
{
    /// <summary>Steps that only start through this one, by index, which it has decided against: they are skipped.</summary>
    public IReadOnlyList<int> NotTaken { get; init; } = [];

    /// <summary>Steps that it cancels, by number.</summary>
    public IReadOnlyList<int> Cancels { get; init; } = [];

    /// <summary>Blocks of its own that are still open go on, and nothing follows from them; else they are cancelled.</summary>
    public bool LeavesRest { get; init; }

    /// <summary>The run succeeds at once (<c>succeed</c>).</summary>
    public bool EndsRun { get; init; }
}

/// <summary>It did not take place, and counts as absent for what depends on it.</summary>
public sealed record StepSkipped(int Step) : StepNews(Step)
{
    /// <summary>It failed, and is passed over (<c>on_failure: skip</c>): it counts as ended well.</summary>
    public bool IsPresent { get; init; }
}

/// <summary>No attempt is left. <paramref name="Error"/> becomes the run's, or that of the step that opened its block.</summary>
public sealed record StepDied(int Step, string Error) : StepNews(Step)
{
    /// <summary>It counts as ended well for what depends on it (<c>on_failure: continue</c>).</summary>
    public bool IsPresent { get; init; }

    /// <summary>The run fails at once, however deep the step lies (<c>fail</c>).</summary>
    public bool EndsRun { get; init; }

    /// <summary>It was evaluated ahead of its turn, and counts only together with what made it ready.</summary>
    public bool IsAhead { get; init; }
}

/// <summary>
/// It has failed for good, and waits until somebody decides about it: what is open of its blocks is cancelled, and nothing
/// wakes it.
/// </summary>
public sealed record StepHeld(int Step) : StepNews(Step);

/// <summary>Its attempt was stopped because the run had ended.</summary>
public sealed record StepStopped(int Step) : StepNews(Step);

/// <summary>It opens blocks, or none anew, and waits for its next turn.</summary>
/// <param name="Step">The step.</param>
/// <param name="Bodies">By index in <see cref="Blueprint.Bodies"/>, one for each block, in their order.</param>
/// <param name="Wake">When its next turn is.</param>
public sealed record StepOpened(int Step, IReadOnlyList<int> Bodies, Wake Wake) : StepNews(Step)
{
    /// <summary>
    /// The step has failed, and these blocks are there in its place: what is open of the earlier ones is cancelled, and its
    /// next turn is when the new ones have ended.
    /// </summary>
    public bool IsInstead { get; init; }

    /// <summary>The block is a compensation of this step; null: it undoes nothing.</summary>
    public UndoneStep? Undoes { get; init; }
}
