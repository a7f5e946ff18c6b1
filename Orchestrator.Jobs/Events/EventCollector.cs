using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Maintenance;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Events;

/// <summary>An event that a workflow's trigger collects.</summary>
internal sealed record CollectedEvent(string WorkflowKey, int Version, EventTrigger Trigger, IntentEvent Event)
{
    /// <summary>Made of what the trigger waits for: the next version of the workflow goes on with what was collected.</summary>
    public Guid TriggerId => StableId.Of($"{IsBatch}\n{Trigger.Match?.Source}\n{string.Join('\n', Trigger.EventTypes.Order(StringComparer.Ordinal))}");

    public bool IsBatch => Trigger.Collecting is Collecting.Batch;

    /// <summary>Of a debounce each user's events are apart; a batch takes everybody's.</summary>
    public string For => IsBatch ? "" : Event.UserId ?? "";

    public TimeSpan Wait => Trigger.Collecting switch
    {
        Collecting.Debounce debounce => debounce.Quiet,
        Collecting.Batch batch => batch.Within,
        _ => TimeSpan.Zero,
    };

    public int Size => Trigger.Collecting is Collecting.Batch batch ? batch.Size : 1;
}

/// <summary>Which version takes what was collected; or why none does.</summary>
internal sealed record Taker(int? Version, string? Problem);

/// <summary>What is collected for one trigger.</summary>
internal sealed record EventCollection(string Tenant, string WorkflowKey, Guid TriggerId, string For, bool IsBatch, Guid[] Events);

/// <summary>
/// Events that wait for others (<c>debounce_ms</c>, <c>batch</c>), in a table: added by the transaction that marks the
/// event as dispatched, taken away by the one that writes the run. So an event is in one run, whoever collects and
/// whoever starts it, and a crash leaves it waiting or started. While a collection is locked no second connection is asked
/// for: all of them may wait for the lock. The newest version of the workflow takes what was
/// collected; a withdrawn one takes nothing, and its events say so.
/// </summary>
internal sealed class EventCollector(
    Database database, WorkflowCatalog workflows, Dispatcher dispatcher, NearTimers timers, ILogger log)
{
    private const int MaxAtOnce = 100;

    /// <summary>Characters of payloads in one run; a batch with more becomes several.</summary>
    private const int MaxPayload = 4 << 20;

    /// <summary>Adds events; the answer holds the runs for which enough came together, not written yet.</summary>
    public async Task<IReadOnlyList<NewRun>> AddAsync(
        NpgsqlConnection connection, IReadOnlyList<CollectedEvent> collected, CancellationToken cancellationToken)
    {
        if (collected.Count == 0)
        {
            return [];
        }

        var full = new List<(EventCollection All, CollectedEvent Setting)>();
        foreach (var one in await ReadAsync(Adding(connection, collected), cancellationToken))
        {
            var setting = collected.First(other => other.WorkflowKey == one.WorkflowKey && other.TriggerId == one.TriggerId && other.Event.Tenant == one.Tenant);
            if (one.IsBatch && one.Events.Length >= setting.Size)
            {
                full.Add((one, setting));
            }
        }

        timers.Expect(collected.Min(one => one.Wait));
        return full.Count == 0 ? [] : await TakeFullAsync(connection, full, cancellationToken);
    }

    /// <summary>Starts the runs of what is due, in a transaction; true: there may be more.</summary>
    public async Task<bool> DispatchDueAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var takers = await TakersAsync(connection, cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var take = new NpgsqlCommand(SqlText.Load("TakeCollections"), connection);
        take.Parameters.Texts([.. takers.Keys.Select(key => key.Tenant)]).Texts([.. takers.Keys.Select(key => key.Workflow)]).One(MaxAtOnce);
        var due = await ReadAsync(take, cancellationToken);
        if (due.Count == 0)
        {
            return false;
        }

        var runs = await PlanAsync(connection, due.Select(one => (one, takers[(one.Tenant, one.WorkflowKey)])), cancellationToken);
        await dispatcher.InsertAsync(connection, runs, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        dispatcher.Delivered(runs);
        return due.Count == MaxAtOnce;
    }

    private async Task<Dictionary<(string Tenant, string Workflow), Taker>> TakersAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var keys = new List<(string Tenant, string Workflow)>();
        await using (var find = new NpgsqlCommand(SqlText.Load("DueCollections"), connection))
        {
            find.Parameters.One(MaxAtOnce);
            await using var row = await find.ExecuteReaderAsync(cancellationToken);
            while (await row.ReadAsync(cancellationToken))
            {
                keys.Add((row.GetString(0), row.GetString(1)));
            }
        }

        var takers = new Dictionary<(string Tenant, string Workflow), Taker>();
        foreach (var (tenant, key) in keys)
        {
            try
            {
                var head = await workflows.FindAsync(tenant, key, null, cancellationToken);
                takers[(tenant, key)] = new Taker(head?.Version, head is null ? $"Workflow '{key}' was withdrawn before what it collects was due." : null);
            }
            catch (UnreadableWorkflowException e)
            {
                takers[(tenant, key)] = new Taker(null, e.Message);
            }
        }

        return takers;
    }

    private static NpgsqlCommand Adding(NpgsqlConnection connection, IReadOnlyList<CollectedEvent> collected)
    {
        var command = new NpgsqlCommand(SqlText.Load("CollectEvents"), connection);
        command.Parameters
            .Texts([.. collected.Select(one => one.Event.Tenant)])
            .Uuids([.. collected.Select(one => one.Event.Id)])
            .Texts([.. collected.Select(one => one.WorkflowKey)])
            .Uuids([.. collected.Select(one => one.TriggerId)])
            .Texts([.. collected.Select(one => one.For)])
            .Booleans([.. collected.Select(one => one.IsBatch)])
            .Ints([.. collected.Select(one => (int)one.Wait.TotalMilliseconds)]);
        return command;
    }

    /// <summary>Takes as many whole batches as there are; the rest waits as if it had just begun.</summary>
    private async Task<IReadOnlyList<NewRun>> TakeFullAsync(
        NpgsqlConnection connection, List<(EventCollection All, CollectedEvent Setting)> full, CancellationToken cancellationToken)
    {
        var taken = full.ConvertAll(one => one.All.Events.Length / one.Setting.Size * one.Setting.Size);
        await using var keep = new NpgsqlCommand(SqlText.Load("KeepOfCollections"), connection);
        keep.Parameters
            .Texts(full.ConvertAll(one => one.All.Tenant))
            .Texts(full.ConvertAll(one => one.All.WorkflowKey))
            .Uuids(full.ConvertAll(one => one.All.TriggerId))
            .Texts(full.ConvertAll(one => one.All.For))
            .Ints(taken)
            .Ints(full.ConvertAll(one => (int)one.Setting.Wait.TotalMilliseconds));
        await keep.ExecuteNonQueryAsync(cancellationToken);
        var batches = full.SelectMany((one, index) =>
            one.All.Events.Take(taken[index]).Chunk(one.Setting.Size).Select(events =>
                (one.All with { Events = events }, new Taker(one.Setting.Version, null))));
        return await PlanAsync(connection, batches, cancellationToken);
    }

    private async Task<List<NewRun>> PlanAsync(
        NpgsqlConnection connection, IEnumerable<(EventCollection Collection, Taker Taker)> collections, CancellationToken cancellationToken)
    {
        var runs = new List<NewRun>();
        foreach (var (collection, taker) in collections)
        {
            foreach (var events in Bounded(await EventsAsync(connection, collection, cancellationToken)))
            {
                var (run, refused) = taker.Version is { } version
                    ? await dispatcher.PrepareAsync(Request(collection, version, events), cancellationToken)
                    : (null, null);
                if (run is not null)
                {
                    runs.Add(run);
                }
                else
                {
                    await DropAsync(connection, collection, events, taker.Problem ?? refused!.Message, cancellationToken);
                }
            }
        }

        return runs;
    }

    private static DispatchRequest Request(EventCollection collection, int version, IReadOnlyList<IntentEvent> events)
    {
        var newest = events[^1];
        return new DispatchRequest
        {
            Tenant = collection.Tenant,
            WorkflowKey = collection.WorkflowKey,
            Version = version,
            UserId = events.All(one => one.UserId == newest.UserId) ? newest.UserId : null,
            IntentId = events.All(one => one.IntentId == newest.IntentId) ? newest.IntentId : null,
            Payload = collection.IsBatch ? Value.Object(("events", Value.Array(events.Select(one => one.ToValue())))) : newest.Payload,
            Trigger = EventMatcher.TriggerOf(newest),
            TriggerEventId = newest.Id,
        };
    }

    private static IEnumerable<IReadOnlyList<IntentEvent>> Bounded(IReadOnlyList<IntentEvent> events)
    {
        var part = new List<IntentEvent>();
        var length = 0;
        foreach (var one in events)
        {
            var more = one.Payload.ToJson().Length;
            if (part.Count > 0 && length + more > MaxPayload)
            {
                yield return part;
                (part, length) = ([], 0);
            }

            part.Add(one);
            length += more;
        }

        if (part.Count > 0)
        {
            yield return part;
        }
    }

    private static async Task<List<IntentEvent>> EventsAsync(
        NpgsqlConnection connection, EventCollection collection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SqlText.Load("ReadCollectedEvents"), connection);
        command.Parameters.Texts([.. collection.Events.Select(_ => collection.Tenant)]).Uuids(collection.Events);
        return await EventReader.ReadAsync(command, cancellationToken);
    }

    private async Task DropAsync(
        NpgsqlConnection connection, EventCollection collection, IReadOnlyList<IntentEvent> events, string reason, CancellationToken cancellationToken)
    {
        Log.CollectionDropped(log, events.Count, collection.WorkflowKey, reason);
        var error = EventDispatcher.Json([new EventError(collection.WorkflowKey, reason)]);
        await using var command = new NpgsqlCommand(SqlText.Load("AddEventErrors"), connection);
        command.Parameters
            .Texts([.. events.Select(one => one.Tenant)])
            .Uuids([.. events.Select(one => one.Id)])
            .Jsons([.. events.Select(_ => error)]);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<List<EventCollection>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var _ = command;
        var collections = new List<EventCollection>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            collections.Add(new EventCollection(
                row.GetString(0), row.GetString(1), row.GetGuid(2), row.GetString(3), row.GetBoolean(4), row.GetFieldValue<Guid[]>(5)));
        }

        return collections;
    }
}
