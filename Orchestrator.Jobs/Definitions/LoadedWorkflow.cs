using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Jobs.Definitions;

/// <summary>One stored version of a workflow, compiled, with what its steps read worked out once.</summary>
internal sealed class LoadedWorkflow(WorkflowDefinition definition, int version)
{
    private readonly Dictionary<string, int> _byId = definition.Steps.ToDictionary(step => step.Id, step => step.Index, StringComparer.Ordinal);
    private readonly StepNeeds[] _needs = [.. definition.Steps.Select(StepNeeds.Of)];

    public WorkflowDefinition Definition { get; } = definition;

    /// <summary>Number of the stored content.</summary>
    public int Version { get; } = version;

    public StepDefinition Step(int index) => Definition.Steps[index];

    /// <summary>Whether steps contain others, or run in the place of others.</summary>
    public bool HasBodies => Definition.Bodies.Count > 1;

    /// <summary>Whether a step assigns variables.</summary>
    public bool SetsVariables { get; } = definition.Steps.Any(step => step.Set is not null);

    /// <summary>The index of the step with this id, which is known to be there.</summary>
    public int IndexOf(string id) => _byId.TryGetValue(id, out var index) ? index : throw new KeyNotFoundException($"There is no step '{id}'.");

    /// <summary>What a step of a run is called: of those that may be there several times, with the place of each, as <c>process[3].fetch</c>.</summary>
    public string Address(StepPlace place) => Definition.Address(place);

    public StepNeeds Needs(int index) => _needs[index];
}

/// <summary>What has to be in memory before a step can be evaluated.</summary>
/// <param name="Results">Steps whose results, states or responses it reads; ascending.</param>
/// <param name="RunData">The run's inputs or variables.</param>
internal sealed record StepNeeds(IReadOnlyList<int> Results, bool RunData)
{
    /// <summary>The items of the lists that it lies in.</summary>
    public bool Items { get; init; }

    /// <summary>The failure that it runs because of.</summary>
    public bool Error { get; init; }

    public static StepNeeds Of(StepDefinition step)
    {
        var roots = Reads(step).SelectMany(references => references.Roots).ToHashSet();
        var readsData = roots.Contains(RootNames.Inputs) || roots.Contains(RootNames.Variables)
            || step.Action is HttpAction { HasDefaultBody: true } || step.Set is not null;
        return new StepNeeds(step.Reads, readsData)
        {
            Items = !roots.IsSubsetOf(RootNames.All) || roots.Contains(RootNames.Item),
            Error = roots.Contains(RootNames.Error),
        };
    }

    private static IEnumerable<References> Reads(StepDefinition step) =>
        new[] { step.When?.References, step.Output?.References, step.Set?.References, step.RateLimit?.Key.References, step.Exclusive?.Name.References }
            .OfType<References>()
            .Concat(step.Action.References);
}
