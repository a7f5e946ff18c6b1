using Hangfire.Common;

namespace Hangfire.States;

/// <summary>The job is not to be performed, or not to be retried any more.</summary>
public class DeletedState : IState
{
    public static readonly string StateName = "Deleted";

    /// <summary>Deleted by somebody.</summary>
    public DeletedState()
        : this(exceptionInfo: null)
    {
    }

    /// <summary>Deleted because of an exception.</summary>
    [Newtonsoft.Json.JsonConstructor]
    public DeletedState(ExceptionInfo? exceptionInfo)
    {
        ExceptionInfo = exceptionInfo;
        DeletedAt = LocalClock.UtcNow;
    }

    public DateTime DeletedAt { get; }

    public ExceptionInfo? ExceptionInfo { get; }

    [Newtonsoft.Json.JsonIgnore]
    public string Name => StateName;

    public string? Reason { get; set; }

    [Newtonsoft.Json.JsonIgnore]
    public bool IsFinal => true;

    [Newtonsoft.Json.JsonIgnore]
    public bool IgnoreJobLoadException => true;

    public Dictionary<string, string> SerializeData()
    {
        var data = new Dictionary<string, string> { ["DeletedAt"] = JobHelper.SerializeDateTime(DeletedAt) };
        if (ExceptionInfo is not null) data["Exception"] = SerializationHelper.Serialize(ExceptionInfo)!;
        return data;
    }
}
