using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Jobs.Executors;

/// <summary>What a step that rolls back may undo.</summary>
/// <param name="Steps">The steps with a compensation, by index.</param>
/// <param name="Containers">The steps that others run in, by index: what is in one that has ended well is not undone by itself.</param>
/// <param name="Within">All of it lies in the blocks of this step; null: anywhere in the run.</param>
/// <param name="Iteration">And that in this block; null: in any.</param>
internal sealed record RollbackReach(IReadOnlyCollection<int> Steps, IReadOnlyCollection<int> Containers, int? Within, int? Iteration)
{
    /// <summary>
    /// As far as the failure comes up: where a step around the failed one goes on in spite of it, what lies outside of that
    /// one is not undone.
    /// </summary>
    public static RollbackReach Of(StepAttempt attempt)
    {
        var definition = attempt.Workflow.Definition;
        var named = attempt.Step.OnFailure.Steps;
        var compensations = definition.Steps.Select(step => step.Compensate).OfType<string>().Select(id => definition.Blueprint.BodyOf(attempt.Workflow.IndexOf(id))).ToHashSet();
        var (within, iteration) = Absorber(attempt);
        return new RollbackReach(
            [.. definition.Steps
                .Where(step => step.Compensate is not null && (named.Count == 0 || named.Contains(step.Id)) && !compensations.Contains(Outermost(definition.Blueprint, step.Index)))
                .Select(step => step.Index)],
            [.. definition.Steps.Where(step => step.Opens.Count > 0 || step.Alternative is not null).Select(step => step.Index)],
            within,
            iteration);
    }

    /// <summary>The body around a step that no other step contains: the workflow's own, or one that a failure opens.</summary>
    private static int Outermost(Blueprint blueprint, int step)
    {
        var body = blueprint.BodyOf(step);
        while (blueprint.Bodies[body].Owner is { } owner)
        {
            body = blueprint.BodyOf(owner);
        }

        return body;
    }

    /// <summary>The nearest step around the failed one that goes on after its failure, and the block where only that fails.</summary>
    private static (int? Within, int? Iteration) Absorber(StepAttempt attempt)
    {
        var definition = attempt.Workflow.Definition;
        for (var place = attempt.Place; place is not null; place = place.OfOwner)
        {
            var (owner, step) = (place.Owner, attempt.Workflow.Step(place.Owner.Step));
            var isContained = definition.Bodies[definition.Blueprint.BodyOf(place.Step)].Owner == owner.Step;
            if (isContained ? step.Action is RaceAction or ForEachAction { PassesOverFailures: true } : step.OnFailure.Kind == OnFailure.Rollback)
            {
                return (owner.Number, owner.Iteration);
            }

            if (isContained && step.OnFailure.Kind is OnFailure.Skip or OnFailure.Continue or OnFailure.Alternative or OnFailure.Escalate)
            {
                return (owner.Number, null);
            }
        }

        return (null, null);
    }
}
