using Dapper;
using Npgsql;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Agents;

/// <summary>The rows of agents and of what they did (<c>agents</c>, <c>agent_events</c>).</summary>
internal sealed class AgentStore(Database database)
{
    /// <summary>Null: the tenant has one of that name.</summary>
    public Task<AgentRow?> InsertAsync(AgentContent content, CancellationToken cancellationToken) =>
        OneAsync("InsertAgent", content, cancellationToken);

    /// <summary>Null: there is none.</summary>
    /// <exception cref="AgentNameTakenException">Another agent of the tenant has the name.</exception>
    public async Task<AgentRow?> UpdateAsync(long id, AgentContent content, CancellationToken cancellationToken)
    {
        try
        {
            return await OneAsync(
                "UpdateAgent",
                new
                {
                    content.Tenant,
                    id,
                    content.Username,
                    content.About,
                    content.SystemPrompt,
                    content.Capabilities,
                    content.RequiredAccuracy,
                    content.Endpoint,
                    content.Status,
                },
                cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            throw new AgentNameTakenException(content.Username);
        }
    }

    /// <summary>Null: there is none.</summary>
    public Task<AgentRow?> FindAsync(string tenant, long id, CancellationToken cancellationToken) =>
        OneAsync("FindAgent", new { tenant, id }, cancellationToken);

    /// <summary>Takes it out of the cycles. Null: there is none.</summary>
    public Task<AgentRow?> RetireAsync(string tenant, long id, CancellationToken cancellationToken) =>
        OneAsync("RetireAgent", new { tenant, id }, cancellationToken);

    /// <summary>Removes it with its events. False: there is none.</summary>
    public async Task<bool> DeleteAsync(string tenant, long id, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(new CommandDefinition(
            SqlText.Load("DeleteAgent"), new { tenant, id }, cancellationToken: cancellationToken)) > 0;
    }

    public async Task<IReadOnlyList<AgentRow>> ListAsync(AgentFilter filter, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<AgentRow>(new CommandDefinition(SqlText.Load("ListAgents"), filter, cancellationToken: cancellationToken))];
    }

    /// <summary>Stores what an agent did, all or nothing. None: there is no such agent, or nothing was given.</summary>
    public async Task<IReadOnlyList<AgentEventRow>> AddEventsAsync(
        string tenant, long agent, IReadOnlyList<NewAgentEvent> events, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await AddEventsAsync(connection, tenant, agent, events, cancellationToken);
    }

    /// <summary>A new agent and what it did, both or neither. False: the tenant has one of that name, which stays as it is.</summary>
    public async Task<bool> InsertWithPastAsync(DemoAgent agent, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<AgentRow>(new CommandDefinition(
            SqlText.Load("InsertAgent"), agent.Content, cancellationToken: cancellationToken));
        if (row is null)
        {
            return false;
        }

        await AddEventsAsync(connection, agent.Content.Tenant, row.Id, agent.Past, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>What an agent did, newest first.</summary>
    /// <param name="tenant">Whose agent.</param>
    /// <param name="agent">Its id.</param>
    /// <param name="before">Only those before this event; null: from the newest.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<AgentEventRow>> ListEventsAsync(
        string tenant, long agent, long? before, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<AgentEventRow>(new CommandDefinition(
            SqlText.Load("ListAgentEvents"), new { tenant, agent, before, limit }, cancellationToken: cancellationToken))];
    }

    private static async Task<IReadOnlyList<AgentEventRow>> AddEventsAsync(
        NpgsqlConnection connection, string tenant, long agent, IReadOnlyList<NewAgentEvent> events, CancellationToken cancellationToken) =>
        [.. await connection.QueryAsync<AgentEventRow>(new CommandDefinition(
            SqlText.Load("InsertAgentEvents"),
            new
            {
                tenant,
                agent,
                types = events.Select(one => one.Type).ToArray(),
                datas = events.Select(one => one.Data).ToArray(),
                times = events.Select(one => one.At).ToArray(),
            },
            cancellationToken: cancellationToken))];

    private async Task<AgentRow?> OneAsync(string statement, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<AgentRow>(new CommandDefinition(
            SqlText.Load(statement), parameters, cancellationToken: cancellationToken));
    }
}

/// <summary>Another agent of the tenant has the name.</summary>
internal sealed class AgentNameTakenException(string username) : InvalidOperationException($"There is an agent '{username}'.");
