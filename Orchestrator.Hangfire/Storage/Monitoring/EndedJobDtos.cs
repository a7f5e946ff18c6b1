using Hangfire.Common;

namespace Hangfire.Storage.Monitoring;

/// <summary>A job that has succeeded.</summary>
public class SucceededJobDto
{
    public bool InSucceededState { get; set; }

    public InvocationData? InvocationData { get; set; }

    public Job? Job { get; set; }

    public JobLoadException? LoadException { get; set; }

    public object? Result { get; set; }

    public IDictionary<string, string>? StateData { get; set; }

    public DateTime? SucceededAt { get; set; }

    public long? TotalDuration { get; set; }
}

/// <summary>A failed job.</summary>
public class FailedJobDto
{
    public string? ExceptionDetails { get; set; }

    public string? ExceptionMessage { get; set; }

    public string? ExceptionType { get; set; }

    public DateTime? FailedAt { get; set; }

    public bool InFailedState { get; set; }

    public InvocationData? InvocationData { get; set; }

    public Job? Job { get; set; }

    public JobLoadException? LoadException { get; set; }

    public string? Reason { get; set; }

    public IDictionary<string, string>? StateData { get; set; }
}

/// <summary>A deleted job.</summary>
public class DeletedJobDto
{
    public DateTime? DeletedAt { get; set; }

    public bool InDeletedState { get; set; }

    public InvocationData? InvocationData { get; set; }

    public Job? Job { get; set; }

    public JobLoadException? LoadException { get; set; }

    public IDictionary<string, string>? StateData { get; set; }
}
