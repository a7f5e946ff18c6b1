using System.Security.Cryptography;
using System.Text;
using Dapper;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Parsing.Templates;

namespace Orchestrator.Jobs.Definitions;

/// <summary>A stored content of a workflow.</summary>
internal sealed record StoredWorkflow
{
    public required string WorkflowKey { get; init; }

    public required int Version { get; init; }

    public required string Content { get; init; }

    /// <summary>The file it came from; null: put by the API.</summary>
    public string? Source { get; init; }

    public required DateTime CreatedAt { get; init; }

    /// <summary>What it uses of other files, as it was then: <c>[{name, file, text}]</c>; null: nothing, or not asked for.</summary>
    public string? Templates { get; init; }

    public TemplateSet TemplateSet => StoredTemplates.Read(Templates);
}

/// <summary>One of a workflow's stored contents.</summary>
internal sealed record StoredVersion
{
    public required int Version { get; init; }

    /// <summary>The file it came from; null: put by the API.</summary>
    public string? Source { get; init; }

    public required DateTime CreatedAt { get; init; }

    /// <summary>The one that a dispatch takes.</summary>
    public required bool IsHead { get; init; }
}

/// <summary>Workflows' contents and which of them a dispatch takes (<c>workflow_definitions</c>, <c>workflow_heads</c>), with the events that it waits for (<c>workflow_triggers</c>).</summary>
internal sealed class WorkflowStore(Database database)
{
    /// <summary>
    /// Makes <paramref name="content"/> the one that a dispatch takes. A content that was stored before keeps its
    /// number. Answers with the number and whether it is new.
    /// </summary>
    /// <param name="tenant">Whose workflow it is.</param>
    /// <param name="definition">What it says, read by the caller.</param>
    /// <param name="content">Its text.</param>
    /// <param name="file">The file that it comes from; null: the API.</param>
    /// <param name="isRestart">The file is as it was before: it does not take the place of what the API put since.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<(int Version, bool IsNew)> PutAsync(
        string tenant, WorkflowDefinition definition, string content, string? file, bool isRestart, CancellationToken cancellationToken)
    {
        var key = definition.Key;
        var templates = StoredTemplates.Write(definition.Templates);
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "select pg_advisory_xact_lock(hashtextextended(@tenant || '/' || @key, 0))",
            new { tenant, key = definition.Key }, transaction, cancellationToken: cancellationToken));
        var stored = await connection.QuerySingleAsync<(int Version, bool IsNew)>(new CommandDefinition(
            SqlText.Load("PutWorkflow"),
            new { tenant, key = definition.Key, content, file, tags = definition.Tags.Distinct().ToArray(), readiness = definition.Readiness is not null, restart = isRestart, templates, sha = SHA256.HashData(Encoding.UTF8.GetBytes(content + templates)) },
            transaction, cancellationToken: cancellationToken));
        var types = definition.Triggers.OfType<EventTrigger>().SelectMany(trigger => trigger.EventTypes).Distinct().ToArray();
        await connection.ExecuteAsync(new CommandDefinition(
            SqlText.Load("SetTriggers"), new { tenant, key = definition.Key, version = stored.Version, types }, transaction, cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return stored;
    }

    /// <summary>Takes the workflow out of dispatch, if the file (null: the API) is still what its head comes from.</summary>
    public async Task<bool> WithdrawAsync(string tenant, string key, string? file, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition(
            SqlText.Load("WithdrawWorkflow"), new { tenant, key, file }, cancellationToken: cancellationToken)) > 0;
    }

    /// <summary>A stored version; null: there is none.</summary>
    public async Task<StoredWorkflow?> FindAsync(string tenant, string key, int version, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<StoredWorkflow>(new CommandDefinition(
            SqlText.Load("FindWorkflow"), new { tenant, key, version }, cancellationToken: cancellationToken));
    }

    /// <summary>The stored versions of a workflow before one of them, newest first; of a withdrawn one too.</summary>
    public async Task<IReadOnlyList<StoredVersion>> ListVersionsAsync(
        string tenant, string key, int before, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<StoredVersion>(new CommandDefinition(
            SqlText.Load("ListVersions"), new { tenant, key, before, limit }, cancellationToken: cancellationToken))];
    }

    /// <summary>The version that a dispatch takes; null: the workflow is unknown or withdrawn.</summary>
    public async Task<int?> FindHeadAsync(string tenant, string key, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<int?>(new CommandDefinition(
            "select version from workflow_heads where tenant_id = @tenant and workflow_key = @key",
            new { tenant, key }, cancellationToken: cancellationToken));
    }

    /// <summary>The workflows that can be dispatched, by key, after <paramref name="after"/>.</summary>
    public async Task<IReadOnlyList<StoredWorkflow>> ListAsync(
        string tenant, string? after, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<StoredWorkflow>(new CommandDefinition(
            SqlText.Load("ListWorkflows"), new { tenant, after, limit }, cancellationToken: cancellationToken))];
    }
}
