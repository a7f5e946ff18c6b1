using Npgsql;
using NpgsqlTypes;
using Orchestrator.Jobs.Alerts;
using Orchestrator.Jobs.Control;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Text;

namespace Orchestrator.Jobs.Recording;

/// <summary>Steps of a recording batch that wait for a decision: their runs pause, and each has an alert, in the same transaction.</summary>
internal sealed class Escalated
{
    private readonly List<(RunInfo Run, JobId Job, string Step, VerdictHeld Held, int Attempt, bool Pauses)> _steps = [];

    /// <param name="run">The step's run.</param>
    /// <param name="record">Its last attempt.</param>
    /// <param name="step">What it is called in its run.</param>
    /// <param name="held">What it waits for.</param>
    /// <param name="pauses">The run goes on at this moment: else somebody has paused it before.</param>
    public void Add(RunInfo run, StepRecord record, string step, VerdictHeld held, bool pauses) =>
        _steps.Add((run, record.Job, step, held, record.Attempt, pauses));

    public bool Pauses(RunInfo run) => _steps.Any(step => step.Pauses && step.Run == run);

    public void AddTo(NpgsqlBatch batch)
    {
        foreach (var pausing in _steps.Where(step => step.Pauses).DistinctBy(step => (step.Run.Tenant, step.Run.Id)))
        {
            var by = new Orderer($"step '{pausing.Step}'", "it has failed, and waits for a decision");
            var command = Add(batch, "PauseRuns");
            command.Parameters.Texts([pausing.Run.Tenant]).Uuids([pausing.Run.Id.Value]).Uuids([pausing.Run.Id.LastJob.Value]).One(by.Line(RunOrder.Pause));
            command.Parameters.Add(new NpgsqlParameter { Value = by.Data(RunOrder.Pause), NpgsqlDbType = NpgsqlDbType.Jsonb });
        }

        if (_steps.Count > 0)
        {
            Add(batch, "OpenEscalations").Parameters
                .Texts(_steps.ConvertAll(step => step.Run.Tenant))
                .Uuids(_steps.ConvertAll(step => step.Run.Id.Value))
                .Uuids(_steps.ConvertAll(step => step.Job.Value))
                .Texts(_steps.ConvertAll(step => step.Step))
                .Texts(_steps.ConvertAll(step => NewAlert.Shortened($"Step '{step.Step}' has failed and waits for a decision: {step.Held.Failure.Message}")))
                .Jsons(_steps.ConvertAll(step => Data(step.Held, step.Attempt)))
                .Booleans(_steps.ConvertAll(step => step.Pauses));
        }
    }

    private static string Data(VerdictHeld held, int attempt) => Value.Object(
        ("handler", held.Handler), ("error", StorableText.Of(held.Failure.Message)), ("attempts", attempt)).ToJson();

    private static NpgsqlBatchCommand Add(NpgsqlBatch batch, string statement)
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = SqlText.Load(statement);
        batch.BatchCommands.Add(command);
        return command;
    }
}
