using Npgsql;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Limits;
using Orchestrator.Jobs.Maintenance;
using Orchestrator.Jobs.Queries;
using Orchestrator.Jobs.Recording;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.States;

namespace Orchestrator.Jobs.DeadLetters;

/// <summary>
/// Carries out what an operator decides about a dead step: lock the run → read its steps → plan → write, in one
/// transaction. Of two operators at the same moment the second finds the step decided. A crash before the commit leaves
/// everything as it was; after it, nothing is left to do.
/// </summary>
internal sealed class DeadLetterDesk(
    Database database, RunQueries runs, WorkflowCatalog workflows, RunLoader loader, DeliverySignal signal, NearTimers timers,
    StepJobRows jobs, Escalations escalations, TimeProvider time)
{
    /// <summary>A failed step may start at the moment of the decision: then it is looked at again.</summary>
    private const int MaxLooks = 3;

    /// <summary>Carries it out, or says why not.</summary>
    /// <param name="tenant">Whose run it is.</param>
    /// <param name="job">The step's job.</param>
    /// <param name="decision">What is decided.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="isWanted">Asked under the run's lock, whether it is still to be carried out.</param>
    public Task<DecisionOutcome> DecideAsync(
        string tenant, JobId job, Decision decision, CancellationToken cancellationToken,
        Func<NpgsqlConnection, Task<bool>>? isWanted = null) =>
        job.StepIndex < 0
            ? Task.FromResult<DecisionOutcome>(new DecisionUnknown())
            : DecideAsync(tenant, job.Run, job.StepIndex, decision, isWanted, cancellationToken);

    /// <summary>The same for every dead step of a run that has failed.</summary>
    public Task<DecisionOutcome> ResumeAsync(
        string tenant, RunId run, ResumeDecision decision, CancellationToken cancellationToken, Func<NpgsqlConnection, Task<bool>>? isWanted = null) =>
        DecideAsync(tenant, run, null, decision, isWanted, cancellationToken);

    private async Task<DecisionOutcome> DecideAsync(
        string tenant, RunId run, int? step, Decision decision, Func<NpgsqlConnection, Task<bool>>? isWanted, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(tenant, run, cancellationToken) is not { } row)
        {
            return new DecisionUnknown();
        }

        var workflow = await workflows.GetAsync(tenant, row.WorkflowKey, row.WorkflowVersion, cancellationToken);
        var memory = new RunMemory(RunInfo.Of(tenant, row));
        for (var look = 1; look <= MaxLooks; look++)
        {
            var reopened = new ReopenedRun(workflow, memory, step, decision, time.GetUtcNow().UtcDateTime);
            if (await LookAsync(reopened, isWanted, cancellationToken) is { } outcome)
            {
                return outcome;
            }
        }

        return new DecisionRefused($"A step of run {run} is starting an attempt at this moment.");
    }

    /// <summary>Null: not every step was as it had been read.</summary>
    private async Task<DecisionOutcome?> LookAsync(
        ReopenedRun reopened, Func<NpgsqlConnection, Task<bool>>? isWanted, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        reopened.Read(await PastRows.ReadAsync(connection, reopened.Info.Tenant, reopened.Info.Id, cancellationToken));
        if (!reopened.Exists)
        {
            return new DecisionUnknown();
        }

        if (isWanted is not null && !await isWanted(connection))
        {
            return new DecisionOvertaken();
        }

        if (reopened.Refusal is { } refusal)
        {
            var decided = await Escalations.DecidedAsync(connection, reopened.Info.Tenant, reopened.Job, cancellationToken);
            return new DecisionRefused(decided is null ? refusal : $"{refusal} {decided}");
        }

        if (reopened.Plan() is { End.State: RunState.Success })
        {
            await loader.LoadAsync(connection, [(reopened.Workflow, reopened.Memory, RunOutput.Needs(reopened.Workflow.Definition))]);
        }

        await using var command = new NpgsqlCommand(Statements.Reopen, connection);
        reopened.AddTo(command.Parameters, jobs);
        if (await WriteAsync(command, reopened, cancellationToken) is not { } queues)
        {
            return null;
        }

        await using (var batch = connection.CreateBatch())
        {
            reopened.Blocks().AddChanges(batch);
            if (reopened.NeedsSlot)
            {
                batch.BatchCommands.Add(RunSlots.EnterAgain(batch, reopened.Info.Tenant, reopened.Info.Id, reopened.IsReopened));
            }

            _ = batch.BatchCommands.Count > 0 ? await batch.ExecuteNonQueryAsync(cancellationToken) : 0;
        }

        var (tenant, run) = (reopened.Info.Tenant, reopened.Info.Id);
        var goesOn = reopened.HasHeld
            ? await escalations.SettleAsync(connection, tenant, run, reopened.Decision.Said, reopened.Decision.By, cancellationToken)
            : null;
        await transaction.CommitAsync(cancellationToken);
        signal.Delivered(queues);
        if (reopened.NeedsSlot)
        {
            timers.Expect(TimeSpan.Zero);
        }

        escalations.Tell(tenant, run, goesOn);
        return new DecisionDone(reopened.Job, reopened.StepId, reopened.StepState, goesOn is null ? reopened.RunState : RunState.Running);
    }

    /// <summary>The queues that got deliveries; null: not every step was as it had been read.</summary>
    private static async Task<IReadOnlyCollection<string>?> WriteAsync(
        NpgsqlCommand command, ReopenedRun run, CancellationToken cancellationToken)
    {
        var queues = new HashSet<string>();
        var moved = 0;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            moved++;
            if (reader.GetString(0) == StepState.Queued.Word())
            {
                queues.Add(reader.GetString(1));
            }
        }

        return moved == run.Moved ? queues : null;
    }
}
