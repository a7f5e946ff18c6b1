using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Queries;
using Orchestrator.Jobs.Recording;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.States;

namespace Orchestrator.Jobs.Operators;

/// <summary>
/// Gives up the step whose Hangfire job an operator has deleted, as if its attempts were used up: what follows is the
/// planner's to say. The job stays deleted; requeued, the step runs again as any dead one does.
/// </summary>
internal sealed class StepDeletion(
    Database database, RunQueries runs, WorkflowCatalog workflows, StepJobRows jobs, OrchestratorOptions options, TimeProvider time)
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
        if (await OperatorLog.LockAsync(connection, tenant, job.Run, cancellationToken) is not var (state, openSteps, deadStep)
            || await StepLook.ReadAsync(connection, tenant, job, cancellationToken) is not { Action: OperatorAction.Delete } step)
        {
            return false;
        }

        var id = workflow.Step(job.StepIndex).Id;
        var died = new StepDied(job.StepIndex, $"An operator deleted the Hangfire job of step '{id}'.");
        var decisions = Planner.Plan(
            workflow.Definition.Blueprint,
            new RunSnapshot
            {
                State = state,
                OpenSteps = openSteps,
                DeadStep = deadStep,
                Steps = new Dictionary<int, StepSnapshot> { [job.StepIndex] = step.Snapshot },
            },
            [died]);
        var info = new RunInfo
        {
            Tenant = tenant,
            Id = job.Run,
            WorkflowKey = row.WorkflowKey,
            WorkflowVersion = row.WorkflowVersion,
            Trigger = row.Trigger,
            CreatedAt = row.CreatedAt,
        };
        var rows = new RecordRows(jobs, options.Lease, time);
        Add(rows, info, job, step, decisions, died.Error, id);
        await rows.WriteAsync(connection);
        await OperatorLog.WriteAsync(connection, tenant, job, OperatorAction.Delete, died.Error, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private void Add(RecordRows rows, RunInfo run, JobId job, StepLook step, Decisions decisions, string error, string id)
    {
        var now = time.GetUtcNow().UtcDateTime;
        rows.AddDeleted(
            run,
            decisions.Ended.Single(),
            new StepRecord
            {
                Step = job.StepIndex,
                Job = job,
                Attempt = step.Attempts,
                IsClaimed = true,
                StartedAt = step.StartedAt ?? now,
                FinishedAt = now,
                Verdict = new VerdictDead(new Failure(FailureKind.Invalid, error)),
            },
            isRunning: step.State == StepState.Running);
        rows.AddRun(run, decisions.End?.State ?? RunState.Running, decisions.OpenSteps, decisions.DeadStep);
        if (decisions.End is { } end)
        {
            rows.AddRunEnd(run, Value.Null, Value.Object(
                ("message", end.Error), ("step_id", id), ("timestamp", now.ToString("O")), ("attempts", step.Attempts)), leavesOpen: true);
        }
    }
}
