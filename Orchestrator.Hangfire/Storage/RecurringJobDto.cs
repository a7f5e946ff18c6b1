using Hangfire.Common;

namespace Hangfire.Storage;

/// <summary>A recurring job as it is shown.</summary>
public class RecurringJobDto
{
    public string Id { get; set; } = "";

    public string? Cron { get; set; }

    public string? Queue { get; set; }

    /// <summary>The call; null when it could not be loaded, see <see cref="LoadException"/>.</summary>
    public Job? Job { get; set; }

    public JobLoadException? LoadException { get; set; }

    /// <summary>Null: it has no next occurrence, or is not scheduled because of its <see cref="Error"/>.</summary>
    public DateTime? NextExecution { get; set; }

    public string? LastJobId { get; set; }

    public string? LastJobState { get; set; }

    public DateTime? LastExecution { get; set; }

    public DateTime? CreatedAt { get; set; }

    /// <summary>Whether there is no such recurring job (any more).</summary>
    public bool Removed { get; set; }

    public string? TimeZoneId { get; set; }

    /// <summary>Why it could not be enqueued the last time.</summary>
    public string? Error { get; set; }

    /// <summary>How often its occurrence has failed so far.</summary>
    public int RetryAttempt { get; set; }
}
