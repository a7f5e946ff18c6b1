using Orchestrator.Workflows.States;

namespace Orchestrator.Workflows.Planning;

/// <summary>A run that goes on from where another one stood, as it is when it begins. All numbers are the new run's.</summary>
public sealed record RestartPlan
{
    /// <summary>Every step, by number.</summary>
    public required IReadOnlyList<RestartedStep> Steps { get; init; }

    public required IReadOnlyList<RestartedBlock> Blocks { get; init; }

    /// <summary>Steps that have opened blocks, by number.</summary>
    public required IReadOnlyDictionary<int, OwnerSnapshot> Owners { get; init; }

    /// <inheritdoc cref="RunSnapshot.OpenSteps"/>
    public required int OpenSteps { get; init; }

    /// <inheritdoc cref="RunSnapshot.NextNumber"/>
    public required int NextNumber { get; init; }
}

/// <summary>A step of a run that goes on from where another one stood.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Definition">Its index in the definition.</param>
/// <param name="Place">Null: in the workflow's own body.</param>
/// <param name="State">Terminal: it is taken over; else waiting or queued.</param>
/// <param name="Old">Its number in the other run; null: it has not been there, or nothing of it is taken over.</param>
public sealed record RestartedStep(int Number, int Definition, StepPlace? Place, StepState State, int? Old = null)
{
    /// <inheritdoc cref="StepSnapshot.Pending"/>
    public int Pending { get; init; }

    /// <inheritdoc cref="StepSnapshot.Present"/>
    public int Present { get; init; }

    /// <summary>It is taken over, and counts as ended well.</summary>
    public bool IsPresent { get; init; }

    /// <summary>It contains others and goes on among them: its next turn finds what they have come to.</summary>
    public bool IsReopened { get; init; }
}

/// <summary>A block of such a run.</summary>
/// <param name="Key">Whose, and which.</param>
/// <param name="Body">Index of its body.</param>
/// <param name="First">Number of its first step.</param>
/// <param name="Count">How many steps it has.</param>
/// <param name="Block">Where it stands.</param>
public sealed record RestartedBlock(BlockKey Key, int Body, int First, int Count, BlockSnapshot Block);

/// <summary>Why there is no such plan.</summary>
/// <param name="Message">What is missing, and what to do instead.</param>
/// <param name="IsUnknown">The wish names something that is not there; else what is there does not allow it.</param>
public sealed record RestartRefusal(string Message, bool IsUnknown);
