namespace Orchestrator.Workflows.Definitions;

/// <summary>How the delay grows from attempt to attempt.</summary>
public enum Backoff
{
    Exponential,
    Linear,
    Fixed,
}

/// <summary>When and how often a failed attempt is made again. Defaults of seed 001 (5 attempts, backoff with jitter).</summary>
public sealed record RetryPolicy
{
    public static RetryPolicy Default { get; } = new();

    /// <summary>Attempts in all, the first one among them; at least 1.</summary>
    public int MaxAttempts { get; init; } = 5;

    public TimeSpan Delay { get; init; } = TimeSpan.FromSeconds(1);

    public Backoff Backoff { get; init; } = Backoff.Exponential;

    /// <summary>Base of the exponential growth.</summary>
    public double Factor { get; init; } = 2;

    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Spreads each delay over its upper half, so that what failed together does not come back together.</summary>
    public bool Jitter { get; init; } = true;

    /// <summary>
    /// What is retried: the format's words (<c>timeout</c>, <c>network</c>, <c>429</c>, <c>5xx</c>, <c>408</c>,
    /// <c>not_ok</c>, <c>accuracy</c>, <c>script_error</c>) or a status code; empty: whatever is transient.
    /// </summary>
    public IReadOnlyList<string> On { get; init; } = [];

    /// <summary>
    /// The wait before the attempt after <paramref name="failedAttempt"/> (1 for the first).
    /// <paramref name="retryAfter"/>, the target's own wish, is honoured up to ten times <see cref="MaxDelay"/>.
    /// <paramref name="random"/> is in [0, 1).
    /// </summary>
    public TimeSpan DelayAfter(int failedAttempt, double random, TimeSpan? retryAfter = null)
    {
        var factor = Backoff switch
        {
            // Bounded, or no delay at all would become NaN after many attempts.
            Backoff.Exponential => Math.Min(Math.Pow(Factor, failedAttempt - 1), 1e12),
            Backoff.Linear => failedAttempt,
            _ => 1,
        };
        var delay = Math.Min(Delay.TotalMilliseconds * factor, MaxDelay.TotalMilliseconds);
        if (Jitter)
        {
            delay = delay * 0.5 + delay * 0.5 * random;
        }

        if (retryAfter is { } wish)
        {
            delay = Math.Max(delay, Math.Min(wish.TotalMilliseconds, MaxDelay.TotalMilliseconds * 10));
        }

        return TimeSpan.FromMilliseconds(delay);
    }
}
