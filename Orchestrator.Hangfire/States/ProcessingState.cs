using Hangfire.Common;

namespace Hangfire.States;

/// <summary>A worker performs the job.</summary>
public class ProcessingState : IState
{
    public static readonly string StateName = "Processing";

    internal ProcessingState(string serverId, string workerId, DateTime startedAt)
    {
        ServerId = serverId;
        WorkerId = workerId;
        StartedAt = startedAt;
    }

    public DateTime StartedAt { get; }

    public string ServerId { get; }

    public string WorkerId { get; }

    public string Name => StateName;

    public string? Reason { get; set; }

    public bool IsFinal => false;

    public bool IgnoreJobLoadException => false;

    public Dictionary<string, string> SerializeData() => new()
    {
        ["StartedAt"] = JobHelper.SerializeDateTime(StartedAt),
        ["ServerId"] = ServerId,
        ["WorkerId"] = WorkerId,
    };
}
