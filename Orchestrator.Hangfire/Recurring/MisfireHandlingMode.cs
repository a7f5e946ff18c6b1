namespace Hangfire;

/// <summary>What becomes of occurrences that came while no scheduler ran.</summary>
public enum MisfireHandlingMode
{
    /// <summary>One job for all of them.</summary>
    Relaxed = 0,

    /// <summary>A job for each of them.</summary>
    Strict = 1,

    /// <summary>No job: the next occurrence is waited for.</summary>
    Ignorable = 2,
}
