using Npgsql;
using Orchestrator.Jobs.Events;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Autonomous;

/// <summary>Starts the cycles that events call for, with the events' own transaction: each event starts one, unless one runs.</summary>
internal sealed class CycleEvents(OrchestratorOptions options, CycleSignal signal)
{
    /// <summary>Whether a cycle was started.</summary>
    public async Task<bool> StartAsync(
        IReadOnlyList<IntentEvent> events, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var isStarted = false;
        foreach (var one in events.Where(one => options.Autonomous.Events.Contains(one.Type)))
        {
            var wish = new CycleWish
            {
                Tenant = one.Tenant,
                Type = "triggered",
                Trigger = $"event:{one.Id}",
                Metadata = Value.Object(("event_id", one.Id.ToString()), ("event_type", one.Type)),
            };
            isStarted |= (await CycleStart.StartAsync(wish, connection, transaction, cancellationToken)).IsNew;
        }

        return isStarted;
    }

    /// <summary>The transaction is committed: this process's driver is told.</summary>
    public void Committed(bool isStarted)
    {
        if (isStarted)
        {
            signal.Set();
        }
    }
}
