using Hangfire.Common;

namespace Hangfire.States;

/// <summary>The job waits in a queue for a worker.</summary>
public class EnqueuedState : IState
{
    public const string DefaultQueue = "default";

    public static readonly string StateName = "Enqueued";

    private string queue;

    /// <summary>Waits in the default queue.</summary>
    public EnqueuedState()
        : this(DefaultQueue)
    {
    }

    /// <summary>Waits in <paramref name="queue"/>.</summary>
    [Newtonsoft.Json.JsonConstructor]
    public EnqueuedState(string queue)
    {
        JobValidation.ThrowIfNotQueueName(queue, nameof(queue));
        this.queue = queue;
        EnqueuedAt = LocalClock.UtcNow;
    }

    public string Queue
    {
        get => queue;
        set
        {
            JobValidation.ThrowIfNotQueueName(value, nameof(value));
            queue = value;
        }
    }

    [Newtonsoft.Json.JsonIgnore]
    public DateTime EnqueuedAt { get; }

    [Newtonsoft.Json.JsonIgnore]
    public string Name => StateName;

    public string? Reason { get; set; }

    [Newtonsoft.Json.JsonIgnore]
    public bool IsFinal => false;

    [Newtonsoft.Json.JsonIgnore]
    public bool IgnoreJobLoadException => false;

    public Dictionary<string, string> SerializeData() => new()
    {
        ["EnqueuedAt"] = JobHelper.SerializeDateTime(EnqueuedAt),
        ["Queue"] = Queue,
    };
}
