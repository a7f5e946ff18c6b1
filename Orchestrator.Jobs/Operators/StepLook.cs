using Npgsql;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.States;

namespace Orchestrator.Jobs.Operators;

/// <summary>What an operator has done to a step's Hangfire job and what has not been carried out yet.</summary>
internal enum OperatorAction
{
    /// <summary>Nothing, or nothing that is left to do.</summary>
    None,

    /// <summary>Requeued a dead step, or one that waits for a decision: it runs again.</summary>
    Retry,

    /// <summary>Requeued a step that waits for its time: it starts now.</summary>
    BringForward,

    /// <summary>Requeued a step that can't run again: its job goes back to where it was.</summary>
    PutBack,

    /// <summary>Deleted the job of an open step: the step is given up.</summary>
    Delete,
}

/// <summary>A step and its Hangfire job as <c>ReadStepJob.sql</c> finds them.</summary>
internal sealed record StepLook(
    StepState State, int Attempts, int Pending, int Present, DateTime? StartedAt, bool Waits, bool IsDeleted, bool IsRequeued,
    string StepId, StepPlace? Place, bool HasBegun, bool IsHeld)
{
    public OperatorAction Action => State switch
    {
        StepState.Queued or StepState.Leased or StepState.Running or StepState.Failed when IsDeleted => OperatorAction.Delete,
        StepState.Waiting when IsDeleted && (Waits || IsHeld) => OperatorAction.Delete,
        StepState.Failed or StepState.Waiting when IsRequeued && Waits => OperatorAction.BringForward,
        StepState.Dead when IsRequeued => OperatorAction.Retry,
        StepState.Waiting when IsRequeued && IsHeld => OperatorAction.Retry,
        StepState.Success or StepState.Skipped or StepState.Cancelled when IsRequeued => OperatorAction.PutBack,
        _ => OperatorAction.None,
    };

    /// <summary>Reads it; the row stays locked for as long as the connection's transaction lasts. Null: there is no such step.</summary>
    public static async Task<StepLook?> ReadAsync(NpgsqlConnection connection, string tenant, JobId job, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SqlText.Load("ReadStepJob"), connection);
        command.Parameters.One(tenant).One(job.Value);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return !await row.ReadAsync(cancellationToken) ? null : new StepLook(
            StateWords.StepStateOf(row.GetString(0)), row.GetInt16(1), row.GetInt32(2), row.GetInt32(3),
            row.IsDBNull(4) ? null : row.GetDateTime(4), row.GetBoolean(5), row.GetBoolean(6), row.GetBoolean(7),
            row.GetString(8), Places.Read(row, 9, 10), row.GetBoolean(11), row.GetBoolean(12));
    }
}
