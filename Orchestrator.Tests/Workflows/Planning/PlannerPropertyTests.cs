using Orchestrator.Workflows.Graph;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.States;

namespace Orchestrator.Tests.Workflows.Planning;

/// <summary>
/// A run driven by the planner alone: random graphs, outcomes, batching, doubled news and crashes (work done and not
/// recorded, then done again). Whatever happens every step ends once, none starts before what it depends on has ended,
/// and the run ends.
/// </summary>
public sealed class PlannerPropertyTests
{
    [Test]
    public void Every_run_ends_and_keeps_its_order([Range(0, 299)] int seed)
    {
        var random = new Random(seed);
        var graph = RandomGraph(random);
        var world = new World(graph, random);

        world.Drive();

        world.Run.IsTerminal().Should().BeTrue("every run ends (seed {0})", seed);
        world.Starts.Should().OnlyContain(start => graph.Parents(start.Step).All(parent => start.EndedBefore.Contains(parent)));
        if (world.Run == RunState.Success)
        {
            world.States.Should().OnlyContain(state => state.IsTerminal());
            world.Open.Should().Be(0);
        }
        else
        {
            world.States.Should().Contain(StepState.Dead);
        }
    }

    private static StepGraph RandomGraph(Random random)
    {
        var count = random.Next(1, 201);
        var density = random.NextDouble() * Math.Min(1, 6.0 / count);
        var edges = from child in Enumerable.Range(0, count)
                    from parent in Enumerable.Range(0, child)
                    where random.NextDouble() < density
                    select new Edge(parent, child);
        return StepGraph.Create(count, edges.ToArray());
    }

    private sealed class World
    {
        private readonly StepGraph _graph;
        private readonly Random _random;
        private readonly double _deaths;
        private readonly StepSnapshot[] _steps;
        private readonly List<int> _active;
        private readonly HashSet<int> _ended = [];

        public World(StepGraph graph, Random random)
        {
            (_graph, _random) = (graph, random);
            _deaths = random.Next(3) == 0 ? 0.02 : 0;
            _steps = [.. Enumerable.Range(0, graph.Count).Select(step => new StepSnapshot(
                graph.Parents(step).Count == 0 ? StepState.Queued : StepState.Waiting, graph.Parents(step).Count, 0))];
            _active = [.. graph.Roots];
            Open = graph.Count;
            _active.ForEach(Started);
        }

        public RunState Run { get; private set; } = RunState.Running;

        public int Open { get; private set; }

        public IEnumerable<StepState> States => _steps.Select(step => step.State);

        public List<(int Step, HashSet<int> EndedBefore)> Starts { get; } = [];

        public void Drive()
        {
            while (!Run.IsTerminal())
            {
                _active.Should().NotBeEmpty("a run that has not ended has something to do");
                var news = NextNews();
                if (_random.Next(10) == 0)
                {
                    continue; // crashed before the recording: the same steps are done again
                }

                Apply(news);
            }
        }

        private List<StepNews> NextNews()
        {
            var batch = Enumerable.Range(0, _random.Next(1, 5)).Select(_ => _active[_random.Next(_active.Count)]).ToList();
            if (_random.Next(8) == 0)
            {
                batch.Add(_random.Next(_graph.Count)); // news of any step, perhaps of one that ended long ago
            }

            return [.. batch.Where(step => _active.Contains(step) || _steps[step].State.IsTerminal()).Select(Outcome)];
        }

        private StepNews Outcome(int step) => _random.NextDouble() switch
        {
            var chance when chance < _deaths => new StepDied(step, "died"),
            < 0.15 => new StepSkipped(step),
            _ => new StepSucceeded(step),
        };

        private void Apply(List<StepNews> news)
        {
            // The local view grows as the planner asks, as the recorder does it.
            var view = news.Select(item => item.Step).Concat(news.SelectMany(item => _graph.Children(item.Step))).ToHashSet();
            Decisions decisions;
            do
            {
                decisions = Planner.Plan(_graph, new RunSnapshot
                {
                    State = Run,
                    OpenSteps = Open,
                    Steps = view.ToDictionary(step => step, step => _steps[step]),
                }, news);
                view.UnionWith(decisions.Missing);
            }
            while (decisions.Missing.Count > 0);

            foreach (var end in decisions.Ended)
            {
                _ended.Add(end.Step).Should().BeTrue("step {0} ends once", end.Step);
                _steps[end.Step] = new StepSnapshot(end.State, end.Pending, end.Present);
                _active.Remove(end.Step);
            }

            foreach (var count in decisions.Counted)
            {
                _steps[count.Step] = new StepSnapshot(StepState.Waiting, count.Pending, count.Present);
            }

            foreach (var ready in decisions.Ready)
            {
                _steps[ready.Step] = new StepSnapshot(StepState.Queued, ready.Pending, ready.Present);
                _active.Add(ready.Step);
                Started(ready.Step);
            }

            Open = decisions.OpenSteps;
            Run = decisions.End?.State ?? Run;
        }

        private void Started(int step) => Starts.Add((step, [.. _ended]));
    }
}
