using Hangfire.Common;

namespace Hangfire.States;

/// <summary>The job waits until a time, then it is enqueued.</summary>
public class ScheduledState : IState
{
    public static readonly string StateName = "Scheduled";

    private TimeSpan? delay;

    /// <summary>Waits for <paramref name="enqueueIn"/> from now.</summary>
    public ScheduledState(TimeSpan enqueueIn)
        : this(LocalClock.UtcNow.Add(enqueueIn)) => delay = enqueueIn;

    /// <summary>Waits until <paramref name="enqueueAt"/> (UTC).</summary>
    [Newtonsoft.Json.JsonConstructor]
    public ScheduledState(DateTime enqueueAt)
    {
        EnqueueAt = enqueueAt;
        ScheduledAt = LocalClock.UtcNow;
    }

    public DateTime EnqueueAt { get; private set; }

    [Newtonsoft.Json.JsonIgnore]
    public DateTime ScheduledAt { get; }

    [Newtonsoft.Json.JsonIgnore]
    public string Name => StateName;

    public string? Reason { get; set; }

    [Newtonsoft.Json.JsonIgnore]
    public bool IsFinal => false;

    [Newtonsoft.Json.JsonIgnore]
    public bool IgnoreJobLoadException => false;

    /// <summary>Counts a delay from the time that goes for the storage; a time that was given stays as it is.</summary>
    internal void CountFrom(DateTime now)
    {
        if (delay is not { } wait) return;
        EnqueueAt = now + wait;
        delay = null;
    }

    public Dictionary<string, string> SerializeData() => new()
    {
        ["EnqueueAt"] = JobHelper.SerializeDateTime(EnqueueAt),
        ["ScheduledAt"] = JobHelper.SerializeDateTime(ScheduledAt),
    };
}
