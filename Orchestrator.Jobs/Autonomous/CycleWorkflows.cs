using System.Collections.Concurrent;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Readiness;

namespace Orchestrator.Jobs.Autonomous;

/// <summary>The workflows of a cycle, as they were when it started (<c>autonomous_jobs.workflows</c>: <c>[{key, version}]</c>).</summary>
internal sealed class CycleWorkflows(WorkflowCatalog catalog)
{
    /// <summary>With their readiness blocks; one that this program can't read is left out, as no run of it could go on here.</summary>
    public async Task<IReadOnlyList<AgentWorkflow>> OfAsync(string tenant, string workflows, CancellationToken cancellationToken)
    {
        var found = new List<AgentWorkflow>();
        foreach (var (key, version) in Versions(workflows))
        {
            try
            {
                var workflow = await catalog.GetAsync(tenant, key, version, cancellationToken);
                if (workflow.Definition.Readiness is { } readiness)
                {
                    found.Add(new AgentWorkflow(key, readiness));
                }
            }
            catch (UnreadableWorkflowException)
            {
                // Said by whoever reads it next; the others are not held up.
            }
        }

        return found;
    }

    public static IReadOnlyDictionary<string, int> Versions(string workflows) => Value.Parse(workflows).AsArray()
        .ToDictionary(one => one["key"].ToText(), one => (int)one["version"].AsNumber());
}

/// <summary>The workflows of the cycles that this process evaluates for: they don't change while a cycle goes on.</summary>
internal sealed class CycleWorkflowCache(CycleQueries queries, CycleWorkflows workflows)
{
    private readonly ConcurrentDictionary<(string Tenant, long Cycle), Task<IReadOnlyList<AgentWorkflow>>> _loaded = new();

    public async Task<IReadOnlyList<AgentWorkflow>> OfAsync(string tenant, long cycle, CancellationToken cancellationToken)
    {
        if (_loaded.Count > 100)
        {
            _loaded.Clear();
        }

        var loading = _loaded.GetOrAdd((tenant, cycle), _ => LoadAsync(tenant, cycle, cancellationToken));
        try
        {
            return await loading;
        }
        catch
        {
            _loaded.TryRemove(new((tenant, cycle), loading));
            throw;
        }
    }

    private async Task<IReadOnlyList<AgentWorkflow>> LoadAsync(string tenant, long cycle, CancellationToken cancellationToken) =>
        await queries.FindAsync(tenant, cycle, cancellationToken) is { } found
            ? await workflows.OfAsync(tenant, found.Workflows, cancellationToken)
            : [];
}
