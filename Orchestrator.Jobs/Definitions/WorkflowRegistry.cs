using Orchestrator.Jobs.Dispatch;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Jobs.Definitions;

/// <summary>
/// The one way in which workflows come and go, from files and by the API: stored, seen by the next dispatch, and their
/// cron triggers set. A crash in between is mended by the next start, which puts every file again.
/// </summary>
internal sealed class WorkflowRegistry(WorkflowStore store, WorkflowCatalog catalog, CronTriggers triggers)
{
    /// <inheritdoc cref="WorkflowStore.PutAsync"/>
    public async Task<(int Version, bool IsNew)> PutAsync(
        string tenant, WorkflowDefinition definition, string content, string? file, bool isRestart, CancellationToken cancellationToken)
    {
        var stored = await store.PutAsync(tenant, definition, content, file, isRestart, cancellationToken);
        catalog.Forget(tenant, definition.Key);
        var head = await catalog.FindAsync(tenant, definition.Key, null, cancellationToken);
        triggers.Set(tenant, definition.Key, head?.Definition.Triggers ?? []);
        return stored;
    }

    /// <inheritdoc cref="WorkflowStore.WithdrawAsync"/>
    public async Task<bool> WithdrawAsync(string tenant, string key, string file, CancellationToken cancellationToken)
    {
        if (!await store.WithdrawAsync(tenant, key, file, cancellationToken))
        {
            return false;
        }

        catalog.Forget(tenant, key);
        triggers.Set(tenant, key, []);
        return true;
    }
}
