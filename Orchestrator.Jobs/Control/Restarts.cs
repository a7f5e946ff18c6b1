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
    Database database, RunQueries runs, Dispatcher dispatcher, WorkflowCatalog workflows, Snapshots snapshots, RunControl control,
    DeliverySignal signal, StepJobRows jobs, OrchestratorOptions options, TimeProvider time, ILogger<Restarts> log)
{
    /// <summary>Runs that one request for many restarts at most: each is a transaction.</summary>
    public const int MaxAtOnce = 1000;

    /// <summary>Makes a run that goes on from another, or says why not.</summary>
    public async Task<RestartOutcome> RestartAsync(string tenant, RunId run, RestartWish wish, CancellationToken cancellationToken)
    {
        RestartOutcome outcome = null!;
        await Retry.WhileUnreachableAsync(
            async () => outcome = await TryAsync(tenant, run, wish, cancellationToken),
            options.Lease,
            time,
            (error, wait) => Log.CannotOrder(log, 1, wait.TotalMilliseconds, error.Message));
        return outcome;
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

        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var rows = await PastRows.ReadAsync(connection, tenant, run, cancellationToken);
        if (await connection.QuerySingleOrDefaultAsync<OldRun>(new CommandDefinition(
            SqlText.Load("FindOldRun"), new { tenant, run = run.Value }, cancellationToken: cancellationToken)) is not { } old)
        {
            return new RestartUnknown($"There is no run {run}.");
        }

        if (wish.Snapshot is null && !rows.State.IsTerminal())
        {
            return new RestartImpossible($"Run {run} is {rows.State.Word()}; restart needs one that has ended. Cancel it first, or resume it.");
        }

        if (wish.IsFirst && await FindUnrestartedAsync(connection, tenant, [run], cancellationToken) is [])
        {
            return new RestartImpossible($"Run {run} was restarted before.");
        }

        var snapshot = wish.Snapshot is { } number ? (await snapshots.ReadAsync(tenant, run, [number], cancellationToken)).FirstOrDefault() : null;
        if (wish.Snapshot is not null && snapshot is null)
        {
            return new RestartUnknown($"There is no snapshot {wish.Snapshot} of a run {run}.");
        }

        var (prepared, refused) = await dispatcher.PrepareAsync(Request(tenant, old, wish, snapshot), cancellationToken);
        if (prepared is null)
        {
            return new RestartNotDispatched(refused!);
        }

        var (plan, obstacle) = wish.IsFromStart ? (null, null) : await PlanAsync(tenant, old, prepared, rows, snapshot, wish, cancellationToken);
        if (obstacle is not null)
        {
            return obstacle.IsUnknown ? new RestartInvalid(obstacle.Message) : new RestartImpossible(obstacle.Message);
        }

        var isOpen = !rows.State.IsTerminal();
        if (isOpen)
        {
            await control.CancelAsync(connection, tenant, run, wish.By, cancellationToken);
        }

        var created = prepared with { OpenSteps = plan?.OpenSteps };
        if ((await dispatcher.InsertAsync(connection, [created], cancellationToken)).Count == 0)
        {
            // Another request with the same key was quicker at this very moment.
            return Replayed((await dispatcher.FindReplayAsync(tenant, wish.Key!, cancellationToken))!);
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

    private async Task<(RestartPlan? Plan, RestartRefusal? Refusal)> PlanAsync(
        string tenant, OldRun old, NewRun created, PastRows rows, SnapshotRow? snapshot, RestartWish wish, CancellationToken cancellationToken)
    {
        LoadedWorkflow before;
        try
        {
            before = await workflows.GetAsync(tenant, old.WorkflowKey, old.Version, cancellationToken);
        }
        catch (UnreadableWorkflowException e)
        {
            return (null, new RestartRefusal($"{e.Message} The run can be restarted from the start alone, with another version.", IsUnknown: false));
        }

        var past = snapshot is null ? rows.Run : rows.At(States(snapshot));
        return Restarting.Plan(created.Workflow.Definition, before.Definition, past, wish.FromStep);
    }

    private static Dictionary<int, StepState> States(SnapshotRow snapshot)
    {
        using var steps = JsonDocument.Parse(snapshot.Steps!);
        return steps.RootElement.EnumerateObject().ToDictionary(
            step => new JobId(step.Value.GetProperty("job_id").GetGuid()).StepIndex,
            step => StateWords.StepStateOf(step.Value.GetProperty("status").GetString()!));
    }

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
