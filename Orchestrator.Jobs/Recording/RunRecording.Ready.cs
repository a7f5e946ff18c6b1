using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Executors;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.States;

namespace Orchestrator.Jobs.Recording;

/// <content>What becomes of steps that are ready: a worker goes on with them, they are queued, or they have to wait.</content>
internal sealed partial class RunRecording
{
    private string? _line;

    /// <summary>Its workflow limits how many runs are open at a time.</summary>
    public bool IsLimited => Workflow.Definition.Config.Concurrency is not null;

    /// <summary>The run stands in line for a slot of <paramref name="key"/>, as one that was opened again may while a step of it is under way.</summary>
    public void ReadLine(string key) => _line = key;

    /// <summary>
    /// Each worker that goes on gets one of the steps that became ready; the others take the queue. In a paused run nobody gets
    /// them: they are delivered when it is resumed. Nor in one that stands in line: they wait for its slot.
    /// </summary>
    private void AddReady(RecordRows rows, Decisions decisions)
    {
        var isPaused = _state == RunState.Paused || rows.Escalated.Pauses(Info);
        var takers = new Queue<Recording>(_accepted.Where(recording => recording.WantsNext && !isPaused && _line is null));
        _handedOff.Clear();
        foreach (var count in decisions.Ready)
        {
            var step = count.Step;
            var place = PlaceOf(step, decisions);
            var definition = Workflow.Step(place?.Step ?? step);
            var hasJob = _rows.TryGetValue(step, out var row) && (row.HasBegun || row.State != StepState.Waiting);
            var hasPlace = Blueprint.MaxParallel is not null && !row.HasBegun && !Blueprint.Rule(definition.Index).Steers ? true : (bool?)null;
            if (_line is not null)
            {
                rows.AddInLine(Info, count, _line, row.Attempts, hasJob, hasPlace);
                continue;
            }

            if (!hasJob && Until(definition) is var (wait, until))
            {
                rows.AddParked(Info, count, wait);
                rows.Blocks.Progress(Info, step, OwnerSnapshotOfNone, DelayExecutor.Kept(until));
                continue;
            }

            var queue = definition.Queue ?? Workflow.Definition.Config.Queue ?? StepJobRows.DefaultQueue;
            var taker = takers.TryPeek(out var first) && first.Queue == queue ? takers.Dequeue() : null;
            if (taker is not null)
            {
                _handedOff.Add(taker, step);
            }

            rows.AddReady(
                Info, count, isPaused ? null : Lanes.Of(queue, definition.Priority ?? Info.Priority), taker, row.Attempts, hasJob, hasPlace);
        }
    }

    /// <summary>What a step that is ready waits for first, where nothing else is to be asked; by the database's clock.</summary>
    private (TimeSpan Wait, DateTime Until)? Until(Workflows.Definitions.StepDefinition step) =>
        _state != RunState.Paused && step is { When: null, Timeout: null, IsLimited: false, Action.WaitsFirst: { } wait } && Memory.Now(time) is { } now
            ? (wait, now + wait)
            : null;

    private StepPlace? PlaceOf(int step, Decisions decisions) => _rows.TryGetValue(step, out var row)
        ? row.Place
        : decisions.Opened.First(block => step >= block.First && step < block.First + Blueprint.Bodies[block.Body].Steps.Count) is var opening
            ? StepPlace.Under(opening.Key.Owner, opening.OwnerPlace, opening.Key.Iteration, Blueprint.Bodies[opening.Body].Steps[step - opening.First])
            : null;
}
