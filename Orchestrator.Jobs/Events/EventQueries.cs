using Dapper;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Events;

/// <summary>What is stored of events.</summary>
internal sealed class EventQueries(Database database)
{
    /// <summary>Null: there is none.</summary>
    public async Task<EventRow?> FindAsync(string tenant, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<EventRow>(new CommandDefinition(
            SqlText.Load("FindEvent"), new { tenant, id }, cancellationToken: cancellationToken));
    }

    /// <summary>The runs that an event has started.</summary>
    public async Task<IReadOnlyList<EventRun>> RunsAsync(string tenant, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<EventRun>(new CommandDefinition(
            SqlText.Load("EventRuns"), new { tenant, id }, cancellationToken: cancellationToken))];
    }

    /// <summary>The <see cref="IntentEvent.Depth"/> of an event that this run reports.</summary>
    public async Task<int> DepthOfEmittedAsync(string tenant, RunId run, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<int>(new CommandDefinition(
            SqlText.Load("DepthOfEmitted"), new { tenant, run = run.Value }, cancellationToken: cancellationToken));
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<EventRow>> ListAsync(EventFilter filter, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<EventRow>(new CommandDefinition(
            SqlText.Load("ListEvents"), filter, cancellationToken: cancellationToken))];
    }
}
