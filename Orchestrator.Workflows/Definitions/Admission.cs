using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Workflows.Definitions;

/// <summary>A token bucket that a step takes a token from before each attempt (<c>rate_limit</c>).</summary>
/// <param name="Key">Whose bucket: 1 to 200 characters once rendered; steps with the same key share it, over all runs of the tenant.</param>
/// <param name="Capacity">Tokens of a full bucket: so many attempts may start at once.</param>
/// <param name="RefillPerSecond">Tokens that come each second.</param>
public sealed record RateLimit(Template Key, double Capacity, double RefillPerSecond)
{
    public const double MinCapacity = 1;
    public const double MaxCapacity = 1_000_000;

    /// <summary>A token in eleven days.</summary>
    public const double MinRefill = 0.000001;

    public const double MaxRefill = 1_000_000;

    /// <summary>Of a bucket's key or a lock's name, in characters.</summary>
    public const int MaxKeyLength = 200;
}

/// <summary>A lock that a step's attempt holds while it is under way (<c>exclusive</c>): steps that share it never overlap.</summary>
/// <param name="Name">1 to 200 characters once rendered.</param>
/// <param name="OfRun">It begins with <c>run:</c>: each run has a lock of its own; else one is shared by all runs of the tenant.</param>
public sealed record ExclusiveLock(Template Name, bool OfRun);

/// <summary>How many runs that share a key may be open at a time (<c>config.concurrency</c>).</summary>
/// <param name="Key">1 to 200 characters once rendered, from the run's inputs, variables and ids; runs of the tenant with the same key share it. Null: the workflow's key.</param>
/// <param name="Limit">So many.</param>
/// <param name="OnLimit">What becomes of one more.</param>
public sealed record ConcurrencyLimit(Template? Key, int Limit, OnLimit OnLimit)
{
    public const int MaxLimit = 100_000;
}

/// <summary>What becomes of a run where its key has as many open runs as it may.</summary>
public enum OnLimit
{
    /// <summary>It waits until one of them has ended.</summary>
    Queue,

    /// <summary>It is cancelled.</summary>
    Skip,

    /// <summary>The oldest of them is cancelled, and it starts.</summary>
    CancelRunning,
}
