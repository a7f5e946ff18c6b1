using Orchestrator.Workflows.States;

namespace Orchestrator.Workflows.Planning;

/// <summary>All of a run that an operator opens again.</summary>
/// <param name="State">Where the run stands.</param>
/// <param name="Steps">Every step, by number.</param>
/// <param name="Blocks">Every block.</param>
/// <param name="Owners">Every step that has opened blocks, by number.</param>
public sealed record PastRun(
    RunState State,
    IReadOnlyDictionary<int, PastStep> Steps,
    IReadOnlyDictionary<BlockKey, BlockSnapshot> Blocks,
    IReadOnlyDictionary<int, OwnerSnapshot> Owners)
{
    private ILookup<BlockKey, int>? _members;
    private ILookup<int, BlockKey>? _blocks;

    /// <summary>Numbers of the steps that a rollback has undone.</summary>
    public IReadOnlySet<int> Undone { get; init; } = new HashSet<int>();

    /// <summary>Numbers of a block's steps, ascending.</summary>
    public IEnumerable<int> Members(BlockKey block) =>
        (_members ??= Steps.Where(step => step.Value.Step.Place is not null).OrderBy(step => step.Key).ToLookup(step => step.Value.Step.Place!.Block, step => step.Key))[block];

    /// <summary>The blocks that a step's end depends on: where others have taken the place of the earlier ones, or undo, those.</summary>
    public IEnumerable<BlockKey> BlocksOf(int owner)
    {
        _blocks ??= Blocks.Keys.OrderBy(key => key.Iteration).ToLookup(key => key.Owner);
        return Steps[owner] switch
        {
            { HasReplaced: true } => _blocks[owner].TakeLast(1),
            { FirstCompensation: { } first } => _blocks[owner].Where(key => key.Iteration >= first),
            _ => _blocks[owner],
        };
    }

    /// <summary>
    /// The dead steps because of which this one is: those in its blocks that failed it, and so on inwards; itself where it
    /// contains none. Another attempt of it is another one of these.
    /// </summary>
    public IEnumerable<int> Causes(int step)
    {
        var inside = !Owners.TryGetValue(step, out var owner) || owner.FailedStep is null
            ? []
            : BlocksOf(step)
                .Where(key => !Blocks[key].IsOpen && Blocks[key].DeadStep is not null)
                .SelectMany(Members)
                .Where(HasFailed)
                .SelectMany(Causes)
                .ToArray();
        return inside.Length > 0 ? inside : [step];
    }

    /// <summary>Whether it is dead, and what depends on it can't go on.</summary>
    public bool HasFailed(int step) => Steps[step] is { Step.State: StepState.Dead, IsPresent: false };

    /// <summary>Why nothing would follow if a step were opened again; null: something would.</summary>
    public (Obstacle Obstacle, int Step)? Obstacle(int step)
    {
        if (Steps[step].IsUndone)
        {
            return (Planning.Obstacle.Undone, step);
        }

        for (var place = Steps[step].Step.Place; place is not null; place = place.OfOwner)
        {
            var (owner, past) = (place.Owner.Number, Steps[place.Owner.Number]);
            Obstacle? found = past switch
            {

                // While it undoes what came before, its compensations can be decided about.
                { IsUndone: true } when past.Step.State.IsTerminal() || !BlocksOf(owner).Contains(place.Block) => Planning.Obstacle.Undone,
                { Step.State: StepState.Success or StepState.Skipped } or { Step.State: StepState.Cancelled, IsUnwanted: true } => Planning.Obstacle.OwnerEnded,
                { Step.State: StepState.Dead, IsPresent: true } => Planning.Obstacle.OwnerEnded,
                { Step.State: StepState.Running or StepState.Leased } => Planning.Obstacle.OwnerBusy,
                _ => BlocksOf(owner).Contains(place.Block) ? null : Planning.Obstacle.Replaced,
            };
            if (found is { } obstacle)
            {
                return (obstacle, owner);
            }
        }

        return null;
    }
}

/// <summary>A step of a run that is opened again.</summary>
/// <param name="Step">As it is.</param>
public sealed record PastStep(StepSnapshot Step)
{
    /// <summary>Skipped or dead, it counts as ended well all the same (<c>on_failure</c>).</summary>
    public bool IsPresent { get; init; }

    /// <summary>It has had a turn of several.</summary>
    public bool HasBegun { get; init; }

    /// <summary>It has had an attempt.</summary>
    public bool HasStarted { get; init; }

    /// <summary>Another step cancelled it (<c>cancel</c>, <c>rest: cancel</c>): it does not come back.</summary>
    public bool IsUnwanted { get; init; }

    /// <summary>It failed, and its newest block stands in the place of the earlier ones.</summary>
    public bool HasReplaced { get; init; }

    /// <summary>It failed, and what came before it was undone.</summary>
    public bool IsUndone => FirstCompensation is not null;

    /// <summary>Where it rolls back: the first of its blocks that undoes something; null: it does not.</summary>
    public int? FirstCompensation { get; init; }

    /// <summary>It counts as under way, see <see cref="Blueprint.MaxParallel"/>.</summary>
    public bool HasPlace { get; init; }
}

/// <summary>Why a step can't be opened again.</summary>
public enum Obstacle
{
    /// <summary>The step that contains it has ended well, or was cancelled.</summary>
    OwnerEnded,

    /// <summary>The step that contains it has a turn at this moment.</summary>
    OwnerBusy,

    /// <summary>An alternative stands in its place.</summary>
    Replaced,

    /// <summary>What came before was undone.</summary>
    Undone,
}
