using Hangfire.Common;

namespace Hangfire.Storage.Monitoring;

/// <summary>A job with its parameters and history.</summary>
public class JobDetailsDto
{
    public DateTime? CreatedAt { get; set; }

    public DateTime? ExpireAt { get; set; }

    public IList<StateHistoryDto>? History { get; set; }

    public InvocationData? InvocationData { get; set; }

    public Job? Job { get; set; }

    public JobLoadException? LoadException { get; set; }

    public IDictionary<string, string>? Properties { get; set; }
}

/// <summary>A state that a job has or had.</summary>
public class StateHistoryDto
{
    public DateTime CreatedAt { get; set; }

    public IDictionary<string, string>? Data { get; set; }

    public string? Reason { get; set; }

    public string? StateName { get; set; }
}

/// <summary>A queue with its first jobs.</summary>
public class QueueWithTopEnqueuedJobsDto
{
    public long? Fetched { get; set; }

    public JobList<EnqueuedJobDto>? FirstJobs { get; set; }

    public long Length { get; set; }

    public string? Name { get; set; }
}

/// <summary>A server.</summary>
public class ServerDto
{
    public DateTime? Heartbeat { get; set; }

    public string? Name { get; set; }

    public IList<string>? Queues { get; set; }

    public DateTime StartedAt { get; set; }

    public int WorkersCount { get; set; }
}

/// <summary>Counts of it all.</summary>
public class StatisticsDto
{
    public long? Awaiting { get; set; }

    public long Deleted { get; set; }

    public long Enqueued { get; set; }

    public long Failed { get; set; }

    public long Processing { get; set; }

    public long Queues { get; set; }

    public long Recurring { get; set; }

    public long? Retries { get; set; }

    public long Scheduled { get; set; }

    public long Servers { get; set; }

    public long Succeeded { get; set; }
}
