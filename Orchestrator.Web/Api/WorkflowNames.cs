using Orchestrator.Jobs.Definitions;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Web.Api;

/// <summary>What answers take from definitions; a stored version that this program can't read any more has none of it.</summary>
internal sealed class WorkflowNames(WorkflowCatalog catalog)
{
    public async ValueTask<WorkflowDefinition?> DefinitionAsync(
        string tenant, string key, int version, CancellationToken cancellationToken)
    {
        try
        {
            return (await catalog.GetAsync(tenant, key, version, cancellationToken)).Definition;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Types of the steps by id.</summary>
    public async ValueTask<IReadOnlyDictionary<string, string>> StepTypesAsync(
        string tenant, string key, int version, CancellationToken cancellationToken) =>
        (await DefinitionAsync(tenant, key, version, cancellationToken))?.Steps.ToDictionary(step => step.Id, step => step.Action.Type)
        ?? [];
}
