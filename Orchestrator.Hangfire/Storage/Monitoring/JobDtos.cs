using Hangfire.Common;

namespace Hangfire.Storage.Monitoring;

/// <summary>A job in a queue.</summary>
public class EnqueuedJobDto
{
    public DateTime? EnqueuedAt { get; set; }

    public bool InEnqueuedState { get; set; }

    public InvocationData? InvocationData { get; set; }

    public Job? Job { get; set; }

    public JobLoadException? LoadException { get; set; }

    public string? State { get; set; }

    public IDictionary<string, string>? StateData { get; set; }
}

/// <summary>A job that a worker has taken.</summary>
public class FetchedJobDto
{
    public DateTime? FetchedAt { get; set; }

    public InvocationData? InvocationData { get; set; }

    public Job? Job { get; set; }

    public JobLoadException? LoadException { get; set; }

    public string? State { get; set; }
}

/// <summary>A job that a worker performs.</summary>
public class ProcessingJobDto
{
    public bool InProcessingState { get; set; }

    public InvocationData? InvocationData { get; set; }

    public Job? Job { get; set; }

    public JobLoadException? LoadException { get; set; }

    public string? ServerId { get; set; }

    public DateTime? StartedAt { get; set; }

    public IDictionary<string, string>? StateData { get; set; }
}

/// <summary>A job that waits for its time.</summary>
public class ScheduledJobDto
{
    public DateTime EnqueueAt { get; set; }

    public bool InScheduledState { get; set; }

    public InvocationData? InvocationData { get; set; }

    public Job? Job { get; set; }

    public JobLoadException? LoadException { get; set; }

    public DateTime? ScheduledAt { get; set; }

    public IDictionary<string, string>? StateData { get; set; }
}
