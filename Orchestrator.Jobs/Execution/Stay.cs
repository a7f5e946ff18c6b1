using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Recording;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.States;

namespace Orchestrator.Jobs.Execution;

/// <summary>
/// A run's stay with one worker: from the step that Hangfire delivered, over the steps that it makes ready, until a
/// bound is met. It knows which steps have ended here, and so which of those that depend on them alone are ready
/// before anything is written; a step without effect may be evaluated then.
/// </summary>
internal sealed class Stay(LoadedWorkflow workflow, RunMemory memory, TimeProvider time, StayLimits limits)
{
    private readonly long _start = time.GetTimestamp();
    private readonly Dictionary<int, (int Ended, int Present)> _counts = [];
    private readonly Queue<(int Number, StepPlace? Place)> _ready = new();
    private List<StepRecord> _unwritten = [];
    private int _evaluated;
    private int _performed;

    public LoadedWorkflow Workflow { get; } = workflow;

    public RunMemory Memory { get; } = memory;

    /// <summary>Whether another step with an effect may follow here.</summary>
    public bool MayGoOn => _performed < limits.MaxPerformed && time.GetElapsedTime(_start) < limits.MaxTime;

    /// <summary>The next step without effect that is ready because of what ended here; null: none, or a bound is met.</summary>
    public (int Number, StepPlace? Place)? NextToEvaluate()
    {
        while (_evaluated < limits.MaxEvaluated && time.GetElapsedTime(_start) < limits.MaxTime && _ready.TryDequeue(out var step))
        {
            if (Workflow.Step(step.Place?.Step ?? step.Number) is { Action.MayRunAhead: true, IsLimited: false })
            {
                return step;
            }
        }

        return null;
    }

    public void Add(StepRecord record)
    {
        _unwritten.Add(record);
        (_performed, _evaluated) = record.IsClaimed ? (_performed + 1, _evaluated) : (_performed, _evaluated + 1);
        switch (record.Verdict)
        {
            case VerdictSuccess success:
                Memory.Remember(record.Step, new StepMemory(StepState.Success, record.Attempt, success.Output, success.Response));
                if (!success.Set.IsUndefined)
                {
                    Memory.Assign(success.Set);
                }

                if (!success.EndsRun && success.Cancels.Count == 0)
                {
                    CountDown(record, present: true, success.NotTaken);
                }

                break;
            case VerdictSkip:
                Memory.Remember(record.Step, new StepMemory(StepState.Skipped, record.Attempt, Value.Undefined, Value.Undefined));
                CountDown(record, present: false, Workflow.Definition.Blueprint.Rule(record.Definition).Targets);
                break;
        }
    }

    /// <summary>Hands over what is not written yet.</summary>
    public IReadOnlyList<StepRecord> TakeUnwritten() => Interlocked.Exchange(ref _unwritten, []);

    /// <summary>Only of steps that wait for all that they depend on is it known here that they are ready.</summary>
    private void CountDown(StepRecord ended, bool present, IReadOnlyList<int> notTaken)
    {
        var blueprint = Workflow.Definition.Blueprint;
        foreach (var child in blueprint.Graph.Children(ended.Definition))
        {
            if (notTaken.Contains(child) || blueprint.Rule(child).Join.Kind != JoinKind.All)
            {
                continue;
            }

            var number = blueprint.Sibling(ended.Step, ended.Place, child);
            var (all, well) = _counts.GetValueOrDefault(number);
            _counts[number] = (all, well) = (all + 1, well + (present || blueprint.Rule(child).IsInOrder ? 1 : 0));
            if (all == blueprint.Graph.Parents(child).Count && well > 0)
            {
                _ready.Enqueue((number, ended.Place is { } place ? place with { Step = child } : null));
            }
        }
    }
}

/// <summary>How long a run may stay with a worker before it goes back through the queue.</summary>
internal sealed record StayLimits
{
    /// <summary>Steps with an effect, each written before the next starts.</summary>
    public int MaxPerformed { get; init; } = 16;

    /// <summary>Steps without an effect, which take microseconds and share a commit.</summary>
    public int MaxEvaluated { get; init; } = 256;

    public TimeSpan MaxTime { get; init; } = TimeSpan.FromMilliseconds(50);
}
