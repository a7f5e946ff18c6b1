using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Graph;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.States;

namespace Orchestrator.Tests.Workflows.Planning;

/// <summary>
/// Runs whose steps contain others fail and are opened again: random bodies three deep, joins of all kinds, deaths
/// anywhere, steps that end after their run has. Any dead step at any depth is retried or resolved, or all of them are.
/// A run that goes on always has something to do, what is open is counted in each block, and in the end all succeed.
/// </summary>
public sealed class NestedReopeningPropertyTests
{
    [Test]
    public void Every_opening_ends([Range(0, 999)] int seed)
    {
        var world = new World(seed);

        world.Drive();
        for (var opening = 0; opening < 300 && world.Run == RunState.Failed; opening++)
        {
            world.Reopen();
            world.Drive();
        }

        world.Run.Should().Be(RunState.Success, "nothing dies for ever (seed {0})", seed);
        world.OpenSteps.Should().Be(0);
    }

    [Test]
    public void Most_of_these_runs_fail_inside_of_steps() => Enumerable.Range(0, 100)
        .Count(seed =>
        {
            var world = new World(seed);
            world.Drive();
            return world.HasDeadInside;
        })
        .Should().BeGreaterThan(20);

    private sealed class World
    {
        private readonly Random _random;
        private readonly Blueprint _blueprint;
        private readonly Dictionary<int, List<int>> _bodiesOf = [];
        private readonly Dictionary<int, StepSnapshot> _steps = [];
        private readonly Dictionary<BlockKey, BlockSnapshot> _blocks = [];
        private readonly Dictionary<int, OwnerSnapshot> _owners = [];
        private readonly HashSet<int> _started = [];
        private readonly HashSet<int> _begun = [];
        private readonly HashSet<int> _unwanted = [];
        private readonly int _seed;
        private double _deaths;
        private int? _deadStep;
        private int _next;

        public World(int seed)
        {
            (_seed, _random) = (seed, new Random(seed));
            _deaths = _random.NextDouble() * 0.3;
            _blueprint = Build();
            foreach (var step in _blueprint.Main.Steps)
            {
                var parents = _blueprint.Graph.Parents(step).Count;
                _steps[step] = new StepSnapshot(parents == 0 ? StepState.Queued : StepState.Waiting, parents, 0);
            }

            (OpenSteps, _next) = (_steps.Count, _blueprint.Graph.Count);
        }

        public RunState Run { get; private set; } = RunState.Running;

        public int OpenSteps { get; private set; }

        public bool HasDeadInside => _steps.Values.Any(step => step is { State: StepState.Dead, Place: not null });

        public void Drive()
        {
            for (var moves = 0; !Run.IsTerminal(); moves++)
            {
                moves.Should().BeLessThan(20_000, "a run ends (seed {0})", _seed);
                var active = Of(StepState.Queued, StepState.Running);
                active.Should().NotBeEmpty("a run that goes on has something to do (seed {0})", _seed);
                var step = active[_random.Next(active.Length)];
                if (_steps[step].State == StepState.Running)
                {
                    Hear(Outcome(step));
                }
                else
                {
                    _started.Add(step);
                    _steps[step] = _steps[step] with { State = StepState.Running };
                }

                if (Run == RunState.Running && _random.Next(10) == 0)
                {
                    Reopen();
                }
            }
        }

        public void Reopen()
        {
            foreach (var late in Of(StepState.Running).Where(_ => Run == RunState.Failed && _random.Next(2) == 0).ToArray())
            {
                Hear(Outcome(late));
            }

            _deaths *= 0.8;
            var past = Past();
            var targets = Of(StepState.Dead).Where(step => past.Obstacle(step) is null && past.Causes(step).All(cause => past.Obstacle(cause) is null)).ToArray();
            if (targets.Length == 0)
            {
                Run.Should().Be(RunState.Running, "of a run that failed something can be opened (seed {0}; {1})", _seed, string.Join(", ", Of(StepState.Dead).Select(dead => past.Obstacle(dead))));
                return;
            }

            var one = targets[_random.Next(targets.Length)];
            var isResolved = _random.Next(4) == 0;
            var opened = isResolved ? [one]
                : Run == RunState.Failed && _random.Next(3) == 0
                    ? _blueprint.Main.Steps.Where(past.HasFailed).SelectMany(past.Causes).Where(step => past.Obstacle(step) is null).ToArray()
                    : past.Causes(one).ToArray();
            var decisions = Reopening.Plan(_blueprint, past, opened, isResolved);
            Run = RunState.Running;
            Apply(decisions);
            foreach (var step in opened)
            {
                _steps[step].State.Should().BeOneOf(isResolved ? [StepState.Success] : [StepState.Queued, StepState.Waiting]);
            }
        }

        private void Hear(StepNews news)
        {
            if (news is StepOpened && _steps[news.Step].State == StepState.Running && Run == RunState.Running)
            {
                var decisions = Planner.Plan(_blueprint, View(), [news]);
                _steps[news.Step] = _steps[news.Step] with { State = StepState.Waiting, HasBegun = true };
                Apply(decisions);
            }
            else
            {
                Apply(Planner.Plan(_blueprint, View(), [news]));
            }
        }

        private StepNews Outcome(int step)
        {
            var definition = _steps[step].Place?.Step ?? step;
            if (_bodiesOf.TryGetValue(definition, out var bodies))
            {
                return Turn(step, bodies);
            }

            return _random.NextDouble() switch
            {
                var chance when chance < _deaths => new StepDied(step, "died"),
                > 0.9 => new StepSkipped(step),
                _ => new StepSucceeded(step),
            };
        }

        private StepNews Turn(int step, List<int> bodies)
        {
            var owner = _owners.GetValueOrDefault(step);
            if (_begun.Add(step))
            {
                return new StepOpened(step, bodies, new Wake(bodies.Count, OnFailure: true));
            }

            return owner.FailedStep is not null ? new StepDied(step, "inside")
                : owner.Ended < owner.Opened ? new StepOpened(step, [], new Wake(owner.Opened, OnFailure: true))
                : new StepSucceeded(step);
        }

        private Blueprint Build()
        {
            var (edges, bodies, rules) = (new List<Edge>(), new List<(List<int> Steps, int? Owner)>(), new List<StepRule>());
            var joins = new[] { Join.All, Join.All, Join.All, Join.Any, Join.Any with { CancelsRest = true }, Join.AllDone };
            void Body(int? owner, int depth)
            {
                var steps = new List<int>();
                var isList = owner is not null && _random.Next(3) == 0;
                bodies.Add((steps, owner));
                for (var left = _random.Next(1, depth == 0 ? 8 : 5); left > 0; left--)
                {
                    var step = rules.Count;
                    edges.AddRange(steps.Where(before => isList ? before == step - 1 : _random.Next(3) == 0).Select(parent => new Edge(parent, step)));
                    rules.Add(new StepRule(joins[_random.Next(joins.Length)]) { IsInOrder = isList });
                    steps.Add(step);
                }

                // Numbers of the workflow's own steps are their indexes: all of a body comes before what is inside.
                foreach (var step in steps.Where(_ => depth < 3 && _random.Next(3) == 0))
                {
                    _bodiesOf[step] = [];
                    for (var inside = _random.Next(1, 4); inside > 0; inside--)
                    {
                        _bodiesOf[step].Add(bodies.Count);
                        Body(step, depth + 1);
                    }
                }
            }

            Body(null, 0);
            var graph = StepGraph.Create(rules.Count, edges);
            return new Blueprint(graph, [.. bodies.Select(body => StepBody.Of(body.Steps, graph, body.Owner))], rules);
        }

        private RunSnapshot View() => new()
        {
            State = Run,
            OpenSteps = OpenSteps,
            DeadStep = _deadStep,
            Steps = new Dictionary<int, StepSnapshot>(_steps),
            Blocks = new Dictionary<BlockKey, BlockSnapshot>(_blocks),
            Owners = new Dictionary<int, OwnerSnapshot>(_owners),
            NextNumber = _next,
        };

        private PastRun Past() => new(
            Run,
            _steps.ToDictionary(step => step.Key, step => new PastStep(step.Value)
            {
                HasBegun = _begun.Contains(step.Key),
                HasStarted = _started.Contains(step.Key),
                IsUnwanted = _unwanted.Contains(step.Key),
            }),
            new Dictionary<BlockKey, BlockSnapshot>(_blocks),
            new Dictionary<int, OwnerSnapshot>(_owners));

        private void Apply(Decisions decisions)
        {
            decisions.IsComplete.Should().BeTrue();
            foreach (var opening in decisions.Opened)
            {
                var steps = _blueprint.Bodies[opening.Body].Steps;
                for (var position = 0; position < steps.Count; position++)
                {
                    _steps[opening.First + position] = new StepSnapshot(
                        StepState.Waiting, _blueprint.Graph.Parents(steps[position]).Count, 0,
                        StepPlace.Under(opening.Key.Owner, opening.OwnerPlace, opening.Key.Iteration, steps[position]));
                }

                _next = Math.Max(_next, opening.First + steps.Count);
            }

            foreach (var end in decisions.Ended)
            {
                _steps[end.Step] = _steps[end.Step] with { State = end.State, Pending = end.Pending, Present = end.Present, HasBegun = false };
            }

            foreach (var count in decisions.Counted)
            {
                _steps[count.Step] = _steps[count.Step] with { State = StepState.Waiting, Pending = count.Pending, Present = count.Present, HasBegun = _begun.Contains(count.Step) };
            }

            foreach (var ready in decisions.Ready)
            {
                _steps[ready.Step] = _steps[ready.Step] with { State = StepState.Queued, Pending = ready.Pending, Present = ready.Present, HasBegun = false };
            }

            foreach (var (key, block) in decisions.Blocks)
            {
                _blocks[key] = block;
            }

            foreach (var (number, owner) in decisions.Owners)
            {
                (owner.Ended <= owner.Opened && owner.Succeeded <= owner.Ended).Should().BeTrue();
                _owners[number] = owner;
            }

            _unwanted.UnionWith(decisions.Cancelled);
            decisions.Cancelled.ToList().ForEach(Cancel);
            decisions.CancelledUnder.ToList().ForEach(number => CancelUnder(number, null));
            decisions.CancelledBlocks.ToList().ForEach(key => CancelUnder(key.Owner, key.Iteration));
            (OpenSteps, _deadStep) = (decisions.OpenSteps, decisions.DeadStep);
            if (decisions.End is { } end_)
            {
                Run = end_.State;
                foreach (var step in Of(StepState.Waiting, StepState.Queued))
                {
                    _steps[step] = _steps[step] with { State = StepState.Cancelled };
                }

                OpenSteps = _blueprint.Main.Steps.Count(step => !_steps[step].State.IsTerminal());
            }

            Check();
        }

        private void CancelUnder(int number, int? iteration)
        {
            foreach (var step in _steps.Where(step => step.Value.Place is { } place && place.Block.Owner == number && (iteration is null || place.Block.Iteration == iteration)).Select(step => step.Key).ToArray())
            {
                Cancel(step);
            }
        }

        private void Cancel(int number)
        {
            if (!_steps[number].State.IsTerminal())
            {
                _steps[number] = _steps[number] with { State = StepState.Cancelled };
            }

            CancelUnder(number, null);
        }

        private void Check()
        {
            OpenSteps.Should().Be(_blueprint.Main.Steps.Count(step => !_steps[step].State.IsTerminal()), "open steps are counted (seed {0})", _seed);
            if (Run.IsTerminal())
            {
                return;
            }

            foreach (var (key, block) in _blocks.Where(block => block.Value.IsOpen && !_steps[block.Key.Owner].State.IsTerminal()))
            {
                block.OpenSteps.Should().Be(
                    _steps.Values.Count(step => step.Place?.Block == key && !step.State.IsTerminal()), "open steps of {0} are counted (seed {1})", key, _seed);
            }
        }

        private int[] Of(params StepState[] states) => [.. _steps.Where(step => states.Contains(step.Value.State)).Select(step => step.Key).Order()];
    }
}
