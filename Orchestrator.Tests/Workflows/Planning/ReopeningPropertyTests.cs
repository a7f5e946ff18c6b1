using Orchestrator.Workflows.Graph;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.States;

namespace Orchestrator.Tests.Workflows.Planning;

/// <summary>
/// Runs that fail and are opened again: random graphs, deaths, steps that end after their run has, and any dead step
/// retried or resolved in any order, also while the run goes on. Every step ends once an opening, counters agree with
/// what the steps that they count did, and the run ends.
/// </summary>
public sealed class ReopeningPropertyTests
{
    [Test]
    public void Every_opening_ends([Range(0, 399)] int seed)
    {
        var random = new Random(seed);
        var count = random.Next(1, 60);
        var density = Math.Min(1, random.NextDouble() * 5 / count);
        var edges = from child in Enumerable.Range(0, count)
                    from parent in Enumerable.Range(0, child)
                    where random.NextDouble() < density
                    select new Edge(parent, child);
        var world = new World(StepGraph.Create(count, edges.ToArray()), random);

        world.Drive();
        for (var opening = 0; opening < 60 && world.Run == RunState.Failed; opening++)
        {
            world.Dead.Should().NotBeEmpty();
            world.Reopen();
            world.Drive();
        }

        world.Run.Should().Be(RunState.Success, "nothing dies for ever (seed {0})", seed);
        world.States.Should().OnlyContain(state => state == StepState.Success || state == StepState.Skipped);
        world.Open.Should().Be(0);
    }

    [Test]
    public void What_is_beyond_another_dead_step_stays_cancelled_and_the_run_fails_with_it()
    {
        // 0 → 2, 1 → 3; both roots are dead.
        var graph = StepGraph.Create(4, [new Edge(0, 2), new Edge(1, 3)]);
        var run = Snapshot(graph, RunState.Failed, StepState.Dead, StepState.Dead, StepState.Cancelled, StepState.Cancelled);

        var opened = Reopening.Plan(Blueprint.Of(graph), Past(run), [0], isResolved: false);
        opened.Ready.Should().Equal(new StepCount(0, 0, 0));
        opened.Counted.Should().Equal(new StepCount(2, 1, 0));
        (opened.OpenSteps, opened.DeadStep, opened.End).Should().Be((2, 1, null));

        var last = Planner.Plan(
            graph,
            Snapshot(graph, RunState.Running, StepState.Success, StepState.Dead, StepState.Running, StepState.Cancelled) with { OpenSteps = 1, DeadStep = 1 },
            [new StepSucceeded(2)]);
        last.End.Should().Match<RunEnd>(end => end.State == RunState.Failed && end.Step == 1);
    }

    [Test]
    public void A_resolved_last_step_ends_the_run()
    {
        var graph = StepGraph.Create(2, [new Edge(0, 1)]);
        var run = Snapshot(graph, RunState.Failed, StepState.Success, StepState.Dead);

        var resolved = Reopening.Plan(Blueprint.Of(graph), Past(run), [1], isResolved: true);

        resolved.Ended.Should().Equal(new StepEnd(1, StepState.Success, 0, 1));
        (resolved.OpenSteps, resolved.End!.State).Should().Be((0, RunState.Success));
    }

    [TestCase(StepState.Success, false)]
    [TestCase(StepState.Cancelled, false)]
    [TestCase(StepState.Running, false)]
    [TestCase(StepState.Failed, true)]
    public void Other_states_are_not_opened(StepState state, bool isResolved)
    {
        var graph = StepGraph.Create(1, []);
        var plan = () => Reopening.Plan(Blueprint.Of(graph), Past(Snapshot(graph, RunState.Running, state)), [0], isResolved);

        plan.Should().Throw<ArgumentException>();
    }

    private static RunSnapshot Snapshot(StepGraph graph, RunState run, params StepState[] states) => new()
    {
        State = run,
        OpenSteps = states.Count(state => !state.IsTerminal()),
        Steps = Enumerable.Range(0, graph.Count).ToDictionary(step => step, step => new StepSnapshot(
            states[step],
            graph.Parents(step).Count(parent => !(states[parent] is StepState.Success or StepState.Skipped)),
            graph.Parents(step).Count(parent => states[parent] == StepState.Success))),
    };

    private static PastRun Past(RunSnapshot run, IReadOnlySet<int>? started = null) => new(
        run.State,
        run.Steps.ToDictionary(step => step.Key, step => new PastStep(step.Value) { HasStarted = started?.Contains(step.Key) ?? false }),
        new Dictionary<BlockKey, BlockSnapshot>(),
        new Dictionary<int, OwnerSnapshot>());

    private sealed class World
    {
        private readonly StepGraph _graph;
        private readonly Random _random;
        private readonly StepSnapshot[] _steps;
        private readonly HashSet<int> _ended = [];
        private readonly HashSet<int> _started = [];
        private double _deaths;
        private int? _deadStep;

        public World(StepGraph graph, Random random)
        {
            (_graph, _random, _deaths) = (graph, random, random.NextDouble() * 0.4);
            _steps = [.. Enumerable.Range(0, graph.Count).Select(step => new StepSnapshot(
                graph.Parents(step).Count == 0 ? StepState.Queued : StepState.Waiting, graph.Parents(step).Count, 0))];
            Open = graph.Count;
        }

        public RunState Run { get; private set; } = RunState.Running;

        public int Open { get; private set; }

        public IEnumerable<StepState> States => _steps.Select(step => step.State);

        public int[] Dead => [.. Of(StepState.Dead)];

        public void Drive()
        {
            while (!Run.IsTerminal())
            {
                var active = Of(StepState.Queued, StepState.Running, StepState.Failed).ToArray();
                active.Should().NotBeEmpty("a run that goes on has something to do");
                var step = active[_random.Next(active.Length)];
                if (_steps[step].State == StepState.Running)
                {
                    Apply(Planner.Plan(_graph, View(), [Outcome(step)]));
                }
                else
                {
                    _started.Add(step);
                    _steps[step] = _steps[step] with { State = _random.Next(8) == 0 ? StepState.Failed : StepState.Running };
                }

                if (Run == RunState.Running && Dead.Length > 0 && _random.Next(6) == 0)
                {
                    Reopen();
                }
            }
        }

        public void Reopen()
        {
            // Some of what is still under way ends before the decision, in a run that has ended.
            foreach (var late in Of(StepState.Running).Where(_ => Run == RunState.Failed && _random.Next(2) == 0).ToArray())
            {
                Apply(Planner.Plan(_graph, View(), [Outcome(late)]));
            }

            _deaths *= 0.8;
            _ended.Clear();
            var step = Dead[_random.Next(Dead.Length)];
            var isResolved = _random.Next(3) == 0;
            var decisions = Reopening.Plan(Blueprint.Of(_graph), Past(View(), _started), [step], isResolved);

            // A step that has had an attempt never waits for another again: only one that never started is counted.
            decisions.Counted.Select(count => count.Step).Should().NotIntersectWith(_started);
            Run = RunState.Running;
            Apply(decisions);
            _steps[step].State.Should().Be(isResolved ? StepState.Success : StepState.Queued);
        }

        private StepNews Outcome(int step) => _random.NextDouble() switch
        {
            var chance when chance < _deaths => new StepDied(step, "died"),
            > 0.85 => new StepSkipped(step),
            _ => new StepSucceeded(step),
        };

        private RunSnapshot View() => new()
        {
            State = Run,
            OpenSteps = Open,
            DeadStep = _deadStep,
            Steps = Enumerable.Range(0, _graph.Count).ToDictionary(step => step, step => _steps[step]),
        };

        private void Apply(Decisions decisions)
        {
            foreach (var end in decisions.Ended)
            {
                _ended.Add(end.Step).Should().BeTrue("step {0} ends once an opening", end.Step);
                _steps[end.Step] = new StepSnapshot(end.State, end.Pending, end.Present);
            }

            foreach (var count in decisions.Counted)
            {
                _steps[count.Step] = new StepSnapshot(StepState.Waiting, count.Pending, count.Present);
            }

            foreach (var ready in decisions.Ready)
            {
                _steps[ready.Step] = new StepSnapshot(StepState.Queued, ready.Pending, ready.Present);
            }

            (Open, _deadStep) = (decisions.OpenSteps, decisions.DeadStep);
            if (decisions.End is { } end_)
            {
                Run = end_.State;
                Cancel();
            }

            Open.Should().Be(_steps.Count(step => !step.State.IsTerminal()), "open steps are counted");
            if (!Run.IsTerminal())
            {
                CheckCounters();
            }
        }

        /// <summary>What has not started ends with its run.</summary>
        private void Cancel()
        {
            foreach (var step in Of(StepState.Waiting, StepState.Queued, StepState.Failed).ToArray())
            {
                _steps[step] = _steps[step] with { State = StepState.Cancelled };
                Open--;
            }
        }

        private void CheckCounters()
        {
            foreach (var step in Enumerable.Range(0, _graph.Count).Where(step => !_steps[step].State.IsTerminal()))
            {
                var parents = _graph.Parents(step).Select(parent => _steps[parent].State).ToArray();
                _steps[step].Pending.Should().Be(parents.Count(state => state is not (StepState.Success or StepState.Skipped)), "step {0}", step);
                _steps[step].Present.Should().Be(parents.Count(state => state == StepState.Success), "step {0}", step);
            }
        }

        private IEnumerable<int> Of(params StepState[] states) =>
            Enumerable.Range(0, _graph.Count).Where(step => states.Contains(_steps[step].State));
    }
}
