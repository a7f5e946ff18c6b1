using Hangfire.Common;

namespace Hangfire.States;

/// <summary>The job waits in a queue for a worker.</summary>
public class EnqueuedState : IState
{
    public const string DefaultQueue = "default";

    public static readonly string StateName = "Enqueued";

    /// <summary>Whether no queue was given.</summary>
    private readonly bool isOpen;

    private string queue;

    /// <summary>Waits in the queue that the job asks for, or in the default one.</summary>
    public EnqueuedState()
        : this(DefaultQueue) => isOpen = true;

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

    /// <summary>Before filters are asked, which may choose another one.</summary>
    internal void TakeQueueOf(Job? job)
    {
        if (isOpen && job?.Queue is { } asked && queue == DefaultQueue) queue = asked;
    }

    public Dictionary<string, string> SerializeData() => new()
    {
        ["EnqueuedAt"] = JobHelper.SerializeDateTime(EnqueuedAt),
        ["Queue"] = Queue,
    };
}
