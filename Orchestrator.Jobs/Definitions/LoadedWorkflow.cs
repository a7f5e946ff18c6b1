using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Definitions;

/// <summary>One stored version of a workflow, compiled, with what its steps read worked out once.</summary>
internal sealed class LoadedWorkflow(WorkflowDefinition definition, int version)
{
    private readonly StepNeeds[] _needs = [.. definition.Steps.Select(StepNeeds.Of)];

    public WorkflowDefinition Definition { get; } = definition;

    /// <summary>Number of the stored content.</summary>
    public int Version { get; } = version;

    public StepDefinition Step(int index) => Definition.Steps[index];

    public StepNeeds Needs(int index) => _needs[index];
}

/// <summary>What has to be in memory before a step can be evaluated.</summary>
/// <param name="Results">Steps whose results, states or responses it reads; ascending.</param>
/// <param name="RunData">The run's inputs or variables.</param>
internal sealed record StepNeeds(IReadOnlyList<int> Results, bool RunData)
{
    public static StepNeeds Of(StepDefinition step)
    {
        var roots = Reads(step).SelectMany(references => references.Roots).ToHashSet();
        var readsData = roots.Contains(RootNames.Inputs) || roots.Contains(RootNames.Variables)
            || step.Action is HttpAction { HasDefaultBody: true };
        return new StepNeeds(step.Reads, readsData);
    }

    private static IEnumerable<References> Reads(StepDefinition step) =>
        new[] { step.When?.References, step.Output?.References, step.RateLimit?.Key.References, step.Exclusive?.Name.References }
            .OfType<References>()
            .Concat(step.Action.References);
}
