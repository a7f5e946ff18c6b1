using Hangfire.Storage;

namespace Hangfire.States;

/// <summary>A wish to move a stored job into a state.</summary>
public class StateChangeContext
{
    public StateChangeContext(JobStorage storage, IStorageConnection connection, string backgroundJobId, IState newState)
        : this(storage, connection, backgroundJobId, newState, expectedStates: null, CancellationToken.None)
    {
    }

    public StateChangeContext(JobStorage storage, IStorageConnection connection, string backgroundJobId, IState newState, params string[] expectedStates)
        : this(storage, connection, backgroundJobId, newState, expectedStates, CancellationToken.None)
    {
    }

    public StateChangeContext(
        JobStorage storage,
        IStorageConnection connection,
        string backgroundJobId,
        IState newState,
        IEnumerable<string>? expectedStates,
        CancellationToken cancellationToken)
        : this(storage, connection, transaction: null, backgroundJobId, newState, expectedStates, cancellationToken)
    {
    }

    /// <summary>
    /// Moves the job only from one of <paramref name="expectedStates"/> (null: from any), within
    /// <paramref name="transaction"/>, which the caller commits, or in one of its own.
    /// </summary>
    public StateChangeContext(
        JobStorage storage,
        IStorageConnection connection,
        JobStorageTransaction? transaction,
        string backgroundJobId,
        IState newState,
        IEnumerable<string>? expectedStates,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(backgroundJobId);
        ArgumentNullException.ThrowIfNull(newState);
        Storage = storage;
        Connection = connection;
        Transaction = transaction;
        BackgroundJobId = backgroundJobId;
        NewState = newState;
        ExpectedStates = expectedStates;
        CancellationToken = cancellationToken;
    }

    public JobStorage Storage { get; }

    public IStorageConnection Connection { get; }

    public JobStorageTransaction? Transaction { get; }

    public string BackgroundJobId { get; }

    public IState NewState { get; }

    public IEnumerable<string>? ExpectedStates { get; }

    public CancellationToken CancellationToken { get; }

    /// <summary>Whether the state is applied without an election.</summary>
    public bool DisableFilters { get; internal init; }

    /// <summary>The queue's row that goes in the same transaction.</summary>
    public IFetchedJob? CompleteJob { get; internal init; }

    public IReadOnlyDictionary<string, object?>? CustomData { get; internal init; }

    /// <summary>The job, if the caller has it at hand; otherwise it is read.</summary>
    public BackgroundJob? ProcessedJob { get; set; }

    /// <summary>The server on whose behalf the job is moved.</summary>
    public string? ServerId { get; set; }
}
