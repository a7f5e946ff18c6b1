using Hangfire.Common;

namespace Hangfire.States;

/// <summary>The job waits until a time, then it is enqueued.</summary>
public class ScheduledState : IState
{
    public static readonly string StateName = "Scheduled";

    /// <summary>Waits for <paramref name="enqueueIn"/> from now.</summary>
    public ScheduledState(TimeSpan enqueueIn)
        : this(DateTime.UtcNow.Add(enqueueIn))
    {
    }

    /// <summary>Waits until <paramref name="enqueueAt"/> (UTC).</summary>
    [Newtonsoft.Json.JsonConstructor]
    public ScheduledState(DateTime enqueueAt)
    {
        EnqueueAt = enqueueAt;
        ScheduledAt = DateTime.UtcNow;
    }

    public DateTime EnqueueAt { get; }

    [Newtonsoft.Json.JsonIgnore]
    public DateTime ScheduledAt { get; }

    [Newtonsoft.Json.JsonIgnore]
    public string Name => StateName;

    public string? Reason { get; set; }

    [Newtonsoft.Json.JsonIgnore]
    public bool IsFinal => false;

    [Newtonsoft.Json.JsonIgnore]
    public bool IgnoreJobLoadException => false;

    public Dictionary<string, string> SerializeData() => new()
    {
        ["EnqueueAt"] = JobHelper.SerializeDateTime(EnqueueAt),
        ["ScheduledAt"] = JobHelper.SerializeDateTime(ScheduledAt),
    };
}
