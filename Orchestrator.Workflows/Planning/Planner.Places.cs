using Orchestrator.Workflows.States;

namespace Orchestrator.Workflows.Planning;

/// <content>How many steps are under way at a time (<c>config.max_parallel</c>).</content>
public static partial class Planner
{
    private sealed partial class Planning
    {
        /// <summary>Of the steps that could start those that do, those that are held from now on, and whether it needs more of those that are held.</summary>
        private (IEnumerable<int> Ready, IEnumerable<int> Held, bool Lacks) Share()
        {
            if (blueprint.MaxParallel is not { } most || _end is not null)
            {
                return (_ready, [], false);
            }

            var free = most - run.UnderWay.Count(IsStillUnderWay);
            var able = _ready.Where(TakesPlace).Concat(run.Held.Where(IsStillHeld)).Distinct().Order().ToArray();
            var started = able.Take(Math.Max(0, free)).ToHashSet();
            return (
                _ready.Where(step => !TakesPlace(step)).Concat(started),
                _ready.Where(step => TakesPlace(step) && !started.Contains(step)),
                run.HasMoreHeld && started.Count < free);
        }

        private bool TakesPlace(int number) => Look(number) is not { } step || (!step.HasBegun && !blueprint.Rule(Definition(number, step)).Steers);

        private bool IsStillUnderWay(int number) =>
            !IsGone(number) && !(_steps.TryGetValue(number, out var now) && now is { State: StepState.Waiting, HasBegun: true });

        private bool IsStillHeld(int number) => !run.State.IsTerminal() && !IsGone(number);

        private bool IsGone(int number) =>
            _cancelled.Contains(number)
            || (_steps.TryGetValue(number, out var now) && now.State.IsTerminal())
            || (Look(number)?.Place is { } place && IsCancelled(place));
    }
}
