using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.States;

namespace Orchestrator.Workflows.Planning;

/// <summary>
/// Decides what follows when dead steps of a run are opened again, or resolved. Pure, as <see cref="Planner"/>.
/// <para>
/// With a step its block opens, the step that contains it has a turn again, and so on up to the run. In each of these
/// bodies what was cancelled because of the failure comes back, unless another step upstream of it is still dead: it
/// waits with counters computed anew from what it depends on now, goes to a worker, or is skipped where nothing that it
/// depends on took place (the last of it may have ended after the body had). A step that contains others comes back with
/// what was open in it. The rest is the planner's: a resolved step is news of a success.
/// </para>
/// <para>
/// What has succeeded stays so, and so does what was skipped, but for steps that never started because an opened one was
/// dead.
/// </para>
/// </summary>
public static class Reopening
{
    /// <summary>What follows; the steps are in <see cref="Decisions.Ready"/>, or resolved in <see cref="Decisions.Ended"/>.</summary>
    /// <param name="blueprint">The workflow's.</param>
    /// <param name="run">The whole run.</param>
    /// <param name="steps">Dead steps, or such as have failed and wait for their next attempt; none: only what was cancelled comes back.</param>
    /// <param name="isResolved">The steps succeed; else each gets another attempt.</param>
    /// <exception cref="ArgumentException">A step's state allows none of it.</exception>
    public static Decisions Plan(Blueprint blueprint, PastRun run, IReadOnlyCollection<int> steps, bool isResolved)
    {
        var transition = isResolved ? StepTransition.Resolve : StepTransition.Requeue;
        foreach (var step in steps)
        {
            if (run.Steps[step].Step.State is var state && (state is StepState.Cancelled or StepState.Waiting || !transition.Allows(state)))
            {
                throw new ArgumentException($"Step {step} is {state}.", nameof(steps));
            }
        }

        return new Opening(blueprint, run).Decide(steps, isResolved);
    }

    private sealed class Opening(Blueprint blueprint, PastRun run)
    {
        private readonly Dictionary<int, StepSnapshot> _steps = run.Steps.ToDictionary(step => step.Key, step => step.Value.Step);
        private readonly Dictionary<BlockKey, BlockSnapshot> _blocks = new(run.Blocks);
        private readonly Dictionary<int, OwnerSnapshot> _owners = new(run.Owners);
        private readonly HashSet<BlockKey> _path = [];
        private readonly HashSet<int> _opened = [];
        private readonly HashSet<int> _closed = [];
        private readonly List<StepNews> _news = [];
        private readonly Dictionary<int, int> _rank = blueprint.Graph.Order.Select((step, rank) => (step, rank)).ToDictionary(one => one.step, one => one.rank);

        public Decisions Decide(IReadOnlyCollection<int> steps, bool isResolved)
        {
            foreach (var step in steps)
            {
                OpenOwners(step);

                // A resolved step is open until the planner has heard of its success.
                Open(step, isResolved ? StepState.Running : StepState.Queued);
            }

            var (open, dead) = BringBack(blueprint.Main.Steps);
            _news.AddRange(isResolved ? steps.Select(step => new StepSucceeded(step)) : []);
            return Held(WithRest(Planner.Plan(
                blueprint,
                new RunSnapshot
                {
                    State = RunState.Running,
                    OpenSteps = open,
                    DeadStep = dead,
                    Steps = _steps,
                    Blocks = _blocks,
                    Owners = _owners,
                    NextNumber = _steps.Keys.DefaultIfEmpty().Max() + 1,

                    // Who may start is decided when all is known that could.
                    UnderWay = [],
                },
                _news)));
        }

        /// <summary>Of what comes back no more starts than may be under way.</summary>
        private Decisions Held(Decisions decisions)
        {
            if (blueprint.MaxParallel is not { } most)
            {
                return decisions;
            }

            var able = decisions.Ready.Concat(decisions.Held).OrderBy(count => count.Step).ToArray();
            var comesBack = able.Select(count => count.Step).Concat(decisions.Ended.Select(end => end.Step)).Concat(decisions.Cancelled).ToHashSet();
            var free = most - run.Steps.Count(step => step.Value.HasPlace && !_steps[step.Key].State.IsTerminal() && !comesBack.Contains(step.Key));
            var starts = able.Where(count => !TakesPlace(count.Step) || free-- > 0).ToArray();
            return decisions with { Ready = starts, Held = [.. able.Except(starts)] };
        }

        private bool TakesPlace(int step) => !run.Steps[step].HasBegun && !blueprint.Rule(Definition(step)).Steers;

        private void OpenOwners(int step)
        {
            for (var place = _steps[step].Place; place is not null; place = place.OfOwner)
            {
                _path.Add(place.Block);
                if (_steps[place.Owner.Number].State is StepState.Dead or StepState.Cancelled)
                {
                    Open(place.Owner.Number, StepState.Queued);
                }
            }
        }

        private void Open(int step, StepState state)
        {
            _steps[step] = _steps[step] with { State = state };
            _opened.Add(step);
        }

        /// <summary>Of a body: what was cancelled because of the failure. The answer: how many of it are open now, and the first that stays dead.</summary>
        private (int Open, int? Dead) BringBack(IEnumerable<int> body)
        {
            var members = body.OrderBy(step => _rank[Definition(step)]).ToArray();
            foreach (var step in members.Where(step => !_opened.Contains(step)))
            {
                BringBack(step);
            }

            foreach (var step in members.Where(step => !_steps[step].State.IsTerminal() && _owners.ContainsKey(step)))
            {
                GoOnInside(step);
            }

            return (
                members.Count(step => !_steps[step].State.IsTerminal()),
                members.Where(HasFailed).Order().Select(step => (int?)step).FirstOrDefault());
        }

        private void BringBack(int step)
        {
            var (past, now) = (run.Steps[step], _steps[step]);
            switch (now.State)
            {
                case StepState.Cancelled when past.IsUnwanted:
                    break;
                case StepState.Cancelled when past.HasBegun:
                    // A turn more does no harm: it decides by what it finds.
                    Open(step, StepState.Queued);
                    break;
                case StepState.Cancelled:
                    Count(step, isCancelled: true);
                    break;
                case StepState.Skipped when !past.HasStarted && !past.IsPresent && IsUndecided(step):
                case StepState.Waiting when !now.HasBegun && Parents(step).Any(_opened.Contains):
                    Count(step, isCancelled: false);
                    break;
            }
        }

        /// <summary>It was skipped because of what happens again now. Where a condition chooses it, only that can have been the reason.</summary>
        private bool IsUndecided(int step) =>
            Parents(step).Any(_opened.Contains)
            && (blueprint.Rule(Definition(step)).Choosers == 0 || !Parents(step).Any(parent => _steps[parent].State == StepState.Success));

        /// <summary>Where a step stands by what those that it depends on have come to.</summary>
        private void Count(int step, bool isCancelled)
        {
            var parents = Parents(step).ToArray();
            var (stored, rule) = (_steps[step], blueprint.Rule(Definition(step)));
            var pending = parents.Count(parent => !_steps[parent].State.IsTerminal());
            var present = rule.Choosers > 0 && pending == stored.Pending ? stored.Present : parents.Count(parent => IsPresent(parent) || (rule.IsInOrder && IsPassed(parent)));
            var isStuck = parents.Any(parent => HasFailed(parent) || _closed.Contains(parent));
            var isMet = parents.Length == 0 || rule.Join.Kind switch
            {
                JoinKind.All => pending == 0 && present > 0 && !isStuck,
                JoinKind.Some => present >= rule.Join.Needed,
                _ => pending == 0,
            };
            var isOver = !isMet && rule.Join.Kind switch
            {
                JoinKind.All => pending == 0 || isStuck,
                JoinKind.Some => present + pending < rule.Join.Needed,
                _ => false,
            };
            if (isOver && (isStuck || !isCancelled))
            {
                _ = isCancelled && _closed.Add(step);
                return;
            }

            _steps[step] = stored with { State = isMet ? StepState.Queued : StepState.Waiting, Pending = pending, Present = present, HasBegun = false };
            _opened.Add(step);
            if (isOver)
            {
                _news.Add(new StepSkipped(step));
            }
        }

        /// <summary>A step that contains others goes on with those of its blocks that were open, or are opened.</summary>
        private void GoOnInside(int step)
        {
            var isBack = run.Steps[step].Step.State.IsTerminal();
            var blocks = run.BlocksOf(step).ToArray();
            var inside = blocks.Where(key => _path.Contains(key) || run.Blocks[key].IsOpen).ToArray();
            foreach (var key in inside)
            {
                var (open, dead) = BringBack(run.Members(key));
                _blocks[key] = new BlockSnapshot(open, open > 0, dead);
            }

            if (inside.Length == 0)
            {
                return;
            }

            var ended = blocks.Where(key => !_blocks[key].IsOpen).ToArray();
            var owner = _owners[step] with
            {
                Ended = _owners[step].Opened - (blocks.Length - ended.Length),
                Succeeded = ended.Count(key => _blocks[key].DeadStep is null),
                FailedStep = ended.Select(key => _blocks[key].DeadStep).LastOrDefault(dead => dead is not null),
            };
            if (isBack && owner is { FailedStep: not null } && ended.Length < blocks.Length)
            {
                // Its turn would only find the other failure: it comes when all has ended.
                owner = owner with { Wake = new Wake(owner.Opened) };
                _steps[step] = _steps[step] with { State = StepState.Waiting, HasBegun = true };
            }

            _owners[step] = owner;
        }

        private bool HasFailed(int step) => _steps[step].State == StepState.Dead && !run.Steps[step].IsPresent;

        private bool IsPresent(int step) => _steps[step].State == StepState.Success
            || (_steps[step].State is StepState.Skipped or StepState.Dead && run.Steps[step].IsPresent);

        /// <summary>It did not take place, and nothing of its body has failed: what is only listed after it goes on.</summary>
        private bool IsPassed(int step) => _steps[step].State is StepState.Skipped or StepState.Cancelled && !_closed.Contains(step)
            && (_steps[step].Place is not { } place || !run.Members(place.Block).Any(HasFailed));

        private int Definition(int step) => _steps[step].Place?.Step ?? step;

        private IEnumerable<int> Parents(int step) =>
            blueprint.Graph.Parents(Definition(step)).Select(parent => blueprint.Sibling(step, _steps[step].Place, parent));

        /// <summary>The planner says what its news changed; what came back besides is added.</summary>
        private Decisions WithRest(Decisions decisions)
        {
            var decided = decisions.Ended.Select(end => end.Step)
                .Concat(decisions.Ready.Select(count => count.Step))
                .Concat(decisions.Held.Select(count => count.Step))
                .Concat(decisions.Counted.Select(count => count.Step))
                .Concat(decisions.Cancelled)
                .ToHashSet();
            var rest = _steps
                .Where(step => step.Value != run.Steps[step.Key].Step && !decided.Contains(step.Key))
                .ToLookup(step => step.Value.State, step => new StepCount(step.Key, step.Value.Pending, step.Value.Present));
            return decisions with
            {
                Ready = [.. decisions.Ready.Concat(rest[StepState.Queued]).OrderBy(count => count.Step)],
                Counted = [.. decisions.Counted.Concat(rest[StepState.Waiting]).OrderBy(count => count.Step)],
                Blocks = Merged(_blocks, run.Blocks, decisions.Blocks),
                Owners = Merged(_owners, run.Owners, decisions.Owners),
            };
        }

        private static Dictionary<TKey, TValue> Merged<TKey, TValue>(
            Dictionary<TKey, TValue> now, IReadOnlyDictionary<TKey, TValue> before, IReadOnlyDictionary<TKey, TValue> decided)
            where TKey : notnull
            where TValue : struct
        {
            var changed = now.Where(one => !one.Value.Equals(before[one.Key])).ToDictionary(one => one.Key, one => one.Value);
            foreach (var (key, value) in decided)
            {
                changed[key] = value;
            }

            return changed;
        }
    }
}
