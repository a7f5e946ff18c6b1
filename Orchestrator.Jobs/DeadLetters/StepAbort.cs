using Npgsql;
using NpgsqlTypes;
using Orchestrator.Jobs.Control;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Operators;
using Orchestrator.Jobs.Queries;
using Orchestrator.Jobs.Recording;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.States;
using Orchestrator.Workflows.Text;

namespace Orchestrator.Jobs.DeadLetters;

/// <summary>
/// Gives up a step that waits for a decision: it is dead, and what follows is what follows from any dead step. Planned and
/// recorded as what a worker records, in one transaction with the end of its alert and of the pause.
/// </summary>
internal sealed class StepAbort(
    Database database, RunQueries runs, WorkflowCatalog workflows, RunLoader loader, DeliverySignal signal, StepJobRows jobs, Escalations escalations,
    OrchestratorOptions options, TimeProvider time)
{
    /// <summary>Of the decision.</summary>
    public const string Word = "abort";

    /// <summary>Carries it out, or says why not.</summary>
    public async Task<DecisionOutcome> AbortAsync(string tenant, JobId job, Orderer by, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(tenant, job.Run, cancellationToken) is not { } row)
        {
            return new DecisionUnknown();
        }

        var workflow = await workflows.GetAsync(tenant, row.WorkflowKey, row.WorkflowVersion, cancellationToken);
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await OperatorLog.LockAsync(connection, tenant, job.Run, cancellationToken) is not { } run
            || await StepLook.ReadAsync(connection, tenant, job, cancellationToken) is not { } step)
        {
            return new DecisionUnknown();
        }

        if (!step.IsHeld)
        {
            return new DecisionRefused(string.Join(
                ' ',
                $"Step '{step.StepId}' is {step.State.Word()}: only one that waits for a decision can be aborted.",
                await Escalations.DecidedAsync(connection, tenant, job, cancellationToken)).TrimEnd());
        }

        var error = await ErrorAsync(connection, tenant, job, cancellationToken);
        var batch = new RecordingBatch([RecordingOf(workflow, RunInfo.Of(tenant, row), job, step, error)], loader, jobs, options.Lease, time);
        await batch.WriteInAsync(connection);
        await LogAsync(connection, tenant, job, by, cancellationToken);
        var queues = await escalations.SettleAsync(connection, tenant, job.Run, Word, by.By, cancellationToken);
        var state = await OperatorLog.LockAsync(connection, tenant, job.Run, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        signal.Delivered(batch.Queues);
        escalations.Tell(tenant, job.Run, queues);
        return new DecisionDone(job, step.StepId, StepState.Dead, (state ?? run).State);
    }

    private Recording.Recording RecordingOf(LoadedWorkflow workflow, RunInfo run, JobId job, StepLook step, string error) =>
        StepDeletion.RecordingOf(
            workflow, run, job, step, new VerdictDead(new Failure(FailureKind.Given, error)), time.GetUtcNow().UtcDateTime, isDeletion: false);

    private static async Task<string> ErrorAsync(NpgsqlConnection connection, string tenant, JobId job, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SqlText.Load("NewestError"), connection);
        command.Parameters.One(tenant).One(job.Value);
        return await command.ExecuteScalarAsync(cancellationToken) as string ?? "It was aborted.";
    }

    private static async Task LogAsync(NpgsqlConnection connection, string tenant, JobId job, Orderer by, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SqlText.Load("LogAction"), connection);
        command.Parameters.One(tenant).One(job.Run.Value).One(job.Value).One(StorableText.Of($"Aborted by {by.By}{(by.Reason is null ? "" : $": {by.Reason}")}"));
        command.Parameters.Add(new NpgsqlParameter
        {
            Value = Value.Object(("action", Word), ("by", by.By), ("reason", by.Reason)).ToJson(),
            NpgsqlDbType = NpgsqlDbType.Jsonb,
        });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
