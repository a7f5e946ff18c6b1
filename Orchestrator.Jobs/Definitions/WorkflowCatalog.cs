using System.Collections.Concurrent;
using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Jobs.Definitions;

/// <summary>
/// Compiled workflows in memory. A version never changes, so it is kept; which version a dispatch takes is asked anew
/// after <see cref="HeadAge"/>, so that a change made by another process is seen that soon.
/// </summary>
internal sealed class WorkflowCatalog(WorkflowStore store, StepCatalog types, TimeProvider time)
{
    public static readonly TimeSpan HeadAge = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(string Tenant, string Key, int Version), LoadedWorkflow> _versions = new();
    private readonly ConcurrentDictionary<(string Tenant, string Key), (int? Version, long ReadAt)> _heads = new();

    /// <summary>The version that a dispatch takes, or the one that it asks for; null: there is none.</summary>
    public async ValueTask<LoadedWorkflow?> FindAsync(string tenant, string key, int? version, CancellationToken cancellationToken)
    {
        var wanted = version ?? await HeadAsync(tenant, key, cancellationToken);
        return wanted is { } number ? await LoadAsync(tenant, key, number, cancellationToken) : null;
    }

    /// <summary>The version that a run was started with.</summary>
    /// <exception cref="UnreadableWorkflowException">It is not stored, or this program can't read it.</exception>
    public async ValueTask<LoadedWorkflow> GetAsync(string tenant, string key, int version, CancellationToken cancellationToken) =>
        await LoadAsync(tenant, key, version, cancellationToken)
        ?? throw new UnreadableWorkflowException($"Version {version} of workflow '{key}' is not stored.");

    /// <summary>The head has changed here: the next dispatch sees it.</summary>
    public void Forget(string tenant, string key) => _heads.TryRemove((tenant, key), out _);

    private async ValueTask<int?> HeadAsync(string tenant, string key, CancellationToken cancellationToken)
    {
        if (_heads.TryGetValue((tenant, key), out var head) && time.GetElapsedTime(head.ReadAt) < HeadAge)
        {
            return head.Version;
        }

        var readAt = time.GetTimestamp();
        var version = await store.FindHeadAsync(tenant, key, cancellationToken);
        if (version is null)
        {
            _heads.TryRemove((tenant, key), out _);
        }
        else
        {
            _heads[(tenant, key)] = (version, readAt);
        }

        return version;
    }

    private async ValueTask<LoadedWorkflow?> LoadAsync(string tenant, string key, int version, CancellationToken cancellationToken)
    {
        if (_versions.TryGetValue((tenant, key, version), out var loaded))
        {
            return loaded;
        }

        if (await store.FindAsync(tenant, key, version, cancellationToken) is not { } stored)
        {
            return null;
        }

        var parsed = WorkflowParser.Parse(stored.Content, stored.Source ?? $"{key} (version {version})", types, stored.TemplateSet);
        return parsed.Definition is { } definition
            ? _versions.GetOrAdd((tenant, key, version), new LoadedWorkflow(definition, version))
            : throw new UnreadableWorkflowException(
                $"Version {version} of workflow '{key}' can't be read by this program: {parsed.Diagnostics[0]}");
    }
}

/// <summary>
/// A stored version that this program can't work with: it was written for a newer one, or for a host that has step types
/// which this one lacks. Another process may be able to.
/// </summary>
internal sealed class UnreadableWorkflowException(string message) : InvalidOperationException(message);
