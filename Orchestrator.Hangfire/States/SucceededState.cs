using System.Globalization;
using Hangfire.Common;

namespace Hangfire.States;

/// <summary>The job's method has returned.</summary>
public class SucceededState : IState
{
    public static readonly string StateName = "Succeeded";

    /// <summary>Returned <paramref name="result"/>, having waited and run for so many milliseconds.</summary>
    public SucceededState(object? result, long latency, long performanceDuration)
    {
        Result = result;
        Latency = latency;
        PerformanceDuration = performanceDuration;
        SucceededAt = LocalClock.UtcNow;
    }

    public DateTime SucceededAt { get; }

    public object? Result { get; }

    /// <summary>From the job's making to its start, in milliseconds.</summary>
    public long Latency { get; }

    /// <summary>From its start to its end, in milliseconds.</summary>
    public long PerformanceDuration { get; }

    public string Name => StateName;

    public string? Reason { get; set; }

    public bool IsFinal => true;

    public bool IgnoreJobLoadException => false;

    public Dictionary<string, string> SerializeData()
    {
        var data = new Dictionary<string, string>
        {
            ["SucceededAt"] = JobHelper.SerializeDateTime(SucceededAt),
            ["PerformanceDuration"] = PerformanceDuration.ToString(CultureInfo.InvariantCulture),
            ["Latency"] = Latency.ToString(CultureInfo.InvariantCulture),
        };
        if (Result is not null) data["Result"] = SerializationHelper.Serialize(Result, Result.GetType(), SerializationOption.User)!;
        return data;
    }
}
