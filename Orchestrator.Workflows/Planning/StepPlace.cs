namespace Orchestrator.Workflows.Planning;

/// <summary>
/// Where a step of an opened body stands in its run. Steps of the workflow's own body have none: their number is their
/// index, and they are there once.
/// </summary>
/// <param name="Step">Its index in the definition.</param>
/// <param name="Owners">The steps that opened the bodies around it, the outermost first; never empty.</param>
public sealed record StepPlace(int Step, IReadOnlyList<Opener> Owners)
{
    /// <summary>The one that opened its body.</summary>
    public Opener Owner => Owners[^1];

    /// <summary>The block that it belongs to.</summary>
    public BlockKey Block => new(Owner.Number, Owner.Iteration);

    /// <summary>The owner's own place; null: it is in the workflow's body.</summary>
    public StepPlace? OfOwner => Owners.Count == 1 ? null : new StepPlace(Owner.Step, [.. Owners.SkipLast(1)]);

    /// <summary>Of a step that rolls back: what it undoes with the body that it opens now; null: it opens one of another kind.</summary>
    public UndoneStep? Undoes { get; init; }

    /// <summary>The step whose surroundings are those of this body: the one that opened it, or the one that it undoes.</summary>
    public (int Number, StepPlace? Place) Outside => Owner.Undoes is { } undone ? (undone.Number, undone.Place) : (Owner.Number, OfOwner);

    /// <summary>The place of a step in a body that a step opens.</summary>
    public static StepPlace Under(int owner, StepPlace? place, int iteration, int step) =>
        new(step, [.. place?.Owners ?? [], new Opener(owner, place?.Step ?? owner, iteration) { Undoes = place?.Undoes }]);

    public bool Equals(StepPlace? other) => other is not null && Step == other.Step && Owners.SequenceEqual(other.Owners);

    public override int GetHashCode() => HashCode.Combine(Step, Owner);
}

/// <summary>A step that opened a body.</summary>
/// <param name="Number">Its number in the run.</param>
/// <param name="Step">Its index in the definition.</param>
/// <param name="Iteration">Which of its bodies: the item or the pass of a loop, from 0.</param>
public readonly record struct Opener(int Number, int Step, int Iteration)
{
    /// <summary>What the body undoes; null: it is no compensation.</summary>
    public UndoneStep? Undoes { get; init; }
}

/// <summary>A step that is undone: its compensation reads what it could read, and is called as if it stood beside it.</summary>
/// <param name="Number">Its number in the run.</param>
/// <param name="Place">Null: in the workflow's own body.</param>
public sealed record UndoneStep(int Number, StepPlace? Place);

/// <summary>A body that a step has opened: a block.</summary>
/// <param name="Owner">Number of the step that opened it.</param>
/// <param name="Iteration">Which of its blocks, from 0.</param>
public readonly record struct BlockKey(int Owner, int Iteration);
