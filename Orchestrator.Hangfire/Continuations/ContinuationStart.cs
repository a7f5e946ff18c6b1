using Hangfire.Common;
using Hangfire.PostgreSql;
using Hangfire.States;
using Newtonsoft.Json;

namespace Hangfire.Continuations;

/// <summary>
/// Moves the children of jobs that end in a transaction, within that transaction. A child that ends with it (deleted, as
/// it waited for another end) ends its own children: these wait here for their turn, however long the chain is.
/// </summary>
internal sealed class ContinuationStart(PostgreSqlWriteOnlyTransaction transaction)
{
    private readonly Queue<ApplyStateContext> ended = new();
    private bool isRunning, pushesResults;

    public void Start(PostgreSqlStorage storage, ApplyStateContext parent, bool pushResults)
    {
        pushesResults = pushResults;
        ended.Enqueue(parent);
        if (isRunning) return;
        isRunning = true;
        try
        {
            while (ended.TryDequeue(out var next)) StartChildren(storage, next);
        }
        finally
        {
            isRunning = false;
        }
    }

    /// <summary>All children are read at once, and moved as one fenced batch.</summary>
    private void StartChildren(PostgreSqlStorage storage, ApplyStateContext parent)
    {
        var known = parent.BackgroundJob.HasSnapshot
            ? parent.BackgroundJob.ParametersSnapshot.GetValueOrDefault(Continuation.Parameter)
            : parent.Connection.GetJobParameter(parent.BackgroundJob.Id, Continuation.Parameter);
        transaction.RequireContinuations(parent.BackgroundJob.Id, known?.Length ?? 0);
        if (known is null) return;

        var options = new Dictionary<string, JobContinuationOptions>();
        foreach (var continuation in Continuation.ReadAll(known)) options[continuation.JobId] = continuation.Options;
        var legacy = pushesResults ? Legacy.Of(parent.NewState) : Legacy.None;
        foreach (var child in AwaitingJob.Read(storage, parent.BackgroundJob.Id, options.Keys))
        {
            legacy.Leave(transaction, child.Id);
            Move(parent, child, options[child.Id]);
        }
    }

    private void Move(ApplyStateContext parent, AwaitingJob child, JobContinuationOptions options)
    {
        var stateMachine = parent.StateMachine as StateMachine ?? new StateMachine(JobFilterProviders.Providers);
        var (machine, state) = Choose(parent, child, options, stateMachine);
        transaction.RequireState(child.Id, child.Data.StateId);
        machine.ApplyState(new(parent.Storage, parent.Connection, transaction, child.ToBackgroundJob(), state, AwaitingState.StateName)
        {
            StateMachine = stateMachine,
        });
    }

    /// <summary>A child that can't be started fails, and does not keep its parent from ending.</summary>
    private static (IStateMachine Machine, IState State) Choose(
        ApplyStateContext parent, AwaitingJob child, JobContinuationOptions options, StateMachine stateMachine)
    {
        IState state;
        try
        {
            state = Continuation.StateAfter(parent.NewState.Name, options, child.NextState());
        }
        catch (JsonException failure)
        {
            return (stateMachine.InnerStateMachine, new FailedState(failure) { Reason = "The state that the continuation was to enter could not be read." });
        }

        return child.Data.LoadException is { } unloadable && !state.IgnoreJobLoadException
            ? (stateMachine.InnerStateMachine, FailedState.Unloadable(unloadable, state.Name))
            : (stateMachine, state);
    }
}
