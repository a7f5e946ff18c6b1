using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.States;

namespace Orchestrator.Tests.Workflows.Planning;

/// <summary>
/// A random schedule of a random workflow: workers that claim, do the work of each step type, die before they record, and
/// report several at once, late or twice; timers, hints, cancels and pauses. The laws are looked at after each of these.
/// </summary>
internal sealed class PlannerSchedule
{
    /// <summary>Steps of one run: containers open no more above that.</summary>
    private const int Many = 250;

    private readonly Random _random;
    private readonly RandomWorkflow _workflow;
    private readonly PlannerWorld _world;
    private readonly double _deaths;
    private readonly bool _isControlled;

    public PlannerSchedule(int seed)
    {
        _random = new Random(seed);
        _workflow = new RandomWorkflow(_random);
        _world = new PlannerWorld(_workflow.Blueprint);
        _deaths = _random.Next(3) switch { 0 => 0, 1 => 0.03, _ => 0.2 };
        _isControlled = _random.Next(4) == 0;
    }

    public override string ToString() => $"{_workflow}\nrun {_world.Run}, open {_world.OpenSteps}\n" + string.Join('\n', _world.Steps.Select(
        step => $"  {step.Key} = {step.Value.Definition} {step.Value.State} {string.Join('/', (step.Value.Place?.Owners ?? []).Select(owner => $"{owner.Number}[{owner.Iteration}]"))}"));

    /// <exception cref="Broken">A law was.</exception>
    public void Drive()
    {
        for (var moves = 0; ; moves++)
        {
            var running = In(StepState.Running);
            if (_world.Run.IsTerminal() && running.Count == 0)
            {
                break;
            }

            Broken.If(moves > 100_000, "the run never ends");
            Move(running);
            new PlannerLaws(_world).Check();
        }

        Broken.If(_world.Steps.Any(step => step.Value.IsOpen), "nothing is open after the end");
        Broken.If(_world.Run == RunState.Failed && _world.Steps.Values.All(step => step.State != StepState.Dead), "a run fails because of a step");
    }

    private void Move(List<int> running)
    {
        var queued = _world.Run == RunState.Running ? In(StepState.Queued) : [];
        var timers = _world.Run.IsTerminal() ? [] : _world.Steps.Where(
            step => step.Value.State == StepState.Failed || (step.Value.State == StepState.Waiting && step.Value.HasTimer)).Select(step => step.Key).ToList();
        if (_isControlled && !_world.Run.IsTerminal() && Control())
        {
            return;
        }

        if (!_world.Run.IsTerminal() && (running.Count + queued.Count + timers.Count == 0 || _random.Next(10) == 0) && Decide())
        {
            return;
        }

        Broken.If(
            running.Count + queued.Count + timers.Count == 0 && _world.Run == RunState.Running, "a run that has not ended has something to do");
        var move = _random.Next(10);
        if (queued.Count > 0 && (move < 4 || running.Count == 0))
        {
            Claim(_world.Steps[queued[_random.Next(queued.Count)]], queued);
        }
        else if (running.Count > 0 && (move < 9 || timers.Count == 0))
        {
            Report(running);
        }
        else if (timers.Count > 0)
        {
            Queue(_world.Steps[timers[_random.Next(timers.Count)]]);
        }
    }

    /// <summary>Somebody decides about a step that waits for it: it is given up, or passed over.</summary>
    private bool Decide()
    {
        var held = _world.Steps.FirstOrDefault(step => step.Value is { State: StepState.Waiting, IsHeld: true });
        if (held.Value is null)
        {
            return false;
        }

        StepNews news = _random.Next(2) == 0 ? new StepDied(held.Key, "aborted") : new StepSkipped(held.Key) { IsPresent = true };
        Remember(held.Value, news);
        _world.Apply(_world.Plan([news], _random.Next(2) == 0), []);
        return true;
    }

    /// <summary>What people do to a run, and hints that wake steps for nothing.</summary>
    private bool Control()
    {
        switch (_random.Next(100))
        {
            case 0 when _random.Next(4) == 0:
                _world.End(RunState.Cancelled);
                return true;
            case 1:
            case var _ when _world.Run == RunState.Paused && _random.Next(4) == 0:
                _world.Run = _world.Run == RunState.Paused ? RunState.Running : RunState.Paused;
                return true;
            case < 5:
                _world.Steps.Values.Where(step => step is { State: StepState.Waiting, HasBegun: true, IsHeld: false }).Take(1).ToList().ForEach(Queue);
                return true;
            case 6:
                foreach (var step in _world.Steps.Values.Where(step => step is { IsOpen: true, Items: < 5, IsReplaced: false, IsHeld: false }).Take(1))
                {
                    step.Items++;
                    _ = step is { State: StepState.Waiting, HasBegun: true } && Queued(step);
                }

                return true;
            default:
                return _world.Run == RunState.Paused && In(StepState.Running).Count == 0;
        }
    }

    private static bool Queued(WorldStep step)
    {
        Queue(step);
        return true;
    }

    private static void Queue(WorldStep step) => (step.State, step.HasTimer) = (StepState.Queued, false);

    private void Claim(WorldStep step, List<int> queued)
    {
        var number = queued.First(one => _world.Steps[one] == step);
        step.State = StepState.Running;
        step.Claimed = _world.Owners.GetValueOrDefault(number);
    }

    private void Report(List<int> running)
    {
        var steps = Enumerable.Range(0, _random.Next(1, 5)).Select(_ => running[_random.Next(running.Count)]).Distinct().ToList();
        if (_random.Next(10) == 0)
        {
            // The worker died before it could record: others do the steps again.
            foreach (var step in steps.Select(number => _world.Steps[number]))
            {
                step.State = _world.Run.IsTerminal() ? StepState.Cancelled : StepState.Queued;
                _ = step.State == StepState.Cancelled && step.Place is null && CountLost();
            }

            return;
        }

        var news = new List<StepNews>();
        foreach (var number in steps)
        {
            var step = _world.Steps[number];
            var one = Outcome(number, step);
            if (_world.Run.IsTerminal() && one is null or StepOpened or StepHeld)
            {
                one = new StepStopped(number);
            }

            if (one is not null)
            {
                Remember(step, one);
                news.Add(one);
                RunAhead(number, step, one, news);
            }
            else if (!step.HasTimer && !step.HasBegun)
            {
                step.State = StepState.Failed;
            }
        }

        news.AddRange(Stale(news));
        var decisions = _world.Plan(news, _random.Next(2) == 0);
        _world.Apply(decisions, steps);
    }

    /// <summary>
    /// The worker has gone straight on with what it knows to be ready, step after step, and records it all together: some
    /// succeed, some are skipped, some die.
    /// </summary>
    private void RunAhead(int number, WorldStep step, StepNews one, List<StepNews> news)
    {
        if (_world.Run.IsTerminal() || one is not StepSucceeded { Cancels.Count: 0, EndsRun: false, NotTaken.Count: 0 } || _random.Next(2) == 0)
        {
            return;
        }

        foreach (var child in _workflow.Blueprint.Graph.Children(step.Definition).Where(child => _workflow[child].Doing == Doing.Work))
        {
            var next = _workflow.Blueprint.Sibling(number, step.Place, child);
            if (_workflow.Blueprint.Graph.Parents(child).Count == 1 && _workflow.Blueprint.Rule(child).Join == Join.All)
            {
                var ahead = Ahead(next, _workflow[child].OnFailure);
                news.Add(ahead);
                RunAhead(next, _world.Steps[next], ahead, news);
            }
        }
    }

    private StepNews Ahead(int number, OnFailure policy) =>
        policy == OnFailure.Abort && _random.NextDouble() < _deaths ? new StepDied(number, "died ahead") { IsAhead = true }
        : _random.Next(12) == 0 ? new StepSkipped(number)
        : new StepSucceeded(number);

    private bool CountLost()
    {
        _world.LoseOne();
        return true;
    }

    /// <summary>News that are doubled, or come of steps that ended long ago.</summary>
    private List<StepNews> Stale(List<StepNews> news)
    {
        var stale = new List<StepNews>();
        if (_random.Next(8) == 0 && news.FirstOrDefault(one => one is not (StepOpened or StepHeld)) is { } doubled)
        {
            stale.Add(_random.Next(2) == 0 ? doubled : new StepDied(doubled.Step, "twice"));
        }

        if (_random.Next(8) == 0 && _world.Steps.Where(step => !step.Value.IsOpen).Select(step => step.Key).ToList() is { Count: > 0 } ended)
        {
            var step = ended[_random.Next(ended.Count)];
            stale.Add(_random.Next(3) switch { 0 => new StepSucceeded(step), 1 => new StepDied(step, "late"), _ => new StepOpened(step, [0], default) });
        }

        return stale;
    }

    private static void Remember(WorldStep step, StepNews news)
    {
        step.IsPassedOver = news is StepSkipped { IsPresent: true } or StepDied { IsPresent: true };
        step.NotTaken = news switch { StepSucceeded success => success.NotTaken, _ => [] };
        step.LeftRest = news is StepSucceeded { LeavesRest: true };
    }

    /// <summary>What a turn of the step comes to, as its executor would have it; null: it waits.</summary>
    private StepNews? Outcome(int number, WorldStep step)
    {
        var what = _workflow[step.Definition];
        if (step.IsReplaced)
        {
            return OfAlternative(number, step);
        }

        if (!step.HasBegun && _random.Next(12) == 0)
        {
            return new StepSkipped(number);
        }

        if (_random.NextDouble() < _deaths)
        {
            return GiveUp(number, step, what);
        }

        return what.Doing switch
        {
            Doing.Wait when _random.Next(2) == 0 => Wait(step),
            Doing.Parallel => Parallel(number, step, what),
            Doing.Loop => Loop(number, step, what),
            Doing.ForEach => ForEach(number, step, what),
            Doing.Race => Race(number, step, what),
            Doing.Choose => new StepSucceeded(number) { NotTaken = [.. what.Targets.Where(_ => _random.Next(2) == 0)] },
            Doing.Cancel => new StepSucceeded(number) { Cancels = [.. what.Targets.Select(target => Find(number, step, target)).OfType<int>()] },
            Doing.Fail => new StepDied(number, "fail") { EndsRun = true },
            Doing.Succeed => new StepSucceeded(number) { EndsRun = true },
            _ => _random.Next(15) == 0 && !step.HasBegun ? null : new StepSucceeded(number),
        };
    }

    private static StepNews? Wait(WorldStep step)
    {
        step.HasTimer = true;
        return null;
    }

    private StepNews GiveUp(int number, WorldStep step, RandomStep what)
    {
        switch (what.OnFailure)
        {
            case OnFailure.Skip:
                return new StepSkipped(number) { IsPresent = true };
            case OnFailure.Continue:
                return new StepDied(number, "died") { IsPresent = true };
            case OnFailure.Alternative when !step.IsReplaced:
                step.IsReplaced = !_world.Run.IsTerminal();
                return new StepOpened(number, [what.Alternative!.Value], default) { IsInstead = true };
            case OnFailure.Escalate:
                step.IsHeld = true;
                return new StepHeld(number);
            default:
                return new StepDied(number, "died");
        }
    }

    private StepNews OfAlternative(int number, WorldStep step)
    {
        var last = _world.Blocks.Where(block => block.Key.Owner == number).MaxBy(block => block.Key.Iteration).Value.Snapshot;
        return last.IsOpen ? new StepOpened(number, [], new Wake(step.Claimed.Ended + 1))
            : last.DeadStep is not null ? GiveUp(number, step, _workflow[step.Definition])
            : new StepSucceeded(number) { NotTaken = _workflow.Blueprint.Rule(step.Definition).Targets };
    }

    private StepNews Parallel(int number, WorldStep step, RandomStep what)
    {
        var blocks = step.Claimed;
        if (blocks.FailedStep is not null)
        {
            return GiveUp(number, step, what);
        }

        if (blocks.Ended >= what.Opens.Count)
        {
            return new StepSucceeded(number);
        }

        var next = what.Opens.Skip(blocks.Opened).Take(Math.Max(0, what.Window - (blocks.Opened - blocks.Ended))).ToArray();
        return new StepOpened(number, next, new Wake(blocks.Opened + next.Length == what.Opens.Count ? what.Opens.Count : blocks.Ended + 1, OnFailure: true));
    }

    private StepNews Loop(int number, WorldStep step, RandomStep what)
    {
        var blocks = step.Claimed;
        return blocks.FailedStep is not null ? GiveUp(number, step, what)
            : blocks.Ended < blocks.Opened ? new StepOpened(number, [], new Wake(blocks.Opened, OnFailure: true))
            : blocks.Opened >= what.Window || _world.NextNumber > Many ? new StepSucceeded(number)
            : new StepOpened(number, [what.Opens[0]], new Wake(blocks.Opened + 1, OnFailure: true));
    }

    private StepNews ForEach(int number, WorldStep step, RandomStep what)
    {
        var blocks = step.Claimed;
        step.Items ??= _world.NextNumber > Many ? 1 : _random.Next(5);
        if (!what.PassesOverFailures && blocks.FailedStep is not null)
        {
            return GiveUp(number, step, what);
        }

        var isEnough = blocks.Succeeded >= what.CompleteAfter;
        if (isEnough || blocks.Ended >= step.Items)
        {
            return new StepSucceeded(number) { LeavesRest = isEnough && what.LeavesRest };
        }

        var count = Math.Clamp(what.Window - (blocks.Opened - blocks.Ended), 0, step.Items.Value - blocks.Opened);
        return new StepOpened(number, [.. Enumerable.Repeat(what.Opens[0], count)], new Wake(
            blocks.Opened + count == step.Items ? step.Items.Value : blocks.Ended + 1, what.CompleteAfter ?? int.MaxValue, !what.PassesOverFailures));
    }

    private StepNews Race(int number, WorldStep step, RandomStep what)
    {
        var blocks = step.Claimed;
        var hasWinner = _world.Blocks.Any(block => block.Key.Owner == number && block.Value.Snapshot is { IsOpen: false, DeadStep: null });
        return blocks.Opened == 0 ? new StepOpened(number, what.Opens, new Wake(what.Opens.Count, Succeeded: 1))
            : blocks is { Succeeded: 0, FailedStep: not null } && blocks.Ended == blocks.Opened ? GiveUp(number, step, what)
            : hasWinner ? new StepSucceeded(number)
            : new StepOpened(number, [], new Wake(what.Opens.Count, Succeeded: 1));
    }

    /// <summary>The step that an id means here: in the own block, or in one around it.</summary>
    private int? Find(int number, WorldStep step, int wanted)
    {
        var body = _workflow.Blueprint.BodyOf(wanted);
        for (var (at, place) = (number, step.Place); ; (at, place) = (place.Owner.Number, place.OfOwner))
        {
            if (_workflow.Blueprint.BodyOf(place?.Step ?? at) == body)
            {
                return _workflow.Blueprint.Sibling(at, place, wanted);
            }

            if (place is null)
            {
                return null;
            }
        }
    }

    private List<int> In(StepState state) => [.. _world.Steps.Where(step => step.Value.State == state).Select(step => step.Key)];
}
