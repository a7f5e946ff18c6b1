using Orchestrator.Workflows.States;

namespace Orchestrator.Workflows.Planning;

/// <summary>What follows from the news. Carried out in one transaction, or not at all.</summary>
public sealed record Decisions
{
    /// <summary>Steps that end, in the order in which they do: those of the news, and those skipped because of them.</summary>
    public required IReadOnlyList<StepEnd> Ended { get; init; }

    /// <summary>Steps that may start now, or go on with their next turn, ascending, with their new counters.</summary>
    public required IReadOnlyList<StepCount> Ready { get; init; }

    /// <summary>Steps that still wait, with their new counters.</summary>
    public required IReadOnlyList<StepCount> Counted { get; init; }

    /// <summary>Steps that could start and are held, since as many are under way as may be; a later plan lets them go.</summary>
    public IReadOnlyList<StepCount> Held { get; init; } = [];

    /// <summary>Steps of the workflow's own body that are open after this.</summary>
    public required int OpenSteps { get; init; }

    /// <summary>The run ends with this; null: it goes on. What has not started is cancelled with it.</summary>
    public RunEnd? End { get; init; }

    /// <inheritdoc cref="RunSnapshot.DeadStep"/>
    public int? DeadStep { get; init; }

    /// <summary>Blocks that come to be, with all of their steps; those among them that may start are in <see cref="Ready"/>.</summary>
    public IReadOnlyList<BlockOpening> Opened { get; init; } = [];

    /// <summary>Blocks whose numbers change, with the new ones.</summary>
    public IReadOnlyDictionary<BlockKey, BlockSnapshot> Blocks { get; init; } = new Dictionary<BlockKey, BlockSnapshot>();

    /// <summary>Steps with blocks whose numbers change, with the new ones.</summary>
    public IReadOnlyDictionary<int, OwnerSnapshot> Owners { get; init; } = new Dictionary<int, OwnerSnapshot>();

    /// <summary>Steps to cancel with all that is open in their blocks, by number; whatever they are at.</summary>
    public IReadOnlyList<int> Cancelled { get; init; } = [];

    /// <summary>Blocks to cancel all of that is open in them.</summary>
    public IReadOnlyList<BlockKey> CancelledBlocks { get; init; } = [];

    /// <summary>Steps in all of whose earlier blocks what is open is cancelled: they have ended, or have failed and open others in their place.</summary>
    public IReadOnlyList<int> CancelledUnder { get; init; } = [];

    /// <inheritdoc cref="RunSnapshot.NextNumber"/>
    public int NextNumber { get; init; }

    /// <summary>
    /// Steps that the snapshot lacks. Where there are any, or blocks, nothing else here counts: the caller adds them and asks again.
    /// </summary>
    public IReadOnlyList<int> Missing { get; init; } = [];

    /// <summary>Blocks that the snapshot lacks, with their owners.</summary>
    public IReadOnlyList<BlockKey> MissingBlocks { get; init; } = [];

    /// <summary>More may start than the snapshot has steps that are held, and there are more of these.</summary>
    public bool LacksHeld { get; init; }

    public bool IsComplete => Missing.Count == 0 && MissingBlocks.Count == 0 && !LacksHeld;
}

/// <summary>A step and the terminal state that it reaches, with its counters as they are then.</summary>
public readonly record struct StepEnd(int Step, StepState State, int Pending, int Present);

/// <summary>A step's counters, see <see cref="StepSnapshot"/>.</summary>
public readonly record struct StepCount(int Step, int Pending, int Present);

/// <summary>A block that comes to be.</summary>
/// <param name="Key">Whose, and which.</param>
/// <param name="Body">Index of its body.</param>
/// <param name="First">Number of its first step; the others follow in the body's order.</param>
/// <param name="OwnerPlace">The owner's place, of a compensation with what it undoes.</param>
public sealed record BlockOpening(BlockKey Key, int Body, int First, StepPlace? OwnerPlace);

/// <summary>How a run ends.</summary>
/// <param name="State">A terminal state.</param>
/// <param name="Step">The step whose end decided it; null for a success.</param>
/// <param name="Error">What went wrong; null for a success.</param>
public sealed record RunEnd(RunState State, int? Step = null, string? Error = null);
