namespace Hangfire.Storage;

/// <summary>A lock was not free in time.</summary>
public class DistributedLockTimeoutException(string resource)
    : TimeoutException($"Timeout expired: the distributed lock on the resource '{resource}' was not free in time.")
{
    public string Resource { get; } = resource;
}

/// <summary>A server that was thought dead has been forgotten.</summary>
public class BackgroundServerGoneException : Exception;
