using Orchestrator.Jobs.DeadLetters;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Queries;
using Orchestrator.Jobs.Recording;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Operators;

/// <summary>
/// Gives up the step whose Hangfire job an operator has deleted, as if its attempts were used up: what follows is the
/// planner's to say, and is recorded as what a worker records. The job stays deleted; requeued, the step runs again as any
/// dead one does.
/// </summary>
internal sealed class StepDeletion(
    Database database, RunQueries runs, WorkflowCatalog workflows, RunLoader loader, DeliverySignal signal, StepJobRows jobs, Escalations escalations,
    OrchestratorOptions options, TimeProvider time)
{
    /// <summary>False: there was nothing to delete any more.</summary>
    public async Task<bool> DeleteAsync(string tenant, JobId job, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(tenant, job.Run, cancellationToken) is not { } row)
        {
            return false;
        }

        var workflow = await workflows.GetAsync(tenant, row.WorkflowKey, row.WorkflowVersion, cancellationToken);
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await OperatorLog.LockAsync(connection, tenant, job.Run, cancellationToken) is null
            || await StepLook.ReadAsync(connection, tenant, job, cancellationToken) is not { Action: OperatorAction.Delete } step)
        {
            return false;
        }

        var error = $"An operator deleted the Hangfire job of step '{step.StepId}'.";
        var verdict = new VerdictDead(new Failure(FailureKind.Invalid, error));
        var recording = RecordingOf(workflow, RunInfo.Of(tenant, row), job, step, verdict, time.GetUtcNow().UtcDateTime, isDeletion: true);
        var batch = new RecordingBatch([recording], loader, jobs, options.Lease, time);
        await batch.WriteInAsync(connection);
        await OperatorLog.WriteAsync(connection, tenant, job, OperatorAction.Delete, error, cancellationToken);
        var goesOn = step.IsHeld ? await escalations.SettleAsync(connection, tenant, job.Run, StepAbort.Word, HangfireActions.Actor, cancellationToken) : null;
        await transaction.CommitAsync(cancellationToken);
        signal.Delivered(batch.Queues);
        escalations.Tell(tenant, job.Run, goesOn);
        return true;
    }

    /// <summary>What an operator's hand leaves to be written of a step that was not tried.</summary>
    internal static Recording.Recording RecordingOf(
        LoadedWorkflow workflow, RunInfo run, JobId job, StepLook step, StepVerdict verdict, DateTime now, bool isDeletion) => new()
        {
            Memory = new RunMemory(run),
            Workflow = workflow,
            Steps =
            [
                new StepRecord
                {
                    Step = job.StepIndex,
                    Place = step.Place,
                    Job = job,
                    Attempt = step.Attempts,
                    IsClaimed = true,
                    IsDecision = !isDeletion,
                    HasProgress = step.HasBegun,
                    StartedAt = step.StartedAt ?? now,
                    FinishedAt = now,
                    Verdict = verdict,
                },
            ],
            IsDeletion = isDeletion,
            Worker = 0,
            Queue = "",
            WantsNext = false,
            ServerId = "",
        };
}
