using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Parsing.Reading;

namespace Orchestrator.Workflows.Parsing.Linking;

/// <summary>A list of steps that start only through other steps, on the way to becoming bodies.</summary>
/// <param name="Owner">The step that contains them; null: the workflow itself, or a failure opens it.</param>
/// <param name="Named">The steps as they are named, in order.</param>
internal sealed record Slot(StepDraft? Owner, List<StepDraft> Named)
{
    /// <summary>The steps that open it when they fail.</summary>
    public List<StepDraft> Openers { get; } = [];

    public bool IsDetached => Openers.Count > 0;
}

/// <summary>Which steps start only through others: contained by them, or in their place when they fail.</summary>
internal sealed class Slots
{
    private readonly Dictionary<StepDraft, Slot> _home = [];

    private Slots()
    {
    }

    /// <summary>The workflow's own first.</summary>
    public List<Slot> All { get; } = [new Slot(null, [])];

    public Slot Main => All[0];

    /// <summary>The slot that a step was named into; null: it is named by nobody.</summary>
    public Slot? Find(StepDraft step) => _home.GetValueOrDefault(step);

    public static Slots Build(IReadOnlyList<StepDraft> steps, StepIndex index, Report report)
    {
        var slots = new Slots();
        foreach (var step in steps)
        {
            slots.AddContained(step, index, report);
        }

        foreach (var step in steps)
        {
            slots.AddDetached(step, step.OnFailure?.Alternatives ?? [], index, report);
            slots.AddDetached(step, step.Compensate is { } undo ? [undo] : [], index, report);
        }

        return slots;
    }

    private void AddContained(StepDraft owner, StepIndex index, Report report)
    {
        var named = Dependencies.Resolve(owner, owner.Contained, index, report).ToList();
        if (owner.Action is RaceAction)
        {
            named.ForEach(one => Add(new Slot(owner, []), one, owner, report));
        }
        else if (named.Count > 0)
        {
            var slot = new Slot(owner, []);
            named.ForEach(one => Add(slot, one, owner, report));
        }
    }

    private void AddDetached(StepDraft opener, List<LocatedId> names, StepIndex index, Report report)
    {
        foreach (var named in Dependencies.Resolve(opener, names, index, report))
        {
            if (Find(named) is { IsDetached: true } shared)
            {
                shared.Openers.Add(opener);
                continue;
            }

            var slot = new Slot(null, []);
            slot.Openers.Add(opener);
            Add(slot, named, opener, report);
        }
    }

    private void Add(Slot slot, StepDraft step, StepDraft by, Report report)
    {
        if (_home.TryGetValue(step, out var other))
        {
            var first = other.Owner ?? other.Openers[0];
            by.Field.Error($"`{step.Id?.Id}` starts only through `{first.Id?.Id}`, and `{by.Id?.Id}` names it too", "A step has one place; make a second step with an id of its own.");
            return;
        }

        _home.Add(step, slot);
        slot.Named.Add(step);
        if (!All.Contains(slot))
        {
            All.Add(slot);
        }

        if (slot.IsDetached && (step.DependsOn.Count > 0))
        {
            step.Field.Error($"`{step.Id?.Id}` starts only through `{by.Id?.Id}`, and `depends_on` would never be met", "Remove `depends_on`.");
        }
    }
}
