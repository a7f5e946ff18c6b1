using System.Globalization;
using Dapper;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Jobs.Agents;

/// <summary>An agent as a task sees it.</summary>
/// <param name="Id">Null: one that is there without a row.</param>
/// <param name="Endpoint">Null: the service's default.</param>
internal sealed record TaskAgent(
    long? Id, string Username, string About, string SystemPrompt, IReadOnlyList<string> Capabilities, double? RequiredAccuracy, string? Endpoint)
{
    public static TaskAgent Of(AgentRow row) => new(
        row.Id, row.Username, row.About, row.SystemPrompt, row.Capabilities, row.RequiredAccuracy, row.Endpoint);

    /// <summary>One of the built-in types: whatever answers at the default endpoint, which can do what is asked.</summary>
    public static TaskAgent BuiltIn(string type, IReadOnlyList<string> capabilities) => new(null, type, "", "", capabilities, null, null);
}

/// <summary>Finds the agent for a task. What stands in the way is a <see cref="NoAgentException"/>.</summary>
internal sealed class AgentFinder(Database database)
{
    /// <summary>An agent by its id or username; a built-in type where no agent has that name.</summary>
    public async Task<TaskAgent> ByNameAsync(
        string tenant, string name, IReadOnlyList<string> capabilities, CancellationToken cancellationToken)
    {
        long? asked = long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        var row = asked is { } id
            ? await OneAsync("FindAgent", new { tenant, id }, cancellationToken)
            : await OneAsync("FindAgentByName", new { tenant, name }, cancellationToken);
        if (row is null)
        {
            return AgentTaskAction.BuiltIn.Contains(name)
                ? TaskAgent.BuiltIn(name, capabilities)
                : throw new NoAgentException($"There is no agent '{name}'. Make one with POST /api/agents, or name another.", asked);
        }

        if (row.Status != AgentStatus.Active)
        {
            throw new NoAgentException($"Agent '{row.Username}' is {row.Status}. Name another, or make it active again with PUT /api/agents/{row.Id}.", row.Id);
        }

        var missing = capabilities.Except(row.Capabilities).ToArray();
        return missing.Length == 0 ? TaskAgent.Of(row) : throw new NoAgentException(
            $"Agent '{row.Username}' lacks {Quoted(missing)} of the capabilities that the step asks for. Add them to the agent with PUT /api/agents/{row.Id}, or name another.", row.Id);
    }

    /// <summary>
    /// An active agent that has the type and all else among its capabilities; a built-in type where there is none. A run's
    /// attempts get the same one.
    /// </summary>
    public async Task<TaskAgent> ByTypeAsync(
        string tenant, string type, IReadOnlyList<string> capabilities, RunId run, CancellationToken cancellationToken)
    {
        string[] wanted = [type, .. capabilities];
        var row = await OneAsync("FindAgentFor", new { tenant, capabilities = wanted, run = run.ToString() }, cancellationToken);
        return row is not null ? TaskAgent.Of(row)
            : AgentTaskAction.BuiltIn.Contains(type) ? TaskAgent.BuiltIn(type, capabilities)
            : throw new NoAgentException(
                $"No active agent has {Quoted(wanted)} among its capabilities. Make one with POST /api/agents, or name another type ({string.Join(", ", AgentTaskAction.BuiltIn)} are always there).");
    }

    private async Task<AgentRow?> OneAsync(string statement, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<AgentRow>(new CommandDefinition(
            SqlText.Load(statement), parameters, cancellationToken: cancellationToken));
    }

    private static string Quoted(IEnumerable<string> words) => string.Join(", ", words.Select(word => $"'{word}'"));
}

/// <summary>No agent can be given the task; the message says why, and how to mend it.</summary>
/// <param name="message">Both.</param>
/// <param name="asked">The id of the agent that was asked for; null: it was asked for otherwise.</param>
internal sealed class NoAgentException(string message, long? asked = null) : Exception(message)
{
    public long? Asked => asked;
}
