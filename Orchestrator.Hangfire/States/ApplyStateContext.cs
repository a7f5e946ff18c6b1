using Hangfire.Common;
using Hangfire.Storage;

namespace Hangfire.States;

#pragma warning disable CS0618 // StateContext is obsolete for others; it stays the base, as in the API that is supplied here.
/// <summary>A job leaves a state and enters another, in a transaction that is not committed yet.</summary>
public class ApplyStateContext : StateContext
#pragma warning restore CS0618
{
    /// <summary>The change that an election has decided on.</summary>
    public ApplyStateContext(IWriteOnlyTransaction transaction, ElectStateContext context)
        : this(context.Storage, context.Connection, transaction, context.BackgroundJob, context.CandidateState, context.CurrentState)
    {
        CustomData = new Dictionary<string, object?>(context.CustomData);
        StateMachine = context.StateMachine;
    }

    /// <summary>A change from <paramref name="oldStateName"/> (null: the job is new) to <paramref name="newState"/>.</summary>
    public ApplyStateContext(
        JobStorage storage,
        IStorageConnection connection,
        IWriteOnlyTransaction transaction,
        BackgroundJob backgroundJob,
        IState newState,
        string? oldStateName)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(backgroundJob);
        ArgumentNullException.ThrowIfNull(newState);
        Storage = storage;
        Connection = connection;
        Transaction = transaction;
        BackgroundJob = backgroundJob;
        NewState = newState;
        OldStateName = oldStateName;
        JobExpirationTimeout = storage.JobExpirationTimeout;
    }

    public JobStorage Storage { get; }

    public IStorageConnection Connection { get; }

    public IWriteOnlyTransaction Transaction { get; }

    /// <inheritdoc/>
    public override BackgroundJob BackgroundJob { get; }

    public string? OldStateName { get; }

    public IState NewState { get; }

    /// <summary>How long the job is kept, if the new state is final.</summary>
    public TimeSpan JobExpirationTimeout { get; set; }

    public IReadOnlyDictionary<string, object?>? CustomData { get; internal init; }

    public IStateMachine? StateMachine { get; internal init; }

    public T? GetJobParameter<T>(string name) => GetJobParameter<T>(name, allowStale: false);

    /// <summary>A parameter of the job; a stale one is what it was when the job was read.</summary>
    public T? GetJobParameter<T>(string name, bool allowStale) =>
        JobParameters.Get<T>(Connection, BackgroundJob, name, allowStale);
}
