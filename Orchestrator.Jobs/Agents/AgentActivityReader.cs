using System.Text.Json;
using Npgsql;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Readiness;

namespace Orchestrator.Jobs.Agents;

/// <summary>Reads what the readiness of a batch of agents is worked out from, in one query.</summary>
internal static class AgentActivityReader
{
    private const string NoData = "{}";

    /// <summary>The active ones among these agents by id, each with its newest <see cref="ReadinessEvaluator.NewestEvents"/> events; and the database's time.</summary>
    public static async Task<(IReadOnlyList<AgentActivity> Activities, DateTime Now)> ReadAsync(
        NpgsqlConnection connection, string tenant, long[] ids, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SqlText.Load("ReadAgentActivity"), connection);
        command.Parameters.One(tenant).One(ids).One(ReadinessEvaluator.NewestEvents);
        var agents = new List<AgentActivity>(ids.Length);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var now = DateTime.UnixEpoch;
        while (await row.ReadAsync(cancellationToken))
        {
            now = row.GetDateTime(9);
            agents.Add(new AgentActivity(
                new AgentProfile
                {
                    Id = row.GetInt64(0),
                    Username = row.GetString(1),
                    About = row.GetString(2),
                    SystemPrompt = row.GetString(3),
                    Capabilities = row.GetFieldValue<string[]>(4),
                    CreatedAt = row.GetDateTime(5),
                },
                Events(row.GetFieldValue<string[]>(6), row.GetFieldValue<DateTime[]>(7), row.GetFieldValue<string[]>(8))));
        }

        return (agents, now);
    }

    private static AgentEvent[] Events(string[] types, DateTime[] times, string[] datas)
    {
        var events = new AgentEvent[types.Length];
        for (var i = 0; i < events.Length; i++)
        {
            events[i] = new AgentEvent(types[i], times[i], Data(datas[i]));
        }

        return events;
    }

    /// <summary>What nests deeper than values may is left out: it can only have been inserted by SQL.</summary>
    private static Value Data(string json)
    {
        try
        {
            return json == NoData ? Value.EmptyObject : Value.Parse(json);
        }
        catch (JsonException)
        {
            return Value.EmptyObject;
        }
    }
}
