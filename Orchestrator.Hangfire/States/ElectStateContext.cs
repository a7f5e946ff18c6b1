using Hangfire.Common;
using Hangfire.Storage;

namespace Hangfire.States;

#pragma warning disable CS0618 // StateContext is obsolete for others; it stays the base, as in the API that is supplied here.
/// <summary>Filters choose the state that a job enters, one after the other.</summary>
public class ElectStateContext : StateContext
#pragma warning restore CS0618
{
    private readonly List<IState> traversed = [];
    private Dictionary<string, string?>? pending;
    private IState candidate;

    public ElectStateContext(ApplyStateContext applyContext)
        : this(applyContext, new StateMachine(JobFilterProviders.Providers))
    {
    }

    /// <summary>An election whose first candidate is the new state of <paramref name="applyContext"/>.</summary>
    public ElectStateContext(ApplyStateContext applyContext, StateMachine stateMachine)
    {
        ArgumentNullException.ThrowIfNull(applyContext);
        ArgumentNullException.ThrowIfNull(stateMachine);
        Storage = applyContext.Storage;
        Connection = applyContext.Connection;
        Transaction = applyContext.Transaction;
        BackgroundJob = applyContext.BackgroundJob;
        CurrentState = applyContext.OldStateName;
        candidate = applyContext.NewState;
        StateMachine = stateMachine;
        CustomData = applyContext.CustomData is null ? [] : new Dictionary<string, object?>(applyContext.CustomData);
    }

    public JobStorage Storage { get; }

    public IStorageConnection Connection { get; }

    public IWriteOnlyTransaction Transaction { get; }

    /// <inheritdoc/>
    public override BackgroundJob BackgroundJob { get; }

    /// <summary>The state that the job is in; null: it is new.</summary>
    public string? CurrentState { get; }

    /// <summary>The state that the job is about to enter. One that it is replaced by is kept in the job's history.</summary>
    public IState CandidateState
    {
        get => candidate;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            if (candidate == value) return;
            traversed.Add(candidate);
            candidate = value;
        }
    }

    /// <summary>Candidates that were replaced, the first one first.</summary>
    public IState[] TraversedStates => [.. traversed];

    public IDictionary<string, object?> CustomData { get; }

    public StateMachine StateMachine { get; }

    public T? GetJobParameter<T>(string name) => GetJobParameter<T>(name, allowStale: false);

    /// <summary>A parameter of the job; a stale one is what it was when the job was read.</summary>
    public T? GetJobParameter<T>(string name, bool allowStale) =>
        pending is not null && pending.TryGetValue(name, out var value)
            ? SerializationHelper.Deserialize<T>(value, SerializationOption.User)
            : JobParameters.Get<T>(Connection, BackgroundJob, name, allowStale);

    /// <summary>Sets a parameter, in the same transaction as the change of state where the storage can.</summary>
    public void SetJobParameter<T>(string name, T value)
    {
        var json = SerializationHelper.Serialize(value, SerializationOption.User);
        (pending ??= [])[name] = json;
        if (Transaction is JobStorageTransaction transaction && Storage.HasFeature(JobStorageFeatures.Transaction.SetJobParameter))
            transaction.SetJobParameter(BackgroundJob.Id, name, json);
        else
            Connection.SetJobParameter(BackgroundJob.Id, name, json);
    }
}
