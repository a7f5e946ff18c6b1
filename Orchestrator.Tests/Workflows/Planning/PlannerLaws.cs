using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.States;

namespace Orchestrator.Tests.Workflows.Planning;

/// <summary>What holds of a run at every moment, counted anew from its steps.</summary>
internal sealed class PlannerLaws(PlannerWorld world)
{
    private readonly Dictionary<BlockKey, bool> _live = [];

    public void Check()
    {
        var open = world.Steps.Values.Count(step => step.Place is null && step.IsOpen);
        Broken.If(
            world.OpenSteps != (world.Run == RunState.Success ? 0 : open), $"the run counts {world.OpenSteps} open steps, and has {open}");
        Broken.If(!world.Run.IsTerminal() && open == 0, "a run without open steps has ended");
        foreach (var (number, step) in world.Steps.Where(step => step.Value.IsOpen))
        {
            Broken.If(world.Run.IsTerminal() && step.State != StepState.Running, $"step {number} is open in a run that has ended");
            Broken.If(!world.Run.IsTerminal() && step.Place is { } place && !IsLive(place), $"step {number} is open in what is closed");
            if (step.State == StepState.Waiting)
            {
                CheckWaiting(number, step);
            }
        }

        if (!world.Run.IsTerminal())
        {
            CheckBlocks();
            CheckPlaces();
        }
    }

    /// <summary>Never more are under way than may be, and none is held while fewer are.</summary>
    private void CheckPlaces()
    {
        if (world.Blueprint.MaxParallel is not { } most)
        {
            return;
        }

        var underWay = world.Steps.Values.Count(step =>
            step.State is StepState.Queued or StepState.Running or StepState.Failed && !step.IsReplaced && !world.Blueprint.Rule(step.Definition).Steers);
        Broken.If(underWay > most, $"{underWay} steps are under way, and {most} may be");
        Broken.If(underWay < most && world.Steps.Values.Any(step => step is { HasPlace: false, IsOpen: true }), $"a step is held while {underWay} of {most} are under way");
    }

    private void CheckWaiting(int number, WorldStep step)
    {
        if (!step.HasBegun)
        {
            Broken.If(
                world.Join(number) is var join && join != (step.HasPlace == false ? JoinNow.Met : JoinNow.Open),
                $"step {number} {(step.HasPlace == false ? "is held" : "waits")}, and its join is {join}");
        }
        else if (step.IsHeld)
        {
            Broken.If(
                world.Steps.Values.Any(other => other is { IsOpen: true, Place: { } place } && place.Owner.Number == number),
                $"step {number} waits for a decision, and something in it is open");
        }
        else if (!step.HasTimer)
        {
            var owner = world.Owners[number];
            Broken.If(owner.IsDue, $"step {number} waits, and is due");
            Broken.If(
                !world.Blocks.Any(block => block.Key.Owner == number && block.Value is { Snapshot.IsOpen: true, IsReplaced: false }),
                $"step {number} waits for its blocks, and none is open");
        }
    }

    private void CheckBlocks()
    {
        foreach (var blocks in world.Blocks.GroupBy(block => block.Key.Owner))
        {
            var owner = world.Owners[blocks.Key];
            if (world.Steps[blocks.Key] is { IsOpen: false } or { IsHeld: true } || (world.Steps[blocks.Key].Place is { } above && !IsLive(above)))
            {
                continue;
            }

            var ended = blocks.Count(block => !block.Value.Snapshot.IsOpen || block.Value.IsReplaced);
            var succeeded = blocks.Count(block => block.Value.Snapshot is { IsOpen: false, DeadStep: null });
            Broken.If(
                (owner.Opened, owner.Ended, owner.Succeeded) != (blocks.Count(), ended, succeeded),
                $"step {blocks.Key} counts {owner}, and it is {blocks.Count()}, {ended}, {succeeded}");
            foreach (var (key, block) in blocks.Where(block => block.Value is { Snapshot.IsOpen: true, IsReplaced: false }))
            {
                var open = block.Steps.Count(step => world.Steps[step].IsOpen);
                Broken.If(block.Snapshot.OpenSteps != open || open == 0, $"block {key} counts {block.Snapshot.OpenSteps} open steps, and has {open}");
            }
        }
    }

    /// <summary>Whether the block, and all that it is in, goes on.</summary>
    private bool IsLive(StepPlace place)
    {
        if (_live.TryGetValue(place.Block, out var known))
        {
            return known;
        }

        var (owner, block) = (world.Steps[place.Owner.Number], world.Blocks[place.Block]);
        var isOpen = block is { Snapshot.IsOpen: true, IsReplaced: false };

        // What a step has left behind goes on whatever becomes of what that step was in.
        return _live[place.Block] = isOpen && (owner.IsOpen ? place.OfOwner is not { } above || IsLive(above) : owner.LeftRest);
    }
}
