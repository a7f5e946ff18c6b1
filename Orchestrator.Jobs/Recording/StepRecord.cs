using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Limits;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Jobs.Recording;

/// <summary>What one attempt of a step leaves to be written.</summary>
internal sealed record StepRecord
{
    /// <summary>The step's number in the run.</summary>
    public required int Step { get; init; }

    /// <summary>Where it stands; null: in the workflow's own body.</summary>
    public StepPlace? Place { get; init; }

    /// <summary>Its index in the definition.</summary>
    public int Definition => Place?.Step ?? Step;

    public required JobId Job { get; init; }

    /// <summary>Number of the attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary>
    /// Whether the step was claimed: then its lease and attempt fence this record. Else it was evaluated ahead, by the
    /// worker that ended all that it depends on, and counts only together with them.
    /// </summary>
    public required bool IsClaimed { get; init; }

    /// <summary>It has had turns before.</summary>
    public bool HasProgress { get; init; }

    /// <summary>Nobody has tried: an operator has decided about what the newest attempt came to.</summary>
    public bool IsDecision { get; init; }

    public required DateTime StartedAt { get; init; }

    public required DateTime FinishedAt { get; init; }

    public required StepVerdict Verdict { get; init; }

    /// <summary>The lock that the attempt held, given back together with it; null: none.</summary>
    public StepLock? Lock { get; init; }

    /// <summary>Lines of the attempt, as JSON; null: none.</summary>
    public string? Logs { get; init; }
}

/// <summary>What an attempt means for its step. A closed set.</summary>
internal abstract record StepVerdict
{
    /// <summary>The step's result; undefined: it has none, or none yet.</summary>
    public virtual Value Result => Value.Undefined;

    /// <summary>The news for the planner; null: the step has not ended.</summary>
    public abstract StepNews? News(int step);
}

internal sealed record VerdictSuccess(Value Output, Value Response, int? StatusCode) : StepVerdict
{
    /// <inheritdoc cref="AttemptSucceeded.NotTaken"/>
    public IReadOnlyList<int> NotTaken { get; init; } = [];

    /// <inheritdoc cref="AttemptSucceeded.Cancels"/>
    public IReadOnlyList<int> Cancels { get; init; } = [];

    /// <inheritdoc cref="AttemptSucceeded.LeavesRest"/>
    public bool LeavesRest { get; init; }

    /// <inheritdoc cref="AttemptSucceeded.EndsRun"/>
    public bool EndsRun { get; init; }

    /// <inheritdoc cref="AttemptSucceeded.Set"/>
    public Value Set { get; init; }

    public override Value Result => Output;

    public override StepNews News(int step) =>
        new StepSucceeded(step) { NotTaken = NotTaken, Cancels = Cancels, LeavesRest = LeavesRest, EndsRun = EndsRun };
}

/// <summary>It failed for good, and is passed over: it counts as ended well, with a result that says why.</summary>
internal sealed record VerdictPassedOver(Failure Failure) : StepVerdict
{
    public override Value Result => Value.Object(("skipped", true), ("reason", Failure.Message));

    public override StepNews News(int step) => new StepSkipped(step) { IsPresent = true };
}

/// <summary>It opens blocks, or none anew, and has another turn.</summary>
internal sealed record VerdictOpen(IReadOnlyList<int> Bodies, Wake Wake) : StepVerdict
{
    /// <summary>What it is at.</summary>
    public string Phase { get; init; } = StepPhase.Open;

    /// <inheritdoc cref="AttemptOpened.LookAgain"/>
    public TimeSpan? LookAgain { get; init; }

    /// <inheritdoc cref="AttemptOpened.Data"/>
    public Value Data { get; init; }

    /// <inheritdoc cref="AttemptOpened.Items"/>
    public IReadOnlyList<Value> Items { get; init; } = [];

    public int FirstItem { get; init; }

    /// <inheritdoc cref="StepOpened.Undoes"/>
    public UndoneStep? Undoes { get; init; }

    /// <summary>The attempt failed, and the blocks are what follows from that; null: it was a turn like others.</summary>
    public Failure? Failure { get; init; }

    public override StepNews News(int step) => new StepOpened(step, Bodies, Wake) { IsInstead = Failure is not null, Undoes = Undoes };
}

/// <summary>No attempt is left, and somebody is to decide what follows: an alert opens, and the run pauses.</summary>
/// <param name="Failure">Of the last attempt.</param>
/// <param name="Handler">Who is to decide; null: nobody is named.</param>
internal sealed record VerdictHeld(Failure Failure, string? Handler) : StepVerdict
{
    public override StepNews News(int step) => new StepHeld(step);
}

/// <summary>What a step that takes several turns is at.</summary>
internal static class StepPhase
{
    /// <summary>It waits for its blocks.</summary>
    public const string Open = "open";

    /// <summary>It waits for something that only its type knows.</summary>
    public const string Wait = "wait";

    /// <summary>It has failed, and its alternative runs.</summary>
    public const string Alternative = "alternative";

    /// <summary>It has failed, and what came before it is undone.</summary>
    public const string Rollback = "rollback";

    /// <summary>It has failed, and waits until somebody decides about it.</summary>
    public const string Held = "held";

    /// <summary>Another step has cancelled it.</summary>
    public const string Unwanted = "unwanted";
}

internal sealed record VerdictSkip : StepVerdict
{
    public override StepNews News(int step) => new StepSkipped(step);
}

/// <summary>Another attempt follows after <paramref name="Delay"/>.</summary>
internal sealed record VerdictRetry(Failure Failure, TimeSpan Delay, string Reason) : StepVerdict
{
    public override StepNews? News(int step) => null;
}

/// <summary>The attempt was not admitted and never took place: the step waits for <paramref name="WaitingFor"/>, and looks again after <paramref name="Delay"/>.</summary>
internal sealed record VerdictWait(string WaitingFor, TimeSpan Delay, string Reason) : StepVerdict
{
    /// <summary>For nothing but the time.</summary>
    public const string Timer = "timer";

    public bool IsTimer => WaitingFor == Timer;

    /// <summary>When a sweeper is to look: what a step waits for may have come free between its ask and its recording.</summary>
    public TimeSpan LookIn { get; init; } = Delay;

    /// <summary>What it is at; null: it was not admitted to its first turn.</summary>
    public string? Phase { get; init; }

    /// <summary>What it keeps until then; undefined: what it has.</summary>
    public Value Data { get; init; }

    public override StepNews? News(int step) => null;
}

internal sealed record VerdictDead(Failure Failure) : StepVerdict
{
    /// <summary>What depends on it goes on.</summary>
    public bool IsPresent { get; init; }

    /// <inheritdoc cref="AttemptFailed.EndsRun"/>
    public bool EndsRun { get; init; }

    /// <summary>Says what went wrong, to those who go on.</summary>
    public override Value Result => IsPresent ? Value.Object(("error", Failure.Message)) : Value.Undefined;

    public override StepNews News(int step) => new StepDied(step, Failure.Message) { IsPresent = IsPresent, EndsRun = EndsRun };
}

/// <summary>Another attempt would have followed, but the run had ended meanwhile.</summary>
internal sealed record VerdictStopped(Failure Failure) : StepVerdict
{
    public override StepNews News(int step) => new StepStopped(step);
}

/// <summary>What a worker did with a run since it last wrote: recorded together, or not at all.</summary>
internal sealed record Recording
{
    public required RunMemory Memory { get; init; }

    public required Definitions.LoadedWorkflow Workflow { get; init; }

    /// <summary>In the order in which the steps ended: the claimed one first.</summary>
    public required IReadOnlyList<StepRecord> Steps { get; init; }

    /// <summary>The worker that holds the claimed step's lease.</summary>
    public required int Worker { get; init; }

    /// <summary>The queue that the worker serves this run from.</summary>
    public required string Queue { get; init; }

    /// <summary>Whether the worker goes straight on with a step that this makes ready.</summary>
    public required bool WantsNext { get; init; }

    /// <summary>Nobody's attempt: an operator gives the step up, whatever it is at. Its Hangfire job stays as it is.</summary>
    public bool IsDeletion { get; init; }

    /// <summary>Name of the worker's Hangfire server, for the state of a job that goes straight on.</summary>
    public required string ServerId { get; init; }
}

/// <summary>What became of a recording.</summary>
/// <param name="IsRecorded">False: the lease was lost, another worker has the step; nothing was written.</param>
/// <param name="Next">The step that the worker goes on with; already running under its lease.</param>
internal sealed record RecordingAnswer(bool IsRecorded, ClaimedStep? Next);
