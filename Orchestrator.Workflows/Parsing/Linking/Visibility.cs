using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Graph;
using Orchestrator.Workflows.Parsing.Reading;

namespace Orchestrator.Workflows.Parsing.Linking;

/// <summary>
/// Which results a step may read: of steps upstream in its own body, and of those upstream of the steps around it; of what
/// these contain, where it is there once. Inside of a loop, of every step of the loop: its newest.
/// </summary>
internal sealed class Visibility(Dependencies links)
{
    private readonly Ancestry _ancestry = new(links.Blueprint.Graph);

    public bool CanRead(StepDraft reader, StepDraft other)
    {
        if (reader.Action is LoopAction or ForEachAction && IsInside(other, reader))
        {
            return reader.Action is LoopAction && !PassesItems(other, reader);
        }

        for (var (at, home) = (reader, links.Bodies.HomeOf(reader)); ; (at, home) = (home.Owner!, links.Bodies.HomeOf(home.Owner!)))
        {
            if (ContainerIn(home, other) is { } container)
            {
                var isThere = home.Owner?.Action is LoopAction || _ancestry.IsAbove(container.Index, at.Index);
                return isThere && !PassesItems(other, container);
            }

            if (home.IsDetached)
            {
                return home.Openers.Exists(opener => opener == other || CanRead(opener, other));
            }

            if (home.Owner is null)
            {
                return false;
            }
        }
    }

    /// <summary>The <c>for_each</c> whose items each have a result of the step of their own, as seen by the reader; null: there is none.</summary>
    public StepDraft? ItemsAround(StepDraft reader, StepDraft other)
    {
        for (var owner = links.Bodies.HomeOf(other).Owner; owner is not null; owner = links.Bodies.HomeOf(owner).Owner)
        {
            if (owner.Action is ForEachAction && !IsInside(reader, owner))
            {
                return owner;
            }
        }

        return null;
    }

    public int CountUpstream(StepDraft reader) => Levels(reader).Sum(at => _ancestry.CountAbove(at.Index));

    public IEnumerable<int> Upstream(StepDraft reader) => Levels(reader).SelectMany(at => _ancestry.Above(at.Index));

    /// <summary>The step and those around it, the nearest first.</summary>
    public IEnumerable<StepDraft> Levels(StepDraft step)
    {
        for (var at = step; at is not null; at = links.Bodies.HomeOf(at) is var home && home.IsDetached ? home.Openers[0] : home.Owner)
        {
            yield return at;
        }
    }

    public bool IsInDetached(StepDraft step)
    {
        for (var at = step; at is not null; at = links.Bodies.HomeOf(at).Owner)
        {
            if (links.Bodies.HomeOf(at).IsDetached)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The step of this body that a step is or is inside of.</summary>
    private StepDraft? ContainerIn(Slot home, StepDraft step)
    {
        for (var at = step; at is not null; at = links.Bodies.HomeOf(at).Owner)
        {
            if (links.Bodies.HomeOf(at) == home)
            {
                return at;
            }
        }

        return null;
    }

    private bool IsInside(StepDraft step, StepDraft container)
    {
        for (var owner = links.Bodies.HomeOf(step).Owner; owner is not null; owner = links.Bodies.HomeOf(owner).Owner)
        {
            if (owner == container)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether there is a <c>for_each</c> on the way from the container down to the step.</summary>
    private bool PassesItems(StepDraft step, StepDraft container)
    {
        for (var at = step; at != container; at = links.Bodies.HomeOf(at).Owner!)
        {
            if (links.Bodies.HomeOf(at).Owner?.Action is ForEachAction)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The names that stand for items here.</summary>
    public IReadOnlySet<string> ItemNames(StepDraft step) => Levels(step).Skip(1)
        .Concat(step.Action is ForEachAction ? [step] : [])
        .Select(around => around.Action).OfType<ForEachAction>().Select(items => items.ItemName).OfType<string>().ToHashSet();

    public bool IsInForEach(StepDraft step) => Levels(step).Skip(1).Any(around => around.Action is ForEachAction);

    public bool IsInLoop(StepDraft step) => Levels(step).Any(around => around.Action is LoopAction);
}
