using Hangfire.Common;
using Newtonsoft.Json;

namespace Hangfire.States;

/// <summary>The job waits for the end of another, its parent, and enters its next state with it.</summary>
public class AwaitingState : IState
{
    public static readonly string StateName = "Awaiting";

    private static readonly TimeSpan DefaultExpiration = TimeSpan.FromDays(365);

    /// <summary>Is enqueued when the parent has succeeded.</summary>
    public AwaitingState(string parentId)
        : this(parentId, new EnqueuedState())
    {
    }

    /// <summary>Enters <paramref name="nextState"/> when the parent has succeeded.</summary>
    public AwaitingState(string parentId, IState nextState)
        : this(parentId, nextState, JobContinuationOptions.OnlyOnSucceededState)
    {
    }

    public AwaitingState(string parentId, IState nextState, JobContinuationOptions options)
        : this(parentId, nextState, options, DefaultExpiration)
    {
    }

    /// <summary>
    /// Enters <paramref name="nextState"/> when the parent has ended as <paramref name="options"/> say, and is deleted when
    /// it has ended otherwise. A failed parent has not ended: it may still be retried. <paramref name="expiration"/> is
    /// stored for the official supplier's sake.
    /// </summary>
    [JsonConstructor]
    public AwaitingState(string parentId, IState nextState, JobContinuationOptions options, TimeSpan expiration)
    {
        ArgumentNullException.ThrowIfNull(parentId);
        ArgumentNullException.ThrowIfNull(nextState);
        ParentId = parentId;
        NextState = nextState;
        Options = options;
        Expiration = expiration;
    }

    public string ParentId { get; }

    [JsonConverter(typeof(StateSerializer.Converter))]
    public IState NextState { get; }

    public JobContinuationOptions Options { get; }

    public TimeSpan Expiration { get; }

    [JsonIgnore]
    public string Name => StateName;

    public string? Reason { get; set; }

    [JsonIgnore]
    public bool IsFinal => false;

    [JsonIgnore]
    public bool IgnoreJobLoadException => false;

    public Dictionary<string, string> SerializeData() => new()
    {
        ["ParentId"] = ParentId,
        ["NextState"] = SerializationHelper.Serialize(NextState, SerializationOption.TypedInternal)!,
        ["Options"] = Options.ToString("G"),
        ["Expiration"] = Expiration.ToString("c"),
    };
}
