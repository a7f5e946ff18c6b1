using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.States;

namespace Orchestrator.Jobs.Recording;

/// <summary>All recordings of one run in a batch: fenced, planned together, and turned into rows.</summary>
internal sealed class RunRecording(IReadOnlyList<Recording> recordings)
{
    private readonly Dictionary<int, StepRow> _rows = [];
    private readonly HashSet<int> _looked = [];
    private readonly Dictionary<Recording, int> _handedOff = [];
    private List<Recording> _accepted = [];
    private RunState? _state;
    private int _openSteps;
    private int? _deadStep;

    public RunInfo Info => Memory.Run;

    public RunMemory Memory => recordings[0].Memory;

    private LoadedWorkflow Workflow => recordings[0].Workflow;

    /// <summary>What follows; null where every recording was fenced out.</summary>
    public Decisions? Decisions { get; private set; }

    /// <summary>What the run's output reads.</summary>
    public StepNeeds OutputNeeds => RunOutput.Needs(Workflow.Definition);

    /// <summary>The steps of the news and those that depend on them.</summary>
    public IReadOnlyCollection<int> FirstLook
    {
        get
        {
            foreach (var step in recordings.SelectMany(recording => recording.Steps))
            {
                _looked.Add(step.Step);
                if (step.Verdict is VerdictSuccess or VerdictSkip)
                {
                    _looked.UnionWith(Workflow.Definition.Graph.Children(step.Step));
                }
            }

            return _looked;
        }
    }

    public void Lock(RunState state, int openSteps, int? deadStep) => (_state, _openSteps, _deadStep) = (state, openSteps, deadStep);

    public void Read(int step, StepRow row) => _rows[step] = row;

    /// <summary>Plans; the answer is what has to be read first, or nothing.</summary>
    public IReadOnlyList<int> Plan()
    {
        if (_state is not { } state)
        {
            return [];
        }

        _accepted = [.. recordings.Where(IsFenced)];
        if (_accepted.Count == 0)
        {
            return [];
        }

        var steps = _accepted.SelectMany(recording => Written(recording, state)).ToArray();
        foreach (var step in steps)
        {
            if (step.Verdict is VerdictSuccess success)
            {
                Memory.Remember(step.Step, new StepMemory(StepState.Success, step.Attempt, success.Output, success.Response));
            }
        }

        var snapshot = new RunSnapshot
        {
            State = state,
            OpenSteps = _openSteps,
            DeadStep = _deadStep,
            Steps = _rows.ToDictionary(row => row.Key, row => new StepSnapshot(row.Value.State, row.Value.Pending, row.Value.Present)),
        };
        var decisions = Planner.Plan(
            Workflow.Definition.Graph, snapshot, [.. steps.Select(step => step.Verdict.News(step.Step)).OfType<StepNews>()]);
        Decisions = decisions;
        var missing = decisions.Missing.Where(_looked.Add).ToArray();
        if (missing.Length == 0 && decisions.Missing.Count > 0)
        {
            throw new InvalidOperationException(
                $"Run {Info.Id}: rows of steps {string.Join(", ", decisions.Missing)} are not in job_queue.");
        }

        return missing;
    }

    public RecordingAnswer Answer(Recording recording, IReadOnlyDictionary<(string, JobId), ClaimedStep> next)
    {
        if (!_accepted.Contains(recording))
        {
            return new RecordingAnswer(false, null);
        }

        return _handedOff.TryGetValue(recording, out var step)
            ? new RecordingAnswer(true, next[(Info.Tenant, Info.Id.Job(step))] with { Run = Info, Worker = recording.Worker })
            : new RecordingAnswer(true, null);
    }

    public void AddTo(RecordRows rows)
    {
        if (Decisions is not { } decisions || _state is not { } state)
        {
            return;
        }

        AddEnded(rows, decisions, state);
        AddReady(rows, decisions);
        foreach (var count in decisions.Counted)
        {
            rows.AddCount(Info, count);
        }

        var (end, output) = End(decisions);
        rows.AddRun(Info, end?.State ?? state, decisions.OpenSteps);
        if (end is not null)
        {
            rows.AddRunEnd(Info, end.State, output, end.Error is null ? Value.Null : ErrorOf(end));
        }
    }

    private void AddEnded(RecordRows rows, Decisions decisions, RunState state)
    {
        var ends = decisions.Ended.ToDictionary(end => end.Step);
        foreach (var recording in _accepted)
        {
            foreach (var step in Written(recording, state))
            {
                var row = _rows[step.Step];
                var open = step.Verdict is VerdictWait ? StepState.Waiting : StepState.Failed;
                rows.AddAttempt(
                    Info, recording.ServerId, step, ends.Remove(step.Step, out var end) ? end : new StepEnd(step.Step, open, row.Pending, row.Present));
            }
        }

        foreach (var skipped in ends.Values)
        {
            rows.AddSkipped(Info, skipped);
        }
    }

    /// <summary>How the run ends, and with what; an output that can't be evaluated fails it.</summary>
    private (RunEnd? End, Value Output) End(Decisions decisions)
    {
        if (decisions.End is not { State: RunState.Success } success)
        {
            return (decisions.End, Value.Null);
        }

        try
        {
            return (success, RunOutput.Of(Workflow.Definition, Memory));
        }
        catch (EvaluationException e)
        {
            return (new RunEnd(RunState.Failed, Error: $"output: {e.Message}"), Value.Null);
        }
    }

    /// <summary>Each worker that goes on gets one of the steps that became ready; the others take the queue.</summary>
    private void AddReady(RecordRows rows, Decisions decisions)
    {
        var takers = new Queue<Recording>(_accepted.Where(recording => recording.WantsNext));
        _handedOff.Clear();
        foreach (var count in decisions.Ready)
        {
            var step = count.Step;
            var definition = Workflow.Step(step);
            var queue = definition.Queue ?? Workflow.Definition.Config.Queue ?? StepJobRows.DefaultQueue;
            var taker = takers.TryPeek(out var first) && first.Queue == queue ? takers.Dequeue() : null;
            if (taker is not null)
            {
                _handedOff.Add(taker, step);
            }

            rows.AddReady(Info, count, Lanes.Of(queue, definition.Priority ?? Info.Priority), taker);
        }
    }

    /// <summary>The step's lease and attempt are still this worker's.</summary>
    private bool IsFenced(Recording recording) =>
        recording.Steps[0] is var first
        && _rows.TryGetValue(first.Step, out var row)
        && row.State == StepState.Running && row.Attempts == first.Attempt && row.LeaseOwner == recording.Worker
        && recording.Steps.Skip(1).All(ahead => _rows.TryGetValue(ahead.Step, out var waiting)
            && (waiting.State == StepState.Waiting || _state!.Value.IsTerminal()));

    /// <summary>
    /// Of a run that has ended only the claimed attempt counts, and no other follows it; what was evaluated ahead never
    /// took place.
    /// </summary>
    private static IEnumerable<StepRecord> Written(Recording recording, RunState state) => !state.IsTerminal()
        ? recording.Steps
        : recording.Steps.Where(step => step.IsClaimed).Select(step => step.Verdict switch
        {
            VerdictRetry retry => step with { Verdict = new VerdictStopped(retry.Failure) },
            VerdictWait wait => step with
            {
                Verdict = new VerdictStopped(new Failure(FailureKind.Unexpected, $"The run ended before the step was admitted ({wait.WaitingFor}).")),
            },
            _ => step,
        });

    private Value ErrorOf(RunEnd end)
    {
        var records = _accepted.SelectMany(recording => recording.Steps).ToArray();
        var record = Array.Find(records, record => record.Step == end.Step);
        return Value.Object(
            ("message", end.Error),
            ("step_id", end.Step is { } step ? Workflow.Step(step).Id : null),
            ("agent_id", (record?.Verdict as VerdictDead)?.Failure.AgentId),
            ("timestamp", (record?.FinishedAt ?? records.Max(record => record.FinishedAt)).ToString("O")),
            ("attempts", record?.Attempt ?? 0));
    }
}
