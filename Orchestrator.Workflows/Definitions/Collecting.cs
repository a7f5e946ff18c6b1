namespace Orchestrator.Workflows.Definitions;

/// <summary>How events are collected before they start a run. A closed set.</summary>
public abstract record Collecting
{
    /// <summary>Events of one run at most.</summary>
    public const int MaxBatch = 1000;

    private Collecting()
    {
    }

    /// <summary>One run with the newest event, once a user's events have been quiet for so long (<c>debounce_ms</c>).</summary>
    public sealed record Debounce(TimeSpan Quiet) : Collecting;

    /// <summary>One run for so many events, or for those that came within this time of the first (<c>batch</c>).</summary>
    public sealed record Batch(int Size, TimeSpan Within) : Collecting;
}
