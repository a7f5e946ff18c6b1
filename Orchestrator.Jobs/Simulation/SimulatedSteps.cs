using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Executors;
using Orchestrator.Jobs.Recording;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.States;

namespace Orchestrator.Jobs.Simulation;

/// <summary>A step of a simulated run.</summary>
internal sealed class SimulatedStep(int number, StepPlace? place, string address, int pending)
{
    public int Number => number;

    public StepPlace? Place => place;

    public int Definition => place?.Step ?? number;

    public string Address => address;

    public StepState State { get; set; } = StepState.Waiting;

    public int Pending { get; set; } = pending;

    public int Present { get; set; }

    public bool HasBegun { get; set; }

    /// <summary>It counts as under way; false: it is held.</summary>
    public bool? HasPlace { get; set; }

    public int Attempts { get; set; }

    public string? Phase { get; set; }

    public string? WaitingFor { get; set; }

    public string? Error { get; set; }

    /// <summary>Raised whenever it waits anew: a timer of an earlier wait means nothing.</summary>
    public int Turn { get; set; }
}

/// <summary>The steps and blocks of a simulated run: what the rows of a real one hold.</summary>
internal sealed class SimulatedSteps(LoadedWorkflow workflow, RunMemory memory) : IBlockSource
{
    private readonly SortedDictionary<int, SimulatedStep> _steps = [];
    private readonly SortedSet<int> _open = [];
    private readonly Dictionary<BlockKey, (BlockSnapshot State, int Body, int First)> _blocks = [];

    /// <summary>Which blocks a step has opened, in their order.</summary>
    private readonly Dictionary<int, List<BlockKey>> _blocksOf = [];
    private readonly Dictionary<int, OwnerSnapshot> _owners = [];
    private readonly Dictionary<int, int> _items = [];
    private readonly List<int> _succeeded = [];
    private int _openSteps;
    private int _next;
    private int? _deadStep;

    public IReadOnlyList<SimulatedStep> All => [.. _steps.Values];

    public SimulatedStep this[int number] => _steps[number];

    /// <summary>The workflow's own steps; the answer holds those that may start.</summary>
    public IEnumerable<int> Begin()
    {
        var blueprint = workflow.Definition.Blueprint;
        foreach (var step in blueprint.Main.Steps)
        {
            Add(step, null);
        }

        (_openSteps, _next) = (blueprint.Main.Steps.Count, workflow.Definition.Steps.Count);
        foreach (var root in blueprint.Main.Roots)
        {
            _steps[root].HasPlace = false;
        }

        foreach (var starter in blueprint.Starters)
        {
            _steps[starter].HasPlace = blueprint.Rule(starter).Steers ? null : true;
        }

        return blueprint.Starters;
    }

    /// <summary>What it shows is read when it is asked for: a turn costs as much as its news, not as the run.</summary>
    public RunSnapshot Snapshot() => new()
    {
        State = RunState.Running,
        OpenSteps = _openSteps,
        DeadStep = _deadStep,
        NextNumber = _next,
        Steps = new Shown<int, SimulatedStep, StepSnapshot>(
            _steps, step => new StepSnapshot(step.State, step.Pending, step.Present, step.Place) { HasBegun = step.HasBegun }),
        Blocks = new Shown<BlockKey, (BlockSnapshot State, int Body, int First), BlockSnapshot>(_blocks, block => block.State),
        Owners = _owners,
        UnderWay = [.. Open(hasPlace: true)],
        Held = [.. Open(hasPlace: false).Where(number => _steps[number] is { State: StepState.Waiting, HasBegun: false })],
    };

    private IEnumerable<int> Open(bool hasPlace) =>
        workflow.Definition.Blueprint.MaxParallel is null ? [] : _open.Where(number => _steps[number].HasPlace == hasPlace);

    /// <summary>What an attempt leaves behind, whatever follows from it.</summary>
    public void Note(SimulatedStep step, StepRecord record)
    {
        step.HasBegun = true;
        step.WaitingFor = null;
        switch (record.Verdict)
        {
            case VerdictSuccess success:
                if (!success.Set.IsUndefined)
                {
                    memory.Assign(success.Set);
                }

                break;
            case VerdictRetry retry:
                (step.WaitingFor, step.Error) = ("retry", retry.Failure.Message);
                break;
            case VerdictWait wait:
                (step.WaitingFor, step.Phase) = (wait.WaitingFor, wait.Phase ?? step.Phase);
                step.Attempts--;
                Keep(step.Number, wait.Data);
                break;
            case VerdictOpen open:
                NoteOpen(step, open);
                break;
            case VerdictHeld held:
                (step.WaitingFor, step.Phase, step.Error) = ("decision", StepPhase.Held, held.Failure.Message);
                break;
            case VerdictDead dead:
                step.Error = dead.Failure.Message;
                break;
            case VerdictPassedOver passed:
                step.Error = passed.Failure.Message;
                break;
        }
    }

    private void NoteOpen(SimulatedStep step, VerdictOpen open)
    {
        (step.WaitingFor, step.Phase, step.Error, step.HasPlace) = ("steps", open.Phase, open.Failure?.Message, null);
        step.Attempts -= open.Failure is null ? 1 : 0;
        Keep(step.Number, open.Data);
        for (var index = 0; index < open.Items.Count; index++)
        {
            memory.RememberItem(new BlockKey(step.Number, open.FirstItem + index), open.Items[index]);
        }

        _items[step.Number] = Math.Max(_items.GetValueOrDefault(step.Number), open.FirstItem + open.Items.Count);
    }

    /// <summary>Carries decisions out; the answer holds the steps that may start, or go on.</summary>
    public IReadOnlyList<int> Apply(Decisions decisions, StepRecord record)
    {
        var replaced = decisions.Opened.Select(opening => opening.Key.Owner).ToHashSet();
        CancelUnder(decisions.CancelledUnder.Where(replaced.Contains));
        decisions.Opened.ToList().ForEach(Open);
        foreach (var (key, state) in decisions.Blocks.Where(block => _blocks.ContainsKey(block.Key)))
        {
            _blocks[key] = _blocks[key] with { State = state };
        }

        foreach (var (number, owner) in decisions.Owners)
        {
            _owners[number] = owner;
            Keep(number, Value.Undefined);
        }

        decisions.Ended.ToList().ForEach(end => End(end, record));
        decisions.Counted.ToList().ForEach(count => (_steps[count.Step].Pending, _steps[count.Step].Present) = (count.Pending, count.Present));
        CancelUnder(decisions.CancelledUnder.Where(number => !replaced.Contains(number)));
        decisions.CancelledBlocks.ToList().ForEach(Cancel);
        foreach (var number in decisions.Cancelled)
        {
            Cancel(_steps[number]);
            CancelUnder([number]);
        }

        (_openSteps, _next, _deadStep) = (decisions.OpenSteps, decisions.Opened.Count > 0 ? decisions.NextNumber : _next, decisions.DeadStep);
        foreach (var count in decisions.Ready)
        {
            var step = _steps[count.Step];
            (step.Pending, step.Present, step.State) = (count.Pending, count.Present, StepState.Queued);
            step.Turn++;
            step.HasPlace = step.Phase is null && !workflow.Definition.Blueprint.Rule(step.Definition).Steers ? true : null;
        }

        foreach (var count in decisions.Held)
        {
            var step = _steps[count.Step];
            (step.Pending, step.Present, step.HasPlace) = (count.Pending, count.Present, false);
        }

        return [.. decisions.Ready.Select(count => count.Step)];
    }

    public void CancelRest() => _steps.Values.Where(step => !step.State.IsTerminal()).ToList().ForEach(Cancel);

    public Task<IReadOnlyList<(int Number, StepPlace Place)>> ListOpenAsync(
        StepAttempt attempt, IReadOnlyList<int> definitions, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<(int, StepPlace)>>([.. _steps.Values
            .Where(step => step.Place is not null && !step.State.IsTerminal() && definitions.Contains(step.Definition))
            .Select(step => (step.Number, step.Place!))]);

    public Task<Undoing?> UndoNextAsync(StepAttempt attempt, RollbackReach reach, CancellationToken cancellationToken)
    {
        var undone = _owners.Keys.SelectMany(UndoneBy).ToDictionary(one => one.Step, one => one.IsOpen);
        return Task.FromResult(_succeeded.Where(number => IsWithin(reach, _steps[number]) && undone.GetValueOrDefault(number, true))
            .Select(number => new Undoing(new UndoneStep(number, _steps[number].Place), undone.ContainsKey(number))).LastOrDefault());
    }

    private bool IsWithin(RollbackReach reach, SimulatedStep step)
    {
        var owners = step.Place?.Owners ?? [];
        return reach.Steps.Contains(step.Definition)
            && (reach.Within is not { } within || owners.Any(owner => owner.Number == within && owner.Iteration == (reach.Iteration ?? owner.Iteration)))
            && !owners.Any(owner => _steps[owner.Number].State == StepState.Success);
    }

    /// <summary>What a step undoes or has undone; its newest compensation may be under way.</summary>
    private IEnumerable<(int Step, bool IsOpen)> UndoneBy(int number)
    {
        if (memory.Progress(number)?.Data is not { Kind: ValueKind.Object } data || data[Rollbacks.Undone].Kind != ValueKind.Array)
        {
            return [];
        }

        var all = data[Rollbacks.Undone].AsArray();
        var isAtIt = !_steps[number].State.IsTerminal() && _owners[number].Ended < _owners[number].Opened;
        return all.Select((step, place) => ((int)step.AsNumber(), isAtIt && place == all.Count - 1));
    }

    public Task<IReadOnlyList<BlockRow>> ListAsync(StepAttempt attempt, bool newestOnly, CancellationToken cancellationToken)
    {
        var keys = _blocksOf.GetValueOrDefault(attempt.StepNumber, []);
        return Task.FromResult<IReadOnlyList<BlockRow>>([.. (newestOnly ? keys.TakeLast(1) : keys).Select(key => Row(key, _blocks[key]))]);
    }

    private BlockRow Row(BlockKey key, (BlockSnapshot State, int Body, int First) block) => new()
    {
        Iteration = key.Iteration,
        Body = block.Body,
        FirstJob = memory.Run.Id.Job(block.First).Value,
        IsOpen = block.State.IsOpen,
        DeadStep = block.State.DeadStep,
    };

    public Task LoadStepsAsync(RunMemory memory, IReadOnlyList<int> numbers, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<(string Step, string? Error)> FindErrorAsync(StepAttempt attempt, int number, CancellationToken cancellationToken) =>
        Task.FromResult((_steps[number].Address, _steps[number].Error));

    public Task<int> CountItemsAsync(StepAttempt attempt, CancellationToken cancellationToken) => Task.FromResult(_items.GetValueOrDefault(attempt.StepNumber));

    public Task TakeItemsAsync(StepAttempt attempt, bool takes, CancellationToken cancellationToken) => Task.CompletedTask;

    private void Add(int number, StepPlace? place)
    {
        _steps.Add(number, new SimulatedStep(
            number, place, place is null ? workflow.Step(number).Id : workflow.Address(place), workflow.Definition.Graph.Parents(place?.Step ?? number).Count));
        _open.Add(number);
    }

    private void Open(BlockOpening opening)
    {
        var steps = workflow.Definition.Bodies[opening.Body].Steps;
        _blocks[opening.Key] = (new BlockSnapshot(steps.Count), opening.Body, opening.First);
        (_blocksOf.TryGetValue(opening.Key.Owner, out var opened) ? opened : _blocksOf[opening.Key.Owner] = []).Add(opening.Key);
        memory.RememberBlock(opening.Key.Owner, opening.Body, opening.First);
        for (var position = 0; position < steps.Count; position++)
        {
            Add(opening.First + position, StepPlace.Under(opening.Key.Owner, opening.OwnerPlace, opening.Key.Iteration, steps[position]));
        }
    }

    private void End(StepEnd end, StepRecord record)
    {
        var step = _steps[end.Step];
        (step.State, step.Pending, step.Present) = (end.State, end.Pending, end.Present);
        _open.Remove(end.Step);
        if (end.State == StepState.Success)
        {
            _succeeded.Add(end.Step);
        }

        var verdict = record.Step == end.Step ? record.Verdict : null;
        memory.Remember(end.Step, new StepMemory(
            end.State,
            step.Attempts,
            verdict?.Result ?? Value.Undefined,
            verdict is VerdictSuccess { Response: var response } ? response : Value.Undefined));
    }

    private void Cancel(SimulatedStep step)
    {
        if (!step.State.IsTerminal())
        {
            step.State = StepState.Cancelled;
            _open.Remove(step.Number);
            memory.Remember(step.Number, new StepMemory(StepState.Cancelled, step.Attempts, Value.Undefined, Value.Undefined));
        }
    }

    private void Cancel(BlockKey key)
    {
        var (_, body, first) = _blocks[key];
        for (var number = first; number < first + workflow.Definition.Bodies[body].Steps.Count; number++)
        {
            Cancel(_steps[number]);
            CancelUnder([number]);
        }
    }

    private void CancelUnder(IEnumerable<int> owners)
    {
        foreach (var key in owners.SelectMany(owner => _blocksOf.GetValueOrDefault(owner, [])))
        {
            Cancel(key);
        }
    }

    private void Keep(int number, Value data) => memory.RememberProgress(number, new StepProgress(
        _owners.GetValueOrDefault(number), data.IsUndefined ? memory.Progress(number)?.Data ?? Value.Undefined : data));
}

/// <summary>A dictionary shown as one of something made of its values.</summary>
internal sealed class Shown<TKey, TFrom, TTo>(IReadOnlyDictionary<TKey, TFrom> from, Func<TFrom, TTo> of) : IReadOnlyDictionary<TKey, TTo>
    where TKey : notnull
{
    public int Count => from.Count;

    public IEnumerable<TKey> Keys => from.Keys;

    public IEnumerable<TTo> Values => from.Values.Select(of);

    public TTo this[TKey key] => of(from[key]);

    public bool ContainsKey(TKey key) => from.ContainsKey(key);

    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TTo value)
    {
        var isThere = from.TryGetValue(key, out var known);
        value = isThere ? of(known!) : default;
        return isThere;
    }

    public IEnumerator<KeyValuePair<TKey, TTo>> GetEnumerator() => from.Select(one => KeyValuePair.Create(one.Key, of(one.Value))).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
