using System.Collections.Frozen;

namespace Orchestrator.Workflows.States;

/// <summary>What can be said of a state alone, and its word in the database, the API and logs.</summary>
public static class StateWords
{
    private static readonly FrozenDictionary<string, StepState> StepByWord =
        Enum.GetValues<StepState>().ToFrozenDictionary(Word);

    private static readonly FrozenDictionary<string, RunState> RunByWord =
        Enum.GetValues<RunState>().ToFrozenDictionary(Word);

    /// <summary>Ended: only an operator's decision leads out of it.</summary>
    public static bool IsTerminal(this StepState state) =>
        state is StepState.Success or StepState.Dead or StepState.Skipped or StepState.Cancelled;

    /// <summary>Ended: only an operator's decision leads out of it.</summary>
    public static bool IsTerminal(this RunState state) =>
        state is RunState.Success or RunState.Failed or RunState.Cancelled;

    public static string Word(this StepState state) => state switch
    {
        StepState.Waiting => "waiting",
        StepState.Queued => "queued",
        StepState.Leased => "leased",
        StepState.Running => "running",
        StepState.Success => "success",
        StepState.Failed => "failed",
        StepState.Dead => "dead",
        StepState.Skipped => "skipped",
        StepState.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };

    public static string Word(this RunState state) => state switch
    {
        RunState.Pending => "pending",
        RunState.Running => "running",
        RunState.Paused => "paused",
        RunState.Success => "success",
        RunState.Failed => "failed",
        RunState.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };

    /// <summary>The state that a word names.</summary>
    /// <exception cref="KeyNotFoundException">The word names no step state.</exception>
    public static StepState StepStateOf(string word) => StepByWord[word];

    /// <summary>The state that a word names.</summary>
    /// <exception cref="KeyNotFoundException">The word names no run state.</exception>
    public static RunState RunStateOf(string word) => RunByWord[word];
}
