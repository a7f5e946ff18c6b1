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
        await SetTriggersAsync(tenant, definition.Key, cancellationToken);
        return stored;
    }

    /// <summary>As the head says, which may be another content than the one just put.</summary>
    private async Task SetTriggersAsync(string tenant, string key, CancellationToken cancellationToken)
    {
        try
        {
            var head = await catalog.FindAsync(tenant, key, null, cancellationToken);
            triggers.Set(tenant, key, head?.Definition.Triggers ?? []);
        }
        catch (UnreadableWorkflowException)
        {
            // The process that put it can read it, and has set them.
        }
    }

    /// <inheritdoc cref="WorkflowStore.WithdrawAsync"/>
    public async Task<bool> WithdrawAsync(string tenant, string key, string? file, CancellationToken cancellationToken)
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
