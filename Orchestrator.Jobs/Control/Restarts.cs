using System.Text.Json;
using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Jobs.DeadLetters;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Limits;
using Orchestrator.Jobs.Queries;
using Orchestrator.Jobs.Recording;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.States;

namespace Orchestrator.Jobs.Control;

/// <summary>
/// Makes runs that go on from others: lock the other run → read it → plan → write the new one, in one transaction. The new
/// run has ids of its own, and so new idempotency keys for all that it does; the other one stays as it is.
/// </summary>
internal sealed class Restarts(
    Database database, RunQueries runs, Dispatcher dispatcher, WorkflowCatalog workflows, RunControl control,
    DeliverySignal signal, StepJobRows jobs, OrchestratorOptions options, TimeProvider time, ILogger<Restarts> log)
{
    /// <summary>Runs that one request for many restarts at most: each is a transaction.</summary>
    public const int MaxAtOnce = 1000;

    /// <summary>Makes a run that goes on from another, or says why not.</summary>
    public async Task<RestartOutcome> RestartAsync(string tenant, RunId run, RestartWish wish, CancellationToken cancellationToken)
    {
        // With a key it counts once however often it is tried: the answer to a commit can be lost.
        var once = wish.Key is null ? wish with { Key = new IdempotencyKey(RestartWish.Trigger, Guid.NewGuid().ToString(), []) } : wish;
        RestartOutcome outcome = null!;
        await Retry.WhileUnreachableAsync(
            async () => outcome = await TryAsync(tenant, run, once, cancellationToken),
            options.Lease,
            time,
            (error, wait) => Log.CannotOrder(log, 1, wait.TotalMilliseconds, error.Message));
        return wish.Key is null && outcome is Restarted restarted ? restarted with { IsReplay = false } : outcome;
    }

    /// <summary>
    /// Restarts all runs of a filter that have ended, newest first, from the start, but for those that were restarted before;
    /// how many there were, and where to go on when there may be more than <see cref="MaxAtOnce"/>.
    /// </summary>
    public async Task<(int Count, Guid? Next)> RestartAsync(RunFilter filter, Orderer by, CancellationToken cancellationToken)
    {
        var (count, next) = (0, (Guid?)null);
        do
        {
            (var page, next) = await runs.ListAsync(filter with { Limit = RunControl.Batch, Before = next ?? filter.Before }, cancellationToken);
            var ended = page.Where(row => StateWords.RunStateOf(row.Status).IsTerminal()).Select(row => new RunId(row.WorkflowRunId)).ToArray();
            foreach (var run in await FindUnrestartedAsync(filter.Tenant, ended, cancellationToken))
            {
                count += await RestartAsync(filter.Tenant, run, new RestartWish { By = by, IsFirst = true }, cancellationToken) is Restarted ? 1 : 0;
            }
        }
        while (next is not null && count <= MaxAtOnce - RunControl.Batch);
        return (count, next);
    }

    private async Task<IReadOnlyList<RunId>> FindUnrestartedAsync(string tenant, IReadOnlyList<RunId> ended, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await FindUnrestartedAsync(connection, tenant, ended, cancellationToken);
    }

    private static async Task<IReadOnlyList<RunId>> FindUnrestartedAsync(
        NpgsqlConnection connection, string tenant, IReadOnlyList<RunId> ended, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SqlText.Load("UnrestartedRuns"), connection);
        command.Parameters.One(tenant).Uuids([.. ended.Select(run => run.Value)]);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<RunId>();
        while (await row.ReadAsync(cancellationToken))
        {
            found.Add(new RunId(row.GetGuid(0)));
        }

        return found;
    }

    private async Task<RestartOutcome> TryAsync(string tenant, RunId run, RestartWish wish, CancellationToken cancellationToken)
    {
        if (wish.Key is { } key && await dispatcher.FindReplayAsync(tenant, key, cancellationToken) is { } replay)
        {
            return Replayed(replay);
        }

        if (await runs.FindAsync(tenant, run, cancellationToken) is not { } row)
        {
            return new RestartUnknown($"There is no run {run}.");
        }

        // Before the lock: who has it asks for no second connection, since all others of the pool may wait for the lock.
        var definitions = await ReadAsync(tenant, row, wish, cancellationToken);
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var rows = await PastRows.ReadAsync(connection, tenant, run, cancellationToken);
        var (created, plan, refused) = await PrepareAsync(connection, tenant, run, wish, definitions, rows, cancellationToken);
        if (created is null)
        {
            return refused!;
        }

        var isOpen = !rows.State.IsTerminal();
        if (isOpen)
        {
            await control.CancelAsync(connection, tenant, run, wish.By, cancellationToken);
        }

        if ((await dispatcher.InsertAsync(connection, [created], cancellationToken)).Count == 0)
        {
            // Another request with the same key was quicker at this very moment.
            return Replayed((await Dispatcher.FindReplayAsync(connection, tenant, wish.Key!, cancellationToken))!);
        }

        var queues = await new RestartRows(created, run, wish, jobs).WriteAsync(connection, plan, cancellationToken);
        if (plan is not null && created.Slot is not null)
        {
            await RunSlots.EnterAgainAsync(connection, tenant, created.Id, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        if (isOpen)
        {
            control.Tell(tenant, run);
        }

        dispatcher.Delivered([created]);
        signal.Delivered(queues);
        return new Restarted(created.Id, false);
    }

    private async Task<Definitions> ReadAsync(string tenant, RunRow old, RestartWish wish, CancellationToken cancellationToken)
    {
        var (target, refused) = await dispatcher.FindAsync(tenant, old.WorkflowKey, wish.Version ?? old.WorkflowVersion, cancellationToken);
        if (wish.IsFromStart)
        {
            return new Definitions(target, refused, null, null);
        }

        try
        {
            return new Definitions(target, refused, await workflows.GetAsync(tenant, old.WorkflowKey, old.WorkflowVersion, cancellationToken), null);
        }
        catch (UnreadableWorkflowException e)
        {
            return new Definitions(target, refused, null, new RestartRefusal($"{e.Message} The run can be restarted from the start alone, with another version.", IsUnknown: false));
        }
    }

    /// <summary>The new run, and what it takes over of the locked one (null: nothing); or why there will be none.</summary>
    private async Task<(NewRun? Run, RestartPlan? Plan, RestartOutcome? Refused)> PrepareAsync(
        NpgsqlConnection connection, string tenant, RunId run, RestartWish wish, Definitions definitions, PastRows rows, CancellationToken cancellationToken)
    {
        if (wish.Snapshot is null && !rows.State.IsTerminal())
        {
            return Refused(new RestartImpossible($"Run {run} is {rows.State.Word()}; restart needs one that has ended. Cancel it first, or resume it."));
        }

        if (wish.IsFirst && await FindUnrestartedAsync(connection, tenant, [run], cancellationToken) is [])
        {
            return Refused(new RestartImpossible($"Run {run} was restarted before."));
        }

        var snapshot = wish.Snapshot is { } number ? (await Snapshots.ReadAsync(connection, tenant, run, [number], cancellationToken)).FirstOrDefault() : null;
        if (wish.Snapshot is not null && snapshot is null)
        {
            return Refused(new RestartUnknown($"There is no snapshot {wish.Snapshot} of a run {run}."));
        }

        if (definitions.Target is not { } target)
        {
            return Refused(new RestartNotDispatched(definitions.Refused!));
        }

        var old = await connection.QuerySingleAsync<OldRun>(new CommandDefinition(
            SqlText.Load("FindOldRun"), new { tenant, run = run.Value }, cancellationToken: cancellationToken));
        var (prepared, refused) = dispatcher.Prepare(Request(tenant, old, wish, snapshot), target);
        if (prepared is null || wish.IsFromStart)
        {
            return (prepared, null, prepared is null ? new RestartNotDispatched(refused!) : null);
        }

        var past = snapshot is null ? rows.Run : rows.At(States(snapshot));
        var (plan, obstacle) = definitions.Before is { } before
            ? Restarting.Plan(target.Definition, before.Definition, past, wish.FromStep)
            : (null, definitions.Unreadable);
        return obstacle is null
            ? (prepared with { OpenSteps = plan!.OpenSteps }, plan, null)
            : Refused(obstacle.IsUnknown ? new RestartInvalid(obstacle.Message) : new RestartImpossible(obstacle.Message));

        static (NewRun?, RestartPlan?, RestartOutcome?) Refused(RestartOutcome outcome) => (null, null, outcome);
    }

    private static RestartOutcome Replayed(DispatchOutcome outcome) => outcome switch
    {
        Dispatched replayed => new Restarted(replayed.Run, true),
        _ => new RestartNotDispatched((DispatchRefused)outcome),
    };

    private static DispatchRequest Request(string tenant, OldRun old, RestartWish wish, SnapshotRow? snapshot)
    {
        var variables = Value.Parse(snapshot?.Variables ?? (wish.IsFromStart ? old.FirstVariables : old.Variables));
        return new DispatchRequest
        {
            Tenant = tenant,
            WorkflowKey = old.WorkflowKey,
            Version = wish.Version ?? old.Version,
            UserId = old.UserId,
            IntentId = old.IntentId,
            Payload = Value.Parse(old.Payload),
            Variables = wish.Variables.IsNullish ? variables : wish.Variables.AsObject().Aggregate(variables, (all, one) => all.With(one.Key, one.Value)),
            Priority = old.Priority,
            Trigger = RestartWish.Trigger,
            Key = wish.Key,
        };
    }

    private static Dictionary<int, StepState> States(SnapshotRow snapshot)
    {
        using var steps = JsonDocument.Parse(snapshot.Steps!);
        return steps.RootElement.EnumerateObject().ToDictionary(
            step => new JobId(step.Value.GetProperty("job_id").GetGuid()).StepIndex,
            step => StateWords.StepStateOf(step.Value.GetProperty("status").GetString()!));
    }

    /// <summary>Of the new run, or why it has none; and, where something is taken over, of the other run, or why it can't be.</summary>
    private sealed record Definitions(LoadedWorkflow? Target, DispatchRefused? Refused, LoadedWorkflow? Before, RestartRefusal? Unreadable);

    private sealed record OldRun
    {
        public required string WorkflowKey { get; init; }

        public required int Version { get; init; }

        public string? UserId { get; init; }

        public string? IntentId { get; init; }

        public required short Priority { get; init; }

        public required string Payload { get; init; }

        public required string FirstVariables { get; init; }

        public required string Variables { get; init; }
    }
}
