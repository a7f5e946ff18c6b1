using Hangfire.Common;

namespace Hangfire.States;

/// <summary>The job's method has thrown. It waits for an operator, and does not expire.</summary>
public class FailedState : IState
{
    public static readonly string StateName = "Failed";

    /// <summary>Failed with <paramref name="exception"/>, on no server in particular.</summary>
    public FailedState(Exception exception)
        : this(exception, serverId: null)
    {
    }

    /// <summary>Failed with <paramref name="exception"/> on the server <paramref name="serverId"/>.</summary>
    public FailedState(Exception exception, string? serverId)
    {
        ArgumentNullException.ThrowIfNull(exception);
        Exception = exception;
        ServerId = serverId;
        FailedAt = LocalClock.UtcNow;
    }

    public DateTime FailedAt { get; }

    public string? ServerId { get; }

    public Exception Exception { get; }

    /// <summary>Lines of the stack trace that are stored; null: all.</summary>
    public int? MaxLinesInStackTrace { get; set; }

    public string Name => StateName;

    public string? Reason { get; set; }

    public bool IsFinal => false;

    public bool IgnoreJobLoadException => false;

    public Dictionary<string, string> SerializeData()
    {
        var data = new Dictionary<string, string>
        {
            ["FailedAt"] = JobHelper.SerializeDateTime(FailedAt),
            ["ExceptionType"] = Exception.GetType().FullName!,
            ["ExceptionMessage"] = Exception.Message,
            ["ExceptionDetails"] = Shorten(Exception.ToString()),
        };
        if (ServerId is not null) data["ServerId"] = ServerId;
        return data;
    }

    /// <summary>What becomes of a job that was to enter another state, and whose call can't be loaded.</summary>
    internal static FailedState Unloadable(JobLoadException failure, string stateName, string? serverId = null) =>
        new(failure.InnerException ?? failure, serverId)
        {
            Reason = $"Can not change the state to '{stateName}': the job's call could not be loaded.",
        };

    private string Shorten(string details)
    {
        if (MaxLinesInStackTrace is not { } limit) return details;
        var lines = details.Split('\n');
        return lines.Length <= limit ? details : string.Join('\n', lines.Take(limit)) + $"\n{lines.Length - limit} more lines";
    }
}
