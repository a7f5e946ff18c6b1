using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Jobs.Autonomous;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Maintenance;
using Orchestrator.Jobs.Storage;
using Orchestrator.Jobs.Waits;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Text;

namespace Orchestrator.Jobs.Events;

/// <summary>
/// Starts the runs that events call for. An event is marked as dispatched in the transaction that writes its runs, so a
/// crash leaves it with all of them or to be taken again. One that is reported here is written with its runs; one that
/// was inserted by SQL is taken by the sweeper's look.
/// </summary>
internal sealed class EventDispatcher(
    Database database, WorkflowCatalog workflows, Dispatcher dispatcher, EventQueries queries, CycleEvents cycles, EventWaits waits, NearTimers timers,
    TimeProvider time, ILogger<EventDispatcher> log)
{
    private const int BatchSize = 100;

    private readonly EventMatcher _matcher = new(database, workflows, dispatcher, log);
    private readonly EventCollector _collector = new(database, workflows, dispatcher, timers, log);

    /// <summary>Stores an event with the runs that it calls for.</summary>
    /// <returns>What became of it; null: the id belongs to an event with another content.</returns>
    public async Task<EventReceipt?> ReportAsync(IntentEvent reported, CancellationToken cancellationToken)
    {
        reported = reported with
        {
            UserId = reported.UserId is { } user ? StorableText.Of(user) : null,
            IntentId = reported.IntentId is { } intent ? StorableText.Of(intent) : null,
            Type = StorableText.Of(reported.Type),
            Payload = Value.Parse(reported.Payload.ToJson()),
        };
        var plan = await _matcher.PlanAsync([reported], cancellationToken);
        return await WriteAsync(reported, plan, cancellationToken) ?? await ReplayAsync(reported, cancellationToken);
    }

    /// <summary>Null: there is an event with this id.</summary>
    private async Task<EventReceipt?> WriteAsync(IntentEvent reported, EventPlan plan, CancellationToken cancellationToken)
    {
        var errors = plan.Errors.GetValueOrDefault(reported.Id) ?? [];
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await EventWaits.BringsAsync(connection, reported.Tenant, reported.Type, cancellationToken);
        if (!await InsertAsync(connection, reported, errors, cancellationToken))
        {
            return null;
        }

        var runs = await InsertRunsAsync(connection, plan, cancellationToken);
        var isCycle = await cycles.StartAsync([reported], connection, transaction, cancellationToken);
        var isWaitedFor = await waits.WakeAsync(connection, [reported], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        dispatcher.Delivered(runs);
        cycles.Committed(isCycle);
        waits.Committed(isWaitedFor);
        return new EventReceipt(reported.Id, [.. runs.Select(Started)], errors, IsReplay: false);
    }

    /// <summary>Takes a batch of the events that were inserted by SQL; true: there may be more.</summary>
    public async Task<bool> DispatchWaitingAsync(CancellationToken cancellationToken) =>
        await DispatchBatchAsync(cancellationToken) == BatchSize;

    /// <summary>Starts the runs of collected events whose time has come; true: there may be more.</summary>
    public Task<bool> DispatchCollectedAsync(CancellationToken cancellationToken) => _collector.DispatchDueAsync(cancellationToken);

    /// <summary>A new event's id: UUID v7, or what the caller's key stands for.</summary>
    public Guid NewId(string tenant, string? idempotencyKey) => idempotencyKey is null
        ? Guid.CreateVersion7(time.GetUtcNow())
        : StableId.Of($"{tenant}:event:{idempotencyKey}");

    private async Task<int> DispatchBatchAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var events = await TakeAsync(connection, cancellationToken);
        if (events.Count == 0)
        {
            return 0;
        }

        var plan = await _matcher.PlanAsync(events, cancellationToken);
        var runs = await InsertRunsAsync(connection, plan, cancellationToken);
        var isCycle = await cycles.StartAsync(events, connection, transaction, cancellationToken);
        await using (var command = new NpgsqlCommand(SqlText.Load("EventsDispatched"), connection))
        {
            command.Parameters
                .Texts(events.ConvertAll(one => one.Tenant))
                .Uuids(events.ConvertAll(one => one.Id))
                .Jsons(events.ConvertAll(one => Json(plan.Errors.GetValueOrDefault(one.Id) ?? [])));
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        var isWaitedFor = await waits.WakeAsync(connection, events, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        dispatcher.Delivered(runs);
        cycles.Committed(isCycle);
        waits.Committed(isWaitedFor);
        return events.Count;
    }

    /// <summary>The runs that events start at once, and those for which enough were collected with them.</summary>
    private async Task<IReadOnlyList<NewRun>> InsertRunsAsync(NpgsqlConnection connection, EventPlan plan, CancellationToken cancellationToken)
    {
        IReadOnlyList<NewRun> runs = [.. plan.Runs, .. await _collector.AddAsync(connection, plan.Collected, cancellationToken)];
        await dispatcher.InsertAsync(connection, runs, cancellationToken);
        return runs;
    }

    private static async Task<List<IntentEvent>> TakeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SqlText.Load("TakeEvents"), connection);
        command.Parameters.One(BatchSize);
        return await EventReader.ReadAsync(command, cancellationToken);
    }

    private static async Task<bool> InsertAsync(
        NpgsqlConnection connection, IntentEvent reported, IReadOnlyList<EventError> errors, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SqlText.Load("InsertEvent"), connection);
        command.Parameters.One(reported.Tenant).One(reported.Id);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)reported.UserId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)reported.IntentId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.One(reported.Type);
        command.Parameters.Add(new NpgsqlParameter { Value = reported.Payload.ToJson(), NpgsqlDbType = NpgsqlDbType.Jsonb });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)Json(errors) ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Jsonb });
        command.Parameters.One((short)reported.Depth);
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    private async Task<EventReceipt?> ReplayAsync(IntentEvent reported, CancellationToken cancellationToken)
    {
        var stored = await queries.FindAsync(reported.Tenant, reported.Id, cancellationToken);
        var isSame = stored is not null && stored.Type == reported.Type && stored.UserId == reported.UserId
            && stored.IntentId == reported.IntentId && Value.Parse(stored.Payload) == reported.Payload;
        return !isSame ? null : new EventReceipt(
            reported.Id, await queries.RunsAsync(reported.Tenant, reported.Id, cancellationToken), Read(stored!.Errors), IsReplay: true);
    }

    private static EventRun Started(NewRun run) =>
        new() { WorkflowRunId = run.Id.Value, WorkflowKey = run.Workflow.Definition.Key, Status = "pending" };

    public static string? Json(IReadOnlyList<EventError> errors) => errors.Count == 0 ? null : Value.Array(errors.Select(error =>
        Value.Object(("workflow_key", error.WorkflowKey), ("message", error.Message)))).ToJson();

    public static IReadOnlyList<EventError> Read(string? errors) => errors is null ? [] :
        [.. Value.Parse(errors).AsArray().Select(error => new EventError(error["workflow_key"].ToText(), error["message"].ToText()))];
}
