using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.States;

namespace Orchestrator.Jobs.DeadLetters;

/// <summary>What an operator decides about a step that died, or that waits for its next attempt. A closed set.</summary>
/// <param name="By">Who decides it.</param>
internal abstract record Decision(string By)
{
    /// <summary>Its word in the API, the database and the log.</summary>
    public abstract string Word { get; }

    /// <summary>What the operator calls it.</summary>
    public virtual string Said => Word;

    /// <summary>What is left of it in the run's log.</summary>
    public abstract string Message { get; }

    public abstract bool Allows(StepState state);
}

/// <summary>One more attempt, at once. What is left of the step's budget stays.</summary>
/// <param name="By">Who decides it.</param>
/// <param name="Reason">Why, in his words; null: he has not said.</param>
internal sealed record RetryDecision(string By, string? Reason = null) : Decision(By)
{
    public override string Word => "retry";

    public override string Message => Reason is null ? $"Retried by {By}" : $"Retried by {By}: {Reason}";

    public override bool Allows(StepState state) => state is StepState.Dead or StepState.Failed;
}

/// <summary>Attempts from zero: a fresh budget, and another idempotency key.</summary>
/// <param name="By">Who decides it.</param>
/// <param name="Reason">Why, in his words; null: he has not said.</param>
internal sealed record ResetDecision(string By, string? Reason = null) : Decision(By)
{
    public override string Word => "reset";

    public override string Message => Reason is null ? $"Reset by {By}" : $"Reset by {By}: {Reason}";

    public override bool Allows(StepState state) => state is StepState.Dead or StepState.Failed;
}

/// <summary>The step is closed as a success.</summary>
/// <param name="By">Who decides it.</param>
/// <param name="Resolution">Why, in his words.</param>
/// <param name="Output">The step's result.</param>
/// <param name="IsSkip">He skips it: the output says only that.</param>
internal sealed record ResolveDecision(string By, string Resolution, Value Output, bool IsSkip = false) : Decision(By)
{
    public override string Word => "resolve";

    public override string Said => IsSkip ? "skip" : Word;

    public override string Message => $"Resolved by {By}: {Resolution}";

    public override bool Allows(StepState state) => state is StepState.Dead;
}

/// <summary>The run goes on from where it failed: every dead step gets one more attempt.</summary>
internal sealed record ResumeDecision(string By) : Decision(By)
{
    public override string Word => "resume";

    public override string Message => $"Resumed by {By}";

    public override bool Allows(StepState state) => state is StepState.Dead;
}

/// <summary>What became of a decision. A closed set.</summary>
internal abstract record DecisionOutcome;

/// <summary>It is carried out.</summary>
/// <param name="Job">The step's.</param>
/// <param name="StepId">What it is called; null: the run as a whole was decided about.</param>
/// <param name="Step">Where the step stands.</param>
/// <param name="Run">Where the run stands.</param>
internal sealed record DecisionDone(JobId Job, string? StepId, StepState Step, RunState Run) : DecisionOutcome;

/// <summary>There is no such step.</summary>
internal sealed record DecisionUnknown : DecisionOutcome;

/// <summary>It is not wanted any more; only where the caller said when that is so.</summary>
internal sealed record DecisionOvertaken : DecisionOutcome;

/// <summary>The state of the step or of its run does not allow it; nothing was changed.</summary>
internal sealed record DecisionRefused(string Message) : DecisionOutcome;
