namespace Orchestrator.Workflows.States;

/// <summary>
/// A change of a step's state: the states it may start from and the one it leads to. Declared here once; the SQL that
/// carries a transition out repeats <see cref="Sources"/> in its <c>where</c>, which a test compares with this table.
/// </summary>
public sealed record StepTransition(string Name, StepState To, params StepState[] Sources)
{
    public bool Allows(StepState from) => Sources.Contains(from);

    /// <summary>All that it depends on has ended, at least one of it well.</summary>
    public static StepTransition Ready { get; } = new("ready", StepState.Queued, StepState.Waiting);

    /// <summary>A worker starts an attempt; a failed or waiting step only once its time has come.</summary>
    public static StepTransition Claim { get; } =
        new("claim", StepState.Running, StepState.Queued, StepState.Failed, StepState.Waiting);

    /// <summary>The worker that made it ready goes straight on with it.</summary>
    public static StepTransition HandOff { get; } = new("hand-off", StepState.Running, StepState.Waiting);

    /// <summary>
    /// From <see cref="StepState.Waiting"/>: a step without effect, evaluated by the worker that ended all that it
    /// depends on and recorded together with it.
    /// </summary>
    public static StepTransition Succeed { get; } =
        new("succeed", StepState.Success, StepState.Running, StepState.Waiting);

    public static StepTransition Retry { get; } =
        new("retry", StepState.Failed, StepState.Running, StepState.Waiting);

    /// <summary>
    /// A turn after which it waits, without a worker, and uses nothing up; from <see cref="StepState.Waiting"/>: it is ready, and
    /// to wait for a known time is all that its first turn would do.
    /// </summary>
    public static StepTransition Park { get; } = new("park", StepState.Waiting, StepState.Running, StepState.Waiting);

    public static StepTransition Exhaust { get; } =
        new("exhaust", StepState.Dead, StepState.Running, StepState.Waiting);

    /// <summary>From <see cref="StepState.Cancelled"/>: its run was reopened, and nothing that it depends on took place.</summary>
    public static StepTransition Skip { get; } =
        new("skip", StepState.Skipped, StepState.Running, StepState.Waiting, StepState.Cancelled);

    /// <summary>The run ended before the step was started, or the attempt was stopped because of it.</summary>
    public static StepTransition Cancel { get; } = new(
        "cancel", StepState.Cancelled,
        StepState.Waiting, StepState.Queued, StepState.Leased, StepState.Failed, StepState.Running);

    /// <summary>Its time has come: the next attempt of a failed step, the timer of a waiting one.</summary>
    public static StepTransition Promote { get; } =
        new("promote", StepState.Queued, StepState.Failed, StepState.Waiting);

    /// <summary>Its run was opened again, and as many of its key are open as may be: the step is ready, and waits for a slot.</summary>
    public static StepTransition HoldBack { get; } = new("hold back", StepState.Waiting, StepState.Queued);

    /// <summary>Its worker is gone, or its lease has run out.</summary>
    public static StepTransition TakeBack { get; } =
        new("take back", StepState.Queued, StepState.Leased, StepState.Running);

    /// <summary>
    /// An operator wants another attempt; from <see cref="StepState.Cancelled"/> and <see cref="StepState.Skipped"/>: its run
    /// was reopened, and it is ready; from <see cref="StepState.Waiting"/>: it waits for his decision.
    /// </summary>
    public static StepTransition Requeue { get; } =
        new("requeue", StepState.Queued, StepState.Dead, StepState.Failed, StepState.Cancelled, StepState.Skipped, StepState.Waiting);

    /// <summary>An operator has deleted the job that carries it.</summary>
    public static StepTransition Delete { get; } = new(
        "delete", StepState.Dead,
        StepState.Waiting, StepState.Queued, StepState.Leased, StepState.Running, StepState.Failed);

    /// <summary>An operator closes a dead step, or one that waits for his decision, with a result of his own.</summary>
    public static StepTransition Resolve { get; } = new("resolve", StepState.Success, StepState.Dead, StepState.Waiting);

    /// <summary>Its run was reopened, and something that it depends on, or that it contains, has not ended.</summary>
    public static StepTransition Reopen { get; } =
        new("reopen", StepState.Waiting, StepState.Cancelled, StepState.Skipped, StepState.Dead);

    public static IReadOnlyList<StepTransition> All { get; } =
        [Ready, Claim, HandOff, Succeed, Retry, Park, Exhaust, Skip, Cancel, Promote, HoldBack, TakeBack, Requeue, Delete, Resolve, Reopen];
}

/// <summary>A change of a run's state, as <see cref="StepTransition"/> is of a step's.</summary>
public sealed record RunTransition(string Name, RunState To, params RunState[] Sources)
{
    public bool Allows(RunState from) => Sources.Contains(from);

    /// <summary>Its first step starts.</summary>
    public static RunTransition Start { get; } = new("start", RunState.Running, RunState.Pending);

    /// <summary>
    /// From <see cref="RunState.Failed"/>: its dead step was resolved, and nothing else was left to do; from
    /// <see cref="RunState.Paused"/>: its last step had been under way, or somebody has decided about it.
    /// </summary>
    public static RunTransition Succeed { get; } = new("succeed", RunState.Success, RunState.Running, RunState.Paused, RunState.Failed);

    /// <summary>A step died, or the time for the whole run is over.</summary>
    public static RunTransition Fail { get; } =
        new("fail", RunState.Failed, RunState.Pending, RunState.Running, RunState.Paused);

    public static RunTransition Cancel { get; } =
        new("cancel", RunState.Cancelled, RunState.Pending, RunState.Running, RunState.Paused);

    public static RunTransition Pause { get; } = new("pause", RunState.Paused, RunState.Pending, RunState.Running);

    public static RunTransition Resume { get; } = new("resume", RunState.Running, RunState.Paused);

    /// <summary>It is resumed, and none of its steps had started.</summary>
    public static RunTransition WaitAgain { get; } = new("wait again", RunState.Pending, RunState.Paused);

    /// <summary>An operator has decided about a step that died.</summary>
    public static RunTransition Reopen { get; } = new("reopen", RunState.Running, RunState.Failed);

    public static IReadOnlyList<RunTransition> All { get; } = [Start, Succeed, Fail, Cancel, Pause, Resume, WaitAgain, Reopen];
}

