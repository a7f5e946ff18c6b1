using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Graph;
using Orchestrator.Workflows.States;

namespace Orchestrator.Workflows.Planning;

/// <summary>
/// Decides what follows when something has become of steps of a run. A pure function of the workflow's blueprint, a local
/// snapshot and the news; it reads no clock and writes nothing.
/// <para>
/// A step becomes ready when its join is met; when it can't be met any more the step is skipped, and that may skip what
/// depends on it in turn. A step that died ends its body, unless something is to run after it even so: the run, or the
/// block, whose owner then has a turn to say what that means. The run succeeds with the last open step of its own body,
/// unless a step of it is dead all the same.
/// </para>
/// <para>
/// Steps that contain others open blocks of them and wait; they have their next turn when as many of these have ended as
/// they asked for. News of a step that has ended already is ignored: deliveries may be doubled.
/// </para>
/// </summary>
public static partial class Planner
{
    public static Decisions Plan(StepGraph graph, RunSnapshot run, IReadOnlyCollection<StepNews> news) =>
        Plan(Blueprint.Of(graph), run, news);

    public static Decisions Plan(Blueprint blueprint, RunSnapshot run, IReadOnlyCollection<StepNews> news) =>
        new Planning(blueprint, run).Decide(news);

    private sealed partial class Planning(Blueprint blueprint, RunSnapshot run)
    {
        private readonly Dictionary<int, StepSnapshot> _steps = [];
        private readonly Dictionary<BlockKey, BlockSnapshot> _blocks = [];
        private readonly Dictionary<int, OwnerSnapshot> _owners = [];
        private readonly Queue<StepNews> _news = new();
        private readonly List<StepEnd> _ended = [];
        private readonly HashSet<int> _ready = [];
        private readonly HashSet<int> _counted = [];
        private readonly List<BlockOpening> _opened = [];
        private readonly SortedSet<int> _cancelled = [];
        private readonly List<BlockKey> _cancelledBlocks = [];
        private readonly SortedSet<int> _cancelledUnder = [];
        private readonly SortedSet<int> _missing = [];
        private readonly HashSet<BlockKey> _missingBlocks = [];
        private int _open = run.OpenSteps;
        private int _nextNumber = run.NextNumber;
        private int? _deadStep = run.DeadStep;
        private RunEnd? _end;

        public Decisions Decide(IReadOnlyCollection<StepNews> news)
        {
            foreach (var item in news)
            {
                _news.Enqueue(item);
            }

            while (_news.TryDequeue(out var item))
            {
                Hear(item);
            }

            if (Goes && _open == 0)
            {
                EndRun(EndOfAll());
            }

            var (ready, held, lacks) = Share();
            return new Decisions
            {
                Ended = _ended,
                Ready = [.. ready.Order().Select(Count)],
                Held = [.. held.Order().Select(Count)],
                LacksHeld = lacks,
                Counted = [.. _counted.Order().Select(Count)],
                OpenSteps = _open,
                End = _end,
                DeadStep = _deadStep,
                Opened = _opened,
                Blocks = _blocks,
                Owners = _owners,
                Cancelled = [.. _cancelled],
                CancelledBlocks = _cancelledBlocks,
                CancelledUnder = [.. _cancelledUnder],
                NextNumber = _nextNumber,
                Missing = [.. _missing],
                MissingBlocks = [.. _missingBlocks],
            };
        }

        /// <summary>False once the run has ended: what still comes in is written down, and nothing follows from it.</summary>
        private bool Goes => !run.State.IsTerminal() && _end is null;

        private RunEnd EndOfAll() => _deadStep is { } dead
            ? new RunEnd(RunState.Failed, dead, "This step is dead, and nothing else is left to do.")
            : new RunEnd(RunState.Success);

        private void Hear(StepNews news)
        {
            if (Look(news.Step) is not { } step || step.State.IsTerminal() || IsTooEarly(news, step))
            {
                return;
            }

            switch (news)
            {
                case StepOpened opened:
                    Open(opened, step);
                    return;
                case StepHeld held:
                    Hold(held, step);
                    return;
            }

            var state = StateAfter(news);
            Close(news.Step, step with { State = state });
            if (!Goes || !IsBlockOpen(step.Place))
            {
                return;
            }

            switch (news)
            {
                case StepDied { EndsRun: true } died:
                    EndRun(new RunEnd(RunState.Failed, died.Step, died.Error));
                    return;
                case StepSucceeded { EndsRun: true }:
                    EndRun(new RunEnd(RunState.Success));
                    return;
                case StepDied { IsPresent: false } when !blueprint.IsCleanedUp(Definition(news.Step, step)):
                    Fail(news.Step, step.Place, ((StepDied)news).Error);
                    return;
                case StepDied { IsPresent: false }:
                    GoOnWithout(news.Step, step.Place);
                    break;
                case StepSucceeded { Cancels: { Count: > 0 } targets }:
                    targets.ToList().ForEach(Cancel);
                    break;
            }

            if (step.Place is not null && IsCancelled(step.Place))
            {
                return; // it has cancelled what it is in
            }

            Follow(news, step);
        }

        /// <summary>
        /// It was evaluated ahead of its turn, together with what it depends on, and that has come out otherwise here:
        /// others have cancelled it meanwhile.
        /// </summary>
        private bool IsTooEarly(StepNews news, StepSnapshot step) =>
            news is StepSucceeded or StepDied { IsAhead: true } && step is { State: StepState.Waiting, HasBegun: false } && !_ready.Contains(news.Step) && Goes;

        /// <summary>The step has ended: its counters, its blocks and the count of what is open.</summary>
        private void Close(int number, StepSnapshot step)
        {
            _steps[number] = step;
            _ended.Add(new StepEnd(number, step.State, step.Pending, step.Present));
            _ready.Remove(number);
            _counted.Remove(number);
            if (step.Place is null)
            {
                _open--;
            }
        }

        /// <summary>What depends on the step hears of its end, and so does its block.</summary>
        private void Follow(StepNews news, StepSnapshot step)
        {
            if (!(news is StepSucceeded { LeavesRest: true }))
            {
                CancelUnder(news.Step);
            }

            var isPresent = news is StepSucceeded or StepSkipped { IsPresent: true } or StepDied { IsPresent: true };
            var hasFailed = news is StepDied { IsPresent: false };
            var definition = Definition(news.Step, step);
            var targets = blueprint.Rule(definition).Targets;
            foreach (var child in blueprint.Graph.Children(definition))
            {
                // A condition that ends without a choice has chosen none.
                var isRefused = targets.Contains(child) && (news is not StepSucceeded success || success.NotTaken.Contains(child));
                var number = blueprint.Sibling(news.Step, step.Place, child);
                CountDown(number, child, isPresent && !isRefused, isRefused, hasFailed);
            }

            CountBlock(step.Place);
        }

        private void CountDown(int number, int child, bool isPresent, bool isRefused, bool hasFailed)
        {
            if (Look(number) is not { State: StepState.Waiting, HasBegun: false } step)
            {
                return;
            }

            isPresent |= blueprint.Rule(child).IsInOrder && !hasFailed && !IsFailing(step.Place);
            step = step with { Pending = step.Pending - 1, Present = step.Present + (isPresent ? 1 : 0) };
            _steps[number] = step;
            if (_ready.Contains(number))
            {
                return;
            }

            var join = blueprint.Rule(child).Join;
            var skips = (isRefused && IsRefusedByAll(child)) || (hasFailed && join.Kind == JoinKind.All)
                || join.Kind switch
                {
                    JoinKind.All => step is { Pending: 0, Present: 0 },
                    JoinKind.Some => step.Present + step.Pending < join.Needed,
                    _ => false,
                };
            if (skips)
            {
                _counted.Remove(number);
                _news.Enqueue(new StepSkipped(number));
            }
            else if (join.Kind == JoinKind.Some ? step.Present >= join.Needed : step.Pending == 0)
            {
                _counted.Remove(number);
                _ready.Add(number);
                if (join.CancelsRest)
                {
                    CancelTributaries(number, child, step.Place);
                }
            }
            else
            {
                _counted.Add(number);
            }
        }

        /// <summary>
        /// Of a step that several steps may choose (the validator lets it have no other dependencies) one refusal says
        /// nothing yet: it is skipped when the last of them has ended and none has chosen it.
        /// </summary>
        private bool IsRefusedByAll(int child) => blueprint.Rule(child).Choosers <= 1;

        /// <summary>Steps upstream of a join that lead nowhere else: what is open of them is not needed any more.</summary>
        private void CancelTributaries(int number, int join, StepPlace? place)
        {
            foreach (var step in blueprint.Tributaries(join))
            {
                var other = blueprint.Sibling(number, place, step);
                if (Look(other) is { } open && !open.State.IsTerminal())
                {
                    CancelOne(other, open);
                    CountBlock(place);
                }
            }
        }

        /// <summary>A step that another one cancels counts as absent for what depends on it.</summary>
        private void Cancel(int number)
        {
            if (Look(number) is not { } step || step.State.IsTerminal() || (step.Place is not null && IsCancelled(step.Place)))
            {
                return;
            }

            CancelOne(number, step);
            Follow(new StepStopped(number), step);
        }

        private void CancelOne(int number, StepSnapshot step)
        {
            _cancelled.Add(number);
            _steps[number] = step with { State = StepState.Cancelled };
            _ready.Remove(number);
            _counted.Remove(number);
            Forget(number, null);
            if (step.Place is null)
            {
                _open--;
            }
        }

        /// <summary>A dead step's body ends: the run, or the block, whose owner has a turn now.</summary>
        private void Fail(int number, StepPlace? place, string error)
        {
            if (place is null)
            {
                EndRun(new RunEnd(RunState.Failed, number, error));
                return;
            }

            CancelUnder(number);
            if (LookAtBlock(place.Block) is not var (block, owner))
            {
                return;
            }

            _blocks[place.Block] = block with { OpenSteps = block.OpenSteps - 1, IsOpen = false, DeadStep = number };
            _cancelledBlocks.Add(place.Block);
            Forget(place.Owner.Number, place.Owner.Iteration);
            EndBlock(place, owner with { Ended = owner.Ended + 1, FailedStep = number });
        }

        /// <summary>A dead step after which something is still to run: its body goes on, but can't end well.</summary>
        private void GoOnWithout(int number, StepPlace? place)
        {
            if (place is null)
            {
                _deadStep ??= number;
            }
            else if (LookAtBlock(place.Block) is var (block, _))
            {
                _blocks[place.Block] = block with { DeadStep = block.DeadStep ?? number };
            }
        }

        private void EndRun(RunEnd end)
        {
            _end = end;
            _ready.Clear();
            _counted.Clear();
        }

        private StepSnapshot? Look(int step)
        {
            if (_steps.TryGetValue(step, out var known))
            {
                return known;
            }

            if (run.Steps.TryGetValue(step, out var given))
            {
                return given;
            }

            _missing.Add(step);
            return null;
        }

        private StepCount Count(int step) => Look(step) is { } known ? new(step, known.Pending, known.Present) : default;

        private static int Definition(int number, StepSnapshot step) => step.Place?.Step ?? number;

        private static StepState StateAfter(StepNews news) => news switch
        {
            StepSucceeded => StepState.Success,
            StepSkipped => StepState.Skipped,
            StepDied => StepState.Dead,
            StepStopped => StepState.Cancelled,
            _ => throw new ArgumentOutOfRangeException(nameof(news), news, null),
        };
    }
}
