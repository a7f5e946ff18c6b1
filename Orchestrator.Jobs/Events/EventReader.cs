using System.Text.Json;
using Npgsql;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Events;

/// <summary>Reads stored events as they are dispatched.</summary>
internal static class EventReader
{
    /// <summary>The rows of <c>TakeEvents.sql</c> or <c>ReadCollectedEvents.sql</c>.</summary>
    public static async Task<List<IntentEvent>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var events = new List<IntentEvent>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            events.Add(new IntentEvent
            {
                Tenant = row.GetString(0),
                Id = row.GetGuid(1),
                UserId = row.IsDBNull(2) ? null : row.GetString(2),
                IntentId = row.IsDBNull(3) ? null : row.GetString(3),
                Type = row.GetString(4),
                Payload = ReadPayload(row.GetString(5)),
                CreatedAt = row.GetDateTime(6),
                Depth = row.GetInt16(7),
            });
        }

        return events;
    }

    /// <summary>What nests deeper than values may is no object, and is refused as such by every workflow.</summary>
    public static Value ReadPayload(string json)
    {
        try
        {
            return Value.Parse(json);
        }
        catch (JsonException)
        {
            return Value.Of("too deep");
        }
    }
}
