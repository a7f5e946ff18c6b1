using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.States;

namespace Orchestrator.Tests.Workflows.Planning;

/// <summary>A step of a run in memory.</summary>
internal sealed class WorldStep
{
    public required int Definition { get; init; }

    public StepPlace? Place { get; init; }

    public StepState State { get; set; } = StepState.Waiting;

    public int Pending { get; set; }

    public int Present { get; set; }

    public bool HasBegun { get; set; }

    public bool HasTimer { get; set; }

    /// <summary>It counts as under way; false: it is held.</summary>
    public bool? HasPlace { get; set; }

    /// <summary>It has failed, and its alternative runs.</summary>
    public bool IsReplaced { get; set; }

    /// <summary>It has failed, and waits for a decision.</summary>
    public bool IsHeld { get; set; }

    /// <summary>Of a <c>for_each</c>: items; null: not read yet.</summary>
    public int? Items { get; set; }

    /// <summary>What the worker knows that has claimed it.</summary>
    public OwnerSnapshot Claimed { get; set; }

    // What those that depend on it may take it for, kept apart from the planner's counters.

    /// <summary>Failed or skipped, and counts as ended well.</summary>
    public bool IsPassedOver { get; set; }

    public IReadOnlyList<int> NotTaken { get; set; } = [];

    /// <summary>It ended with blocks that go on.</summary>
    public bool LeftRest { get; set; }

    public StepSnapshot Snapshot => new(State, Pending, Present, Place) { HasBegun = HasBegun && State == StepState.Waiting };

    public bool IsOpen => !State.IsTerminal();
}

/// <summary>A block of a run in memory.</summary>
internal sealed class WorldBlock
{
    public required int Body { get; init; }

    public required int First { get; init; }

    public required int Count { get; init; }

    public BlockSnapshot Snapshot { get; set; }

    /// <summary>Its owner has failed and opened others in its place.</summary>
    public bool IsReplaced { get; set; }

    public IEnumerable<int> Steps => Enumerable.Range(First, Count);
}

/// <summary>
/// A run in memory, kept as the recorder keeps it in rows: what the planner decides is carried out in the order of the
/// statements, what is cancelled is cancelled with all that it has opened.
/// </summary>
internal sealed class PlannerWorld
{
    public PlannerWorld(Blueprint blueprint)
    {
        Blueprint = blueprint;
        foreach (var step in blueprint.Main.Steps)
        {
            var pending = blueprint.Graph.Parents(step).Count;
            Steps[step] = new WorldStep { Definition = step, Pending = pending, HasPlace = pending == 0 && Counts(step) ? false : null };
        }

        foreach (var step in blueprint.Starters.Select(step => Steps[step]))
        {
            (step.State, step.HasPlace) = (StepState.Queued, Counts(step.Definition) ? true : null);
        }

        // Numbers of the workflow's own body are indexes; those after them are free.
        NextNumber = blueprint.Graph.Count;
        OpenSteps = blueprint.Main.Steps.Count;
    }

    public Blueprint Blueprint { get; }

    public RunState Run { get; set; } = RunState.Running;

    public int OpenSteps { get; private set; }

    public int? DeadStep { get; private set; }

    public int NextNumber { get; private set; }

    public Dictionary<int, WorldStep> Steps { get; } = [];

    public Dictionary<BlockKey, WorldBlock> Blocks { get; } = [];

    public Dictionary<int, OwnerSnapshot> Owners { get; } = [];

    private bool Counts(int definition) => Blueprint.MaxParallel is not null && !Blueprint.Rule(definition).Steers;

    /// <summary>Plans from as little as the planner asks for; what it lacks is added, as the recorder does it.</summary>
    public Decisions Plan(IReadOnlyList<StepNews> news, bool looksAhead)
    {
        var steps = news.Select(item => item.Step).ToHashSet();
        var owners = steps.Where(step => Steps[step].HasBegun && Owners.ContainsKey(step)).ToHashSet();
        var blocks = new HashSet<BlockKey>();
        if (looksAhead)
        {
            foreach (var step in steps.ToList())
            {
                var (definition, place) = (Steps[step].Definition, Steps[step].Place);
                steps.UnionWith(Blueprint.Graph.Children(definition).Select(child => Blueprint.Sibling(step, place, child)));
                if (place is not null)
                {
                    steps.Add(place.Owner.Number);
                    blocks.Add(place.Block);
                }
            }
        }

        var held = looksAhead ? int.MaxValue : 1;
        while (true)
        {
            var decisions = Planner.Plan(Blueprint, Snapshot(steps, blocks, owners, held), news);
            if (decisions.IsComplete)
            {
                return decisions;
            }

            var more = decisions.Missing.Count(steps.Add) + decisions.MissingBlocks.Count(blocks.Add) + (decisions.LacksHeld ? 1 : 0);
            Broken.If(more == 0 || (decisions.LacksHeld && held > 1), "the planner asks twice for what it has got");
            held = decisions.LacksHeld ? int.MaxValue : held;
        }
    }

    private RunSnapshot Snapshot(HashSet<int> steps, HashSet<BlockKey> blocks, HashSet<int> owners, int heldAtMost)
    {
        int[] underWay = [.. Steps.Where(step => step.Value is { HasPlace: true, IsOpen: true }).Select(step => step.Key)];
        int[] held = [.. Steps.Where(step => step.Value is { HasPlace: false, IsOpen: true }).Select(step => step.Key).Order().Take(heldAtMost)];
        return new()
        {
            State = Run,
            OpenSteps = OpenSteps,
            DeadStep = DeadStep,
            NextNumber = NextNumber,
            Steps = steps.Concat(underWay).Concat(held).Distinct().ToDictionary(step => step, step => Steps[step].Snapshot),
            Blocks = blocks.ToDictionary(key => key, key => Blocks[key].Snapshot),
            Owners = blocks.Select(key => key.Owner).Concat(owners).Distinct().ToDictionary(owner => owner, owner => Owners[owner]),
            UnderWay = underWay,
            Held = held,
            HasMoreHeld = held.Length == heldAtMost,
        };
    }

    /// <summary>Carries out what was decided about these steps, which were running.</summary>
    public void Apply(Decisions decisions, IEnumerable<int> recorded)
    {
        decisions.Opened.ToList().ForEach(Open);
        var ahead = decisions.Ended
            .Where(end => end.State == StepState.Success && Steps[end.Step] is { State: StepState.Waiting, HasBegun: false }).Select(end => end.Step).ToList();
        Move(decisions, recorded);
        foreach (var (key, block) in decisions.Blocks)
        {
            _ = Blocks.TryGetValue(key, out var known) && (known.Snapshot = block) == block;
        }

        foreach (var (number, owner) in decisions.Owners)
        {
            Owners[number] = owner;
        }

        decisions.Cancelled.ToList().ForEach(CancelAll);
        decisions.CancelledUnder.ToList().ForEach(owner => Replace(owner, decisions));
        decisions.CancelledBlocks.ToList().ForEach(block => CancelUnder(block.Owner, block.Iteration));
        (OpenSteps, DeadStep) = (decisions.OpenSteps, decisions.DeadStep);
        foreach (var step in decisions.Ready.Select(ready => ready.Step).Where(step => !Steps[step].HasBegun).Concat(ahead))
        {
            Broken.If(Join(step) is var join && join != JoinNow.Met, $"step {step} starts, and its join is {join}");
        }

        if (decisions.End is { } end)
        {
            End(end.State);
        }
        else if (Run == RunState.Success)
        {
            OpenSteps = 0;
        }
    }

    /// <summary>The run ends; what had not started is cancelled.</summary>
    public void End(RunState state)
    {
        Run = state;
        if (state == RunState.Success)
        {
            OpenSteps = 0;
        }

        foreach (var step in Steps.Values.Where(step => step.IsOpen && step.State != StepState.Running))
        {
            step.State = StepState.Cancelled;
            OpenSteps = Math.Max(0, OpenSteps - (step.Place is null ? 1 : 0));
        }
    }

    /// <summary>A step of the workflow's own body whose worker died after the run had ended: the sweeper cancels it.</summary>
    public void LoseOne() => OpenSteps = Math.Max(0, OpenSteps - 1);

    private void Open(BlockOpening opening)
    {
        var steps = Blueprint.Bodies[opening.Body].Steps;
        Broken.If(opening.First != NextNumber, "the numbers of blocks follow each other");
        NextNumber += steps.Count;
        Blocks.Add(opening.Key, new WorldBlock { Body = opening.Body, First = opening.First, Count = steps.Count, Snapshot = new BlockSnapshot(steps.Count) });
        foreach (var (position, step) in steps.Index())
        {
            Steps.Add(opening.First + position, new WorldStep
            {
                Definition = step,
                Place = StepPlace.Under(opening.Key.Owner, opening.OwnerPlace, opening.Key.Iteration, step),
                Pending = Blueprint.Graph.Parents(step).Count,
            });
        }
    }

    private void Move(Decisions decisions, IEnumerable<int> recorded)
    {
        foreach (var end in decisions.Ended)
        {
            var step = Steps[end.Step];
            Broken.If(!step.IsOpen, $"step {end.Step} ends twice");
            (step.State, step.Pending, step.Present) = (end.State, end.Pending, end.Present);
        }

        foreach (var step in recorded.Select(number => Steps[number]).Where(step => step.State == StepState.Running))
        {
            (step.State, step.HasBegun, step.HasPlace) = (StepState.Waiting, true, null);
        }

        foreach (var count in decisions.Counted)
        {
            var step = Steps[count.Step];
            Broken.If(step.State != StepState.Waiting, $"step {count.Step} counts, and is {step.State}");
            (step.Pending, step.Present) = (count.Pending, count.Present);
        }

        foreach (var held in decisions.Held)
        {
            var step = Steps[held.Step];
            Broken.If(step.State != StepState.Waiting || !Counts(step.Definition), $"step {held.Step} is held, and is {step.State}");
            (step.Pending, step.Present, step.HasPlace) = (held.Pending, held.Present, false);
        }

        foreach (var ready in decisions.Ready)
        {
            var step = Steps[ready.Step];
            Broken.If(step.State != StepState.Waiting, $"step {ready.Step} is ready, and was {step.State}");
            (step.State, step.Pending, step.Present) = (StepState.Queued, ready.Pending, ready.Present);
            step.HasPlace = Counts(step.Definition) && !step.HasBegun ? true : null;
            Broken.If(decisions.End is not null || Run.IsTerminal(), $"step {ready.Step} starts in a run that has ended");
            Broken.If(
                decisions.Cancelled.Contains(ready.Step) || !IsLive(step, decisions), $"step {ready.Step} starts in what is closed");
        }
    }

    /// <summary>Whether all that a step is in goes on after the decisions.</summary>
    private bool IsLive(WorldStep step, Decisions decisions)
    {
        var isLeft = false;
        for (var place = step.Place; place is not null; place = place.OfOwner)
        {
            var (owner, key) = (Steps[place.Owner.Number], place.Block);
            var isReplaced = decisions.CancelledUnder.Contains(key.Owner) && decisions.Opened.All(opening => opening.Key != key);
            if (decisions.Cancelled.Contains(key.Owner) || decisions.CancelledBlocks.Contains(key) || isReplaced
                || (!owner.IsOpen && !owner.LeftRest && !isLeft) || Blocks[key].IsReplaced)
            {
                return false;
            }

            isLeft |= !owner.IsOpen && owner.LeftRest;
        }

        return true;
    }

    private void CancelAll(int number)
    {
        if (Steps[number].IsOpen)
        {
            Steps[number].State = StepState.Cancelled;
        }

        CancelUnder(number, null);
    }

    /// <summary>All blocks of a step are cancelled, but for those that it has opened in their place.</summary>
    private void Replace(int owner, Decisions decisions)
    {
        var opened = decisions.Opened.Select(opening => opening.Key).ToHashSet();
        foreach (var (key, block) in Blocks.Where(block => block.Key.Owner == owner && !opened.Contains(block.Key)).ToList())
        {
            block.IsReplaced = Steps[owner].IsOpen;
            CancelUnder(owner, key.Iteration);
        }
    }

    private void CancelUnder(int owner, int? iteration)
    {
        foreach (var (_, block) in Blocks.Where(block => block.Key.Owner == owner && (iteration is null || block.Key.Iteration == iteration)).ToList())
        {
            block.Steps.ToList().ForEach(CancelAll);
        }
    }

    /// <summary>Something of its block has failed.</summary>
    private bool IsFailing(StepPlace? place) =>
        place is not null && Blocks[place.Block].Steps.Any(step => Steps[step] is { State: StepState.Dead, IsPassedOver: false });

    /// <summary>What a step's join comes to, counted anew from what it depends on.</summary>
    public JoinNow Join(int number)
    {
        var step = Steps[number];
        var rule = Blueprint.Rule(step.Definition);
        var (open, present, failed) = (0, 0, false);
        foreach (var parent in Blueprint.Graph.Parents(step.Definition))
        {
            var one = Steps[Blueprint.Sibling(number, step.Place, parent)];
            open += one.IsOpen ? 1 : 0;
            failed |= one.State == StepState.Dead && !one.IsPassedOver;
            var isTaken = !Blueprint.Rule(parent).Targets.Contains(step.Definition)
                || (one.State == StepState.Success && !one.NotTaken.Contains(step.Definition));
            var isPassed = rule.IsInOrder && one.State is StepState.Skipped or StepState.Cancelled && !IsFailing(step.Place);
            present += isPassed || (one.State == StepState.Success || (one.State is StepState.Skipped or StepState.Dead && one.IsPassedOver)) && isTaken ? 1 : 0;
            if (!isTaken && !one.IsOpen && rule.Choosers == 1)
            {
                return JoinNow.Impossible;
            }
        }

        return rule.Join.Kind switch
        {
            JoinKind.AllDone => open == 0 ? JoinNow.Met : JoinNow.Open,
            JoinKind.All when failed => JoinNow.Impossible,
            JoinKind.All => open > 0 ? JoinNow.Open : present > 0 || Blueprint.Graph.Parents(step.Definition).Count == 0 ? JoinNow.Met : JoinNow.Impossible,
            _ => present >= rule.Join.Needed ? JoinNow.Met : present + open < rule.Join.Needed ? JoinNow.Impossible : JoinNow.Open,
        };
    }
}

/// <summary>What a step's join comes to.</summary>
internal enum JoinNow
{
    Open,
    Met,
    Impossible,
}

/// <summary>A law of runs was broken.</summary>
internal sealed class Broken(string message) : Exception(message)
{
    public static void If(bool isBroken, string message)
    {
        if (isBroken)
        {
            throw new Broken(message);
        }
    }
}
