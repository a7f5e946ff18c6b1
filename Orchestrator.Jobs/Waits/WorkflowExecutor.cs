using Npgsql;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Executors;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.States;

namespace Orchestrator.Jobs.Waits;

/// <summary>
/// Starts a run and waits for its end. The step's idempotency key makes one run of however many attempts; the run's end
/// tells the step to look, and an end of the step before it cancels the run (<c>OrphanRuns.sql</c>).
/// </summary>
internal sealed class WorkflowExecutor(Database database, Dispatcher dispatcher) : IStepExecutor
{
    private const string Child = "workflow_run_id";

    public Type Action => typeof(WorkflowAction);

    public async ValueTask<AttemptResult> ExecuteAsync(StepAttempt attempt, CancellationToken cancellationToken) =>
        attempt.Kept[Child] is { Kind: ValueKind.String } child
            ? await LookAsync(attempt, Guid.Parse(child.AsString()), cancellationToken)
            : await StartAsync(attempt, (WorkflowAction)attempt.Step.Action, cancellationToken);

    private async Task<AttemptResult> StartAsync(StepAttempt attempt, WorkflowAction action, CancellationToken cancellationToken)
    {
        var key = action.WorkflowKey.Render(attempt.Scope).ToText();
        var (origin, nesting) = await FindNestingAsync(attempt, cancellationToken);
        if (nesting >= WorkflowAction.MaxNesting)
        {
            return Invalid(attempt, $"run {attempt.Run.Id} is inside of {nesting} others, and may start none that waits in it: does workflow '{key}' start itself?");
        }

        var inputs = action.Inputs?.Render(attempt.Scope) ?? Value.Undefined;
        var outcome = await dispatcher.DispatchAsync(
            new DispatchRequest
            {
                Tenant = attempt.Run.Tenant,
                WorkflowKey = key,
                Version = action.Version,
                UserId = attempt.Run.UserId,
                IntentId = attempt.Run.IntentId,
                Payload = inputs.IsNullish ? Value.EmptyObject : inputs.AsStored(),
                Priority = attempt.Run.Priority,
                Trigger = ParentStep.Trigger,
                TriggerEventId = origin,
                Parent = new ParentStep(attempt.Run.Id.Job(attempt.StepNumber), action.Waits, nesting + 1),

                // What it asks for may differ where its templates read the clock: the first time counts.
                Key = new IdempotencyKey("step", StableId.Of($"child:{attempt.IdempotencyKey}").ToString(), []),
            },
            cancellationToken);
        if (outcome is not Dispatched { Run: var run, IsReplay: var isOld })
        {
            return Invalid(attempt, ((DispatchRefused)outcome).Message);
        }

        attempt.Log.Info($"Run {run} of workflow '{key}'");
        return !action.Waits ? new AttemptSucceeded(Value.Object((Child, run.ToString())))

            // An attempt that was lost has started it: its end may have been told already.
            : isOld ? await LookAsync(attempt, run.Value, cancellationToken)
            : Wait(attempt, run.Value, key);
    }

    private async Task<AttemptResult> LookAsync(StepAttempt attempt, Guid child, CancellationToken cancellationToken)
    {
        await using var command = Command("EndOfChild", attempt, child);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
        {
            return Invalid(attempt, $"there is no run {child} any more.");
        }

        var key = row.GetString(1);
        return StateWords.RunStateOf(row.GetString(0)) switch
        {
            RunState.Success => new AttemptSucceeded(row.IsDBNull(2) ? Value.Null : Value.Parse(row.GetString(2))),
            RunState.Failed => Given($"Run {child} of workflow '{key}' failed: {(row.IsDBNull(3) ? "no reason was given" : row.GetString(3))}"),
            RunState.Cancelled => Given($"Run {child} of workflow '{key}' was cancelled{(row.IsDBNull(3) ? "." : $": {row.GetString(3)}")}"),
            _ => Wait(attempt, child, key),
        };
    }

    private static AttemptWaits Wait(StepAttempt attempt, Guid child, string key) =>
        new("workflow", WaitForEventExecutor.Longest, $"Waits for run {child} of workflow '{key}'") { Data = attempt.Keep((Child, child.ToString())) };

    private async Task<(Guid? Origin, int Nesting)> FindNestingAsync(StepAttempt attempt, CancellationToken cancellationToken)
    {
        await using var command = Command("FindNesting", attempt, attempt.Run.Id.Value);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.IsDBNull(0) ? null : row.GetGuid(0), row.GetInt16(1));
    }

    private NpgsqlCommand Command(string statement, StepAttempt attempt, Guid run)
    {
        var command = database.Source.CreateCommand(SqlText.Load(statement));
        command.Parameters.One(attempt.Run.Tenant).One(run);
        return command;
    }

    private static AttemptFailed Given(string message) => new(new Failure(FailureKind.Given, message));

    private static AttemptFailed Invalid(StepAttempt attempt, string problem) =>
        new(new Failure(FailureKind.Invalid, $"Step '{attempt.Step.Id}': {problem}"));
}
