using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.States;

namespace Orchestrator.Jobs.Recording;

/// <summary>All recordings of one run in a batch: fenced, planned together, and turned into rows.</summary>
internal sealed partial class RunRecording(IReadOnlyList<Recording> recordings, TimeProvider time)
{
    /// <summary>More steps that are held are read only where these are not enough.</summary>
    private const int HeldAtFirst = 1200;

    private readonly Dictionary<int, StepRow> _rows = [];
    private readonly Dictionary<BlockKey, BlockSnapshot> _blocks = [];
    private readonly Dictionary<int, OwnerSnapshot> _owners = [];
    private readonly HashSet<BlockKey> _lookedAt = [];
    private readonly HashSet<int> _looked = [];
    private readonly Dictionary<Recording, int> _handedOff = [];
    private readonly SortedSet<int> _underWay = [];
    private readonly SortedSet<int> _held = [];
    private int _heldLimit = HeldAtFirst;
    private List<Recording> _accepted = [];
    private RunState? _state;
    private int _openSteps;
    private int? _deadStep;
    private int _nextNumber;

    public RunInfo Info => Memory.Run;

    public RunMemory Memory => recordings[0].Memory;

    public LoadedWorkflow Workflow => recordings[0].Workflow;

    private Blueprint Blueprint => Workflow.Definition.Blueprint;

    /// <summary>What follows; null where every recording was fenced out.</summary>
    public Decisions? Decisions { get; private set; }

    /// <summary>What the run's output reads.</summary>
    public StepNeeds OutputNeeds => RunOutput.Needs(Workflow.Definition);

    /// <summary>Of the news those steps that have had turns before.</summary>
    public IEnumerable<int> Progressing => recordings.SelectMany(recording => recording.Steps).Where(step => step.HasProgress).Select(step => step.Step);

    /// <summary>The blocks that the steps of the news are in.</summary>
    public IEnumerable<BlockKey> FirstBlocks
    {
        get
        {
            _lookedAt.UnionWith(recordings.SelectMany(recording => recording.Steps).Select(step => step.Place).OfType<StepPlace>().Select(place => place.Block));
            return _lookedAt;
        }
    }

    /// <summary>The steps of the news, those that depend on them, and those that opened their blocks.</summary>
    public IReadOnlyCollection<int> FirstLook
    {
        get
        {
            foreach (var step in recordings.SelectMany(recording => recording.Steps))
            {
                _looked.Add(step.Step);
                if (step.Verdict is not (VerdictRetry or VerdictWait or VerdictOpen or VerdictHeld))
                {
                    _looked.UnionWith(Blueprint.Graph.Children(step.Definition).Select(child => Blueprint.Sibling(step.Step, step.Place, child)));
                    _ = step.Place is { } place && _looked.Add(place.Owner.Number);
                }
            }

            return _looked;
        }
    }

    public void Lock(RunState state, int openSteps, int? deadStep, int? nextNumber) =>
        (_state, _openSteps, _deadStep, _nextNumber) = (state, openSteps, deadStep, nextNumber ?? Workflow.Definition.Steps.Count);

    public void Read(int step, StepRow row) => _rows[step] = row;

    public void Read(int step, OwnerSnapshot owner) => _owners[step] = owner;

    /// <summary>How many steps that are held are to be read; null: none, the workflow does not limit how many are under way.</summary>
    public int? HeldLimit => Blueprint.MaxParallel is null ? null : _heldLimit;

    /// <summary>A step that counts as under way, or is held.</summary>
    public void ReadPlace(int step, StepRow row, bool hasPlace)
    {
        _rows[step] = row;
        _ = (hasPlace ? _underWay : _held).Add(step);
    }

    public void Read(BlockKey key, BlockSnapshot block, OwnerSnapshot owner) => (_blocks[key], _owners[key.Owner]) = (block, owner);

    /// <summary>All steps that are held have to be read.</summary>
    public bool LacksHeld { get; private set; }

    /// <summary>Plans; the answer is what has to be read first; null: nothing.</summary>
    public (IReadOnlyList<int> Steps, IReadOnlyList<BlockKey> Blocks)? Plan()
    {
        if (_state is not { } state)
        {
            return null;
        }

        _accepted = [.. recordings.Where(IsFenced)];
        if (_accepted.Count == 0)
        {
            return null;
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
            Steps = _rows.ToDictionary(row => row.Key, row => row.Value.Snapshot),
            Blocks = _blocks,
            Owners = _owners,
            NextNumber = _nextNumber,
            UnderWay = _underWay,
            Held = _held,
            HasMoreHeld = _held.Count == _heldLimit,
        };
        var decisions = Planner.Plan(
            Blueprint, snapshot, [.. steps.Select(News).OfType<StepNews>()]);
        Decisions = decisions;
        if (decisions.IsComplete)
        {
            return null;
        }

        var missing = decisions.Missing.Where(_looked.Add).ToArray();
        var blocks = decisions.MissingBlocks.Where(_lookedAt.Add).ToArray();
        LacksHeld = decisions.LacksHeld;
        _heldLimit = LacksHeld ? int.MaxValue : _heldLimit;
        return missing.Length + blocks.Length > 0 || LacksHeld ? (missing, blocks) : throw new InvalidOperationException(
            $"Run {Info.Id}: rows of steps {string.Join(", ", decisions.Missing)} are not in job_queue, or of their blocks ({string.Join(", ", decisions.MissingBlocks)}) not in step_blocks.");
    }

    /// <summary>
    /// Before what the run's output reads is loaded: how these news end steps, which no row says yet. Variables are read anew,
    /// since others may have assigned some meanwhile.
    /// </summary>
    public void RememberEnds()
    {
        var records = _accepted.SelectMany(recording => recording.Steps).ToLookup(step => step.Step);
        foreach (var end in Decisions!.Ended.Where(end => end.State is not StepState.Success))
        {
            var record = records[end.Step].LastOrDefault();
            var result = end.State == StepState.Cancelled ? Value.Undefined : record?.Verdict.Result ?? Value.Undefined;
            Memory.Remember(end.Step, new StepMemory(end.State, record?.Attempt ?? _rows[end.Step].Attempts, result, Value.Undefined));
        }

        Memory.ForgetWhatChanges(Workflow.SetsVariables);
    }

    /// <summary>After that: what these news assign, in the order in which it is written.</summary>
    public void Assign()
    {
        foreach (var success in _accepted.SelectMany(recording => recording.Steps).Select(step => step.Verdict).OfType<VerdictSuccess>().Where(success => !success.Set.IsUndefined))
        {
            Memory.Assign(success.Set);
        }
    }

    private static StepNews? News(StepRecord step) =>
        step.Verdict.News(step.Step) is StepDied died && !step.IsClaimed ? died with { IsAhead = true } : step.Verdict.News(step.Step);

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
        AddBlocks(rows, decisions);
        AddReady(rows, decisions);
        foreach (var count in decisions.Counted)
        {
            rows.AddCount(Info, count);
        }

        foreach (var count in decisions.Held)
        {
            rows.AddHeld(Info, count, _rows.GetValueOrDefault(count.Step).Attempts);
        }

        var (end, output) = End(decisions);
        rows.AddRun(Info, end?.State ?? state, decisions.OpenSteps, decisions.DeadStep, decisions.Opened.Count > 0 ? decisions.NextNumber : null);
        if (end is { State: RunState.Failed } && Workflow.Definition.Config.RecoversItself)
        {
            rows.AddRecovery(Info);
        }

        if (end is not null)
        {
            rows.AddRunEnd(
                Info, output, end.Error is null ? Value.Null : ErrorOf(end),
                leavesOpen: end.State != RunState.Success || decisions.OpenSteps > 0 || Workflow.HasBodies);
        }
    }

    private void AddEnded(RecordRows rows, Decisions decisions, RunState state)
    {
        var ends = decisions.Ended.ToDictionary(end => end.Step);
        foreach (var recording in _accepted)
        {
            foreach (var step in Written(recording, state))
            {
                var isKnown = ends.Remove(step.Step, out var end);
                if (recording.IsDeletion && isKnown)
                {
                    rows.AddDeleted(Info, end, step, _rows[step.Step].State == StepState.Running);
                    continue;
                }

                if (!isKnown && !step.IsClaimed && step.Verdict.News(step.Step) is not null)
                {
                    continue; // evaluated ahead, and what it waited for was cancelled meanwhile: it never took place
                }

                end = isKnown ? end : Open(step);
                rows.AddAttempt(Info, recording.ServerId, Stopped(step, end), end);
                if (step.Verdict is VerdictHeld held && end.State == StepState.Waiting && decisions.End is null)
                {
                    rows.Escalated.Add(Info, step, Id(step.Step, step), held, pauses: state != RunState.Paused);
                }
            }
        }

        foreach (var skipped in ends.Values)
        {
            rows.AddSkipped(Info, skipped);
        }
    }

    /// <summary>Where a step stands that goes on; of one whose end came too late, because these same news cancel it: there is none.</summary>
    private StepEnd Open(StepRecord step)
    {
        var row = _rows[step.Step];
        var state = step.Verdict switch
        {
            VerdictWait or VerdictOpen or VerdictHeld => StepState.Waiting,
            VerdictRetry => StepState.Failed,
            _ => StepState.Cancelled,
        };
        return new StepEnd(step.Step, state, row.Pending, row.Present);
    }

    /// <summary>A step that waited for blocks which are not opened any more has been stopped.</summary>
    private static StepRecord Stopped(StepRecord step, StepEnd end) => end.State == StepState.Cancelled && step.Verdict is VerdictOpen or VerdictHeld or VerdictSuccess or VerdictDead
        ? step with { Verdict = new VerdictStopped(new Failure(FailureKind.Unexpected, "Cancelled while it ran.")) }
        : step;

    /// <summary>How the run ends, and with what; an output that can't be evaluated fails it.</summary>
    private (RunEnd? End, Value Output) End(Decisions decisions)
    {
        if (decisions.End is not { State: RunState.Success } success)
        {
            return (decisions.End, Value.Null);
        }

        if (_accepted.SelectMany(recording => recording.Steps).Select(step => step.Verdict).OfType<VerdictSuccess>().FirstOrDefault(verdict => verdict.EndsRun) is { Output.IsNullish: false } last)
        {
            return (success, last.Output);
        }

        try
        {
            return (success, RunOutput.Of(Workflow, Memory));
        }
        catch (EvaluationException e)
        {
            return (new RunEnd(RunState.Failed, Error: $"output: {e.Message}"), Value.Null);
        }
    }

    /// <summary>What steps open, what has become of blocks, and what is cancelled in them.</summary>
    private void AddBlocks(RecordRows rows, Decisions decisions)
    {
        foreach (var opening in decisions.Opened)
        {
            rows.Blocks.Open(Info, Workflow, opening, decisions.Blocks[opening.Key]);
        }

        var opened = decisions.Opened.Select(opening => opening.Key).ToHashSet();
        foreach (var (key, block) in decisions.Blocks.Where(block => !opened.Contains(block.Key)))
        {
            rows.Blocks.Count(Info, key, block);
        }

        var data = _accepted.SelectMany(recording => recording.Steps).ToLookup(step => step.Step, step => step.Verdict);
        foreach (var (number, owner) in decisions.Owners)
        {
            var verdict = data[number].OfType<VerdictOpen>().LastOrDefault();
            rows.Blocks.Progress(Info, number, owner, verdict?.Data ?? Value.Undefined);
            if (verdict is not null)
            {
                rows.Blocks.Items(Info, number, verdict.FirstItem, verdict.Items);
            }
        }

        foreach (var waits in _accepted.SelectMany(recording => recording.Steps).Where(step => step.Verdict is VerdictWait { Phase: not null } && !decisions.Owners.ContainsKey(step.Step)))
        {
            rows.Blocks.Progress(Info, waits.Step, _owners.GetValueOrDefault(waits.Step, OwnerSnapshotOfNone), ((VerdictWait)waits.Verdict).Data);
        }

        rows.Blocks.Cancel(Info, decisions);
    }

    private static OwnerSnapshot OwnerSnapshotOfNone { get; } = new() { Wake = new Wake(int.MaxValue) };

    /// <summary>The step's lease and attempt are still this worker's.</summary>
    private bool IsFenced(Recording recording) =>
        recording.Steps[0] is var first
        && _rows.TryGetValue(first.Step, out var row)
        && (recording.IsDeletion || first.IsDecision || (row.State == StepState.Running && row.Attempts == first.Attempt && row.LeaseOwner == recording.Worker))
        && recording.Steps.Skip(1).All(ahead => _rows.TryGetValue(ahead.Step, out var waiting)
            && (waiting.State == StepState.Waiting || _state!.Value.IsTerminal()));

    /// <summary>Of a run that has ended only the claimed attempt counts; what was evaluated ahead never took place.</summary>
    private static IEnumerable<StepRecord> Written(Recording recording, RunState state) => !state.IsTerminal()
        ? recording.Steps
        : recording.Steps.Where(step => step.IsClaimed).Select(step => step.Verdict switch
        {
            VerdictRetry retry => step with { Verdict = new VerdictStopped(retry.Failure) },
            VerdictWait wait => step with
            {
                Verdict = new VerdictStopped(new Failure(FailureKind.Unexpected, $"The run ended while the step waited ({wait.WaitingFor}).")),
            },
            VerdictHeld held => step with { Verdict = new VerdictStopped(held.Failure) },
            VerdictOpen => step with { Verdict = new VerdictStopped(new Failure(FailureKind.Unexpected, "The run ended before the step's blocks.")) },
            _ => step,
        });

    private string Id(int number, StepRecord? record) =>
        (record?.Place ?? _rows.GetValueOrDefault(number).Place) is { } place ? Workflow.Address(place) : Workflow.Step(number).Id;

    private Value ErrorOf(RunEnd end)
    {
        var records = _accepted.SelectMany(recording => recording.Steps).ToArray();
        var record = Array.Find(records, record => record.Step == end.Step);
        var dead = record?.Verdict as VerdictDead;
        return Value.Object(
            // Of a step that died before this recording, Record.sql takes message and attempts from its attempts.
            ("job", record is null && end.Step is { } earlier ? Info.Id.Job(earlier).Value.ToString() : Value.Undefined),
            ("message", dead?.Failure.Message ?? end.Error),
            ("step_id", end.Step is { } step ? Id(step, record) : null),
            ("agent_id", dead?.Failure.AgentId),
            ("timestamp", (record?.FinishedAt ?? records.Max(record => record.FinishedAt)).ToString("O")),
            ("attempts", record?.Attempt ?? 0));
    }
}
