using Hangfire.Storage;

namespace Hangfire.States;

/// <summary>Keeps what a state needs besides its row, when jobs enter and leave it.</summary>
public interface IStateHandler
{
    /// <summary>The state that it serves.</summary>
    string StateName { get; }

    void Apply(ApplyStateContext context, IWriteOnlyTransaction transaction);

    void Unapply(ApplyStateContext context, IWriteOnlyTransaction transaction);
}

/// <summary>Acts when a job has left a state and entered another, in the same transaction.</summary>
public interface IApplyStateFilter
{
    void OnStateApplied(ApplyStateContext context, IWriteOnlyTransaction transaction);

    void OnStateUnapplied(ApplyStateContext context, IWriteOnlyTransaction transaction);
}

/// <summary>May choose another state for a job than the one that it was about to enter.</summary>
public interface IElectStateFilter
{
    void OnStateElection(ElectStateContext context);
}

/// <summary>Moves a job into a state.</summary>
public interface IStateMachine
{
    /// <summary>Moves it, and returns the state that was chosen.</summary>
    IState ApplyState(ApplyStateContext context);
}

/// <summary>Moves a stored job into a state, if it is in one of the expected ones.</summary>
public interface IBackgroundJobStateChanger
{
    /// <summary>The state that the job is in now; null: it was left alone.</summary>
    IState? ChangeState(StateChangeContext context);
}
