using Orchestrator.Workflows.Graph;
using Orchestrator.Workflows.States;

namespace Orchestrator.Workflows.Planning;

/// <summary>
/// Decides what follows when steps of a run have ended. A pure function of the graph, a local snapshot and the news;
/// it reads no clock and writes nothing.
/// <para>
/// A step becomes ready when the last of those that it depends on has ended and at least one of them well; when all of
/// them are absent it is skipped, and that may skip what depends on it in turn. A step that died ends the run. The run
/// succeeds with its last open step, unless it was reopened (<see cref="Reopening"/>) and another step is still dead.
/// </para>
/// <para>News of a step that has ended already is ignored: deliveries may be doubled.</para>
/// </summary>
public static class Planner
{
    public static Decisions Plan(StepGraph graph, RunSnapshot run, IReadOnlyCollection<StepNews> news) =>
        new Planning(graph, run).Decide(news);

    private sealed class Planning(StepGraph graph, RunSnapshot run)
    {
        private readonly Dictionary<int, StepSnapshot> _steps = [];
        private readonly Queue<StepNews> _news = new();
        private readonly List<StepEnd> _ended = [];
        private readonly HashSet<int> _ready = [];
        private readonly HashSet<int> _counted = [];
        private readonly SortedSet<int> _missing = [];
        private int _open = run.OpenSteps;
        private RunEnd? _end;

        public Decisions Decide(IReadOnlyCollection<StepNews> news)
        {
            foreach (var item in news)
            {
                _news.Enqueue(item);
            }

            while (_news.TryDequeue(out var item))
            {
                End(item);
            }

            return new Decisions
            {
                Ended = _ended,
                Ready = [.. _ready.Order().Select(Count)],
                Counted = [.. _counted.Order().Select(Count)],
                OpenSteps = _open,
                End = _end ?? (Goes && _open == 0 ? EndOfAll() : null),
                DeadStep = run.DeadStep,
                Missing = [.. _missing],
            };
        }

        /// <summary>False once the run has ended: what still comes in is written down, and nothing follows from it.</summary>
        private bool Goes => !run.State.IsTerminal() && _end is null;

        private RunEnd EndOfAll() => run.DeadStep is { } dead
            ? new RunEnd(RunState.Failed, dead, "This step is still dead, and nothing else is left to do.")
            : new RunEnd(RunState.Success);

        private void End(StepNews news)
        {
            if (Look(news.Step) is not { } step || step.State.IsTerminal())
            {
                return;
            }

            var state = StateAfter(news);
            _steps[news.Step] = step with { State = state };
            _ended.Add(new StepEnd(news.Step, state, step.Pending, step.Present));
            _ready.Remove(news.Step);
            _counted.Remove(news.Step);
            _open--;
            if (!Goes)
            {
                return;
            }

            if (news is StepDied died)
            {
                _end = new RunEnd(RunState.Failed, died.Step, died.Error);
                _ready.Clear();
                _counted.Clear();
                return;
            }

            foreach (var child in graph.Children(news.Step))
            {
                CountDown(child, present: state == StepState.Success);
            }
        }

        private void CountDown(int child, bool present)
        {
            if (Look(child) is not { State: StepState.Waiting } step)
            {
                return;
            }

            step = step with { Pending = step.Pending - 1, Present = step.Present + (present ? 1 : 0) };
            _steps[child] = step;
            if (step.Pending > 0)
            {
                _counted.Add(child);
                return;
            }

            _counted.Remove(child);
            if (step.Present > 0)
            {
                _ready.Add(child);
            }
            else
            {
                _news.Enqueue(new StepSkipped(child));
            }
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

        private StepCount Count(int step) => new(step, _steps[step].Pending, _steps[step].Present);

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
