using Orchestrator.Workflows.Graph;
using Orchestrator.Workflows.States;

namespace Orchestrator.Workflows.Planning;

/// <summary>
/// Decides what follows when an operator opens a dead step of a run again, or resolves it. Pure, as <see cref="Planner"/>.
/// <para>
/// Steps that were cancelled because of the failure come back, unless another step upstream of them is still dead:
/// they wait with counters computed anew from what they depend on now, go to a worker, or are skipped where nothing that
/// they depend on took place (the last of it may have ended after the run had). The rest is the planner's: a resolved
/// step is news of a success.
/// </para>
/// <para>
/// What has succeeded or was skipped stays so. A skip can't change its outcome: all that such a step depends on was
/// skipped, and neither a dead nor a cancelled step was among it.
/// </para>
/// </summary>
public static class Reopening
{
    /// <summary>What follows; the step is in <see cref="Decisions.Ready"/>, or resolved in <see cref="Decisions.Ended"/>.</summary>
    /// <param name="graph">The workflow's.</param>
    /// <param name="run">Every step of the run.</param>
    /// <param name="step">A dead step, or one that has failed and waits for its next attempt.</param>
    /// <param name="isResolved">The step succeeds; else it gets another attempt.</param>
    /// <exception cref="ArgumentException">The step's state allows none of it.</exception>
    public static Decisions Plan(StepGraph graph, RunSnapshot run, int step, bool isResolved)
    {
        var transition = isResolved ? StepTransition.Resolve : StepTransition.Requeue;
        var opened = run.Steps[step];
        if (opened.State == StepState.Cancelled || !transition.Allows(opened.State))
        {
            throw new ArgumentException($"Step {step} is {opened.State}.", nameof(step));
        }

        // A resolved step is open until the planner has heard of its success.
        var steps = new Dictionary<int, StepSnapshot>(run.Steps)
        {
            [step] = opened with { State = isResolved ? StepState.Running : StepState.Queued },
        };
        var (back, dead) = BringBack(graph, steps);
        var decisions = Planner.Plan(
            graph,
            new RunSnapshot
            {
                State = RunState.Running,
                OpenSteps = steps.Values.Count(one => !one.State.IsTerminal()),
                DeadStep = dead,
                Steps = steps,
            },
            News(graph, steps, back, isResolved ? step : null));
        return With(decisions, steps, isResolved ? back : [.. back, step]);
    }

    /// <summary>Cancelled steps that nothing dead is upstream of; and the first step that stays dead.</summary>
    private static (List<int> Back, int? Dead) BringBack(StepGraph graph, Dictionary<int, StepSnapshot> steps)
    {
        var back = new List<int>();
        var closed = new HashSet<int>();
        foreach (var step in graph.Order)
        {
            var parents = graph.Parents(step);
            if (steps[step].State == StepState.Dead || (steps[step].State == StepState.Cancelled && parents.Any(closed.Contains)))
            {
                closed.Add(step);
            }
            else if (steps[step].State == StepState.Cancelled)
            {
                var pending = parents.Count(parent => steps[parent].State is not (StepState.Success or StepState.Skipped));
                var present = parents.Count(parent => steps[parent].State == StepState.Success);
                var isReady = pending == 0 && (present > 0 || parents.Count == 0);
                steps[step] = new StepSnapshot(isReady ? StepState.Queued : StepState.Waiting, pending, present);
                back.Add(step);
            }
        }

        int? dead = closed.Where(step => steps[step].State == StepState.Dead).Select(step => (int?)step).Min();
        return (back, dead);
    }

    private static List<StepNews> News(StepGraph graph, Dictionary<int, StepSnapshot> steps, List<int> back, int? resolved)
    {
        var news = back
            .Where(step => steps[step] is { State: StepState.Waiting, Pending: 0 })
            .Select(StepNews (step) => new StepSkipped(step))
            .ToList();
        if (resolved is { } step)
        {
            news.Add(new StepSucceeded(step));
        }

        return news;
    }

    /// <summary>The planner says what its news changed; what came back besides is added.</summary>
    private static Decisions With(Decisions decisions, Dictionary<int, StepSnapshot> steps, IReadOnlyCollection<int> back)
    {
        var decided = decisions.Ended.Select(end => end.Step)
            .Concat(decisions.Ready.Select(count => count.Step))
            .Concat(decisions.Counted.Select(count => count.Step))
            .ToHashSet();
        var rest = back.Where(step => !decided.Contains(step)).ToLookup(
            step => steps[step].State, step => new StepCount(step, steps[step].Pending, steps[step].Present));
        return decisions with
        {
            Ready = [.. decisions.Ready.Concat(rest[StepState.Queued]).OrderBy(count => count.Step)],
            Counted = [.. decisions.Counted.Concat(rest[StepState.Waiting]).OrderBy(count => count.Step)],
        };
    }
}
