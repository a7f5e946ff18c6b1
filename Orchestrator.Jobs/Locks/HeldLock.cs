namespace Orchestrator.Jobs.Locks;

/// <summary>A lock that is held.</summary>
internal sealed record HeldLock
{
    public required string LockKey { get; init; }

    public required string LockedBy { get; init; }

    public required long FencingToken { get; init; }

    public required DateTime LockedAt { get; init; }

    public required DateTime ExpiresAt { get; init; }

    /// <summary>Until it expires, by the database's clock.</summary>
    public required long ExpiresInMs { get; init; }

    /// <summary>JSON.</summary>
    public string? Metadata { get; init; }
}
