using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Maintenance;
using Orchestrator.Jobs.Queries;
using Orchestrator.Jobs.Recording;
using Orchestrator.Jobs.Storage;
using Orchestrator.Jobs.Watching;
using Orchestrator.Workflows.States;

namespace Orchestrator.Jobs.Control;

/// <summary>
/// Cancels, pauses and resumes runs: lock them → one statement → commit. A crash before the commit leaves everything as it
/// was; after it, what is not yet told (workers that have a step to stop, queues with something new) is found by the looks
/// that every worker makes each second.
/// </summary>
internal sealed class RunControl(
    Database database, RunQueries runs, StepJobRows jobs, RunNews? news, OrchestratorOptions options, TimeProvider time, ILogger<RunControl> log)
{
    /// <summary>Runs that one transaction changes, and so holds the locks of.</summary>
    internal const int Batch = 100;

    /// <summary>Runs that one request for many changes at most.</summary>
    public const int MaxAtOnce = 10_000;

    /// <summary>Carries an order out, or says why not.</summary>
    public async Task<OrderOutcome> GiveAsync(string tenant, RunId run, RunOrder order, Orderer by, CancellationToken cancellationToken)
    {
        var (states, moved) = await GiveAsync(tenant, [run], order, by, cancellationToken);
        return moved.Count > 0 && await runs.FindAsync(tenant, run, cancellationToken) is { } row ? new OrderDone(StateWords.RunStateOf(row.Status))
            : states.TryGetValue(run, out var state) ? new OrderRefused(order.Refusal(run, state) ?? await UndecidedAsync(tenant, run, cancellationToken) ?? $"Run {run} has just changed; try again.")
            : new OrderUnknown();
    }

    /// <summary>
    /// The same for all runs of a filter whose state allows it, newest first; how many there were, and where to go on when
    /// there may be more than <see cref="MaxAtOnce"/>.
    /// </summary>
    public async Task<(int Count, Guid? Next)> GiveAsync(RunFilter filter, RunOrder order, Orderer by, CancellationToken cancellationToken)
    {
        var (count, next) = (0, (Guid?)null);
        do
        {
            (var page, next) = await runs.ListAsync(filter with { Limit = Batch, Before = next ?? filter.Before }, cancellationToken);
            var wanted = page.Where(row => order.Transition.Allows(StateWords.RunStateOf(row.Status))).Select(row => new RunId(row.WorkflowRunId)).ToArray();
            if (wanted.Length > 0)
            {
                count += (await GiveAsync(filter.Tenant, wanted, order, by, cancellationToken)).Moved.Count;
            }
        }
        while (next is not null && count <= MaxAtOnce - Batch);
        return (count, next);
    }

    /// <summary>Cancels a locked run on the caller's connection and in its transaction; <see cref="Tell"/> after the commit.</summary>
    public Task CancelAsync(NpgsqlConnection connection, string tenant, RunId run, Orderer by, CancellationToken cancellationToken) =>
        WriteAsync(connection, jobs, tenant, [run], RunOrder.Cancel, by, [], [], cancellationToken);

    /// <summary>What the run had under way is stopped at once where it runs here.</summary>
    public void Tell(string tenant, RunId run) => news?.Tell(tenant, RunOrder.Cancel, new HashSet<RunId> { run }, []);

    private async Task<(IReadOnlyDictionary<RunId, RunState> States, IReadOnlySet<RunId> Moved)> GiveAsync(
        string tenant, IReadOnlyList<RunId> wanted, RunOrder order, Orderer by, CancellationToken cancellationToken)
    {
        Dictionary<RunId, RunState> states = [];
        HashSet<RunId> moved = [];
        HashSet<string> queues = [];

        // A first claim locks its step before its run: of the two, one may have to try again.
        await Retry.WhileUnreachableAsync(
            async () =>
            {
                (states, moved, queues) = ([], [], []);
                await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                await LockAsync(connection, tenant, wanted, states, cancellationToken);
                await WriteAsync(connection, jobs, tenant, wanted, order, by, moved, queues, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
            },
            options.Lease,
            time,
            (error, wait) => Log.CannotOrder(log, wanted.Count, wait.TotalMilliseconds, error.Message));
        news?.Tell(tenant, order, moved, queues);
        return (states, moved);
    }

    /// <summary>Why a paused run can't go on: steps that wait for a decision; null: there are none.</summary>
    private async Task<string?> UndecidedAsync(string tenant, RunId run, CancellationToken cancellationToken)
    {
        var steps = new List<string>();
        await using var command = database.Source.CreateCommand(SqlText.Load("UndecidedSteps"));
        command.Parameters.One(tenant).One(run.Value);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            steps.Add(row.GetString(0));
        }

        var route = $"POST /api/runs/{run}/steps/{(steps.Count == 1 ? steps[0] : "{step}")}";
        return steps.Count == 0 ? null
            : $"Run {run} waits for a decision about {string.Join(", ", steps.Take(10).Select(step => $"'{step}'"))}{(steps.Count > 10 ? ", …" : "")}: {route}/retry, {route}/skip or {route}/abort.";
    }

    private static async Task LockAsync(
        NpgsqlConnection connection, string tenant, IReadOnlyList<RunId> wanted, Dictionary<RunId, RunState> states, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Statements.LockRuns, connection);
        command.Parameters.Texts([.. wanted.Select(_ => tenant)]).Uuids([.. wanted.Select(run => run.Value)]);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            states[new RunId(row.GetGuid(1))] = StateWords.RunStateOf(row.GetString(2));
        }
    }

    /// <summary>Carries an order out for locked runs, in the caller's transaction.</summary>
    internal static async Task WriteAsync(
        NpgsqlConnection connection, StepJobRows jobs, string tenant, IReadOnlyList<RunId> wanted, RunOrder order, Orderer by,
        HashSet<RunId> moved, HashSet<string> queues, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SqlText.Load(order.Statement), connection);
        command.Parameters
            .Texts([.. wanted.Select(_ => tenant)])
            .Uuids([.. wanted.Select(run => run.Value)])
            .Uuids([.. wanted.Select(run => run.LastJob.Value)])
            .One(by.Line(order));
        command.Parameters.Add(new NpgsqlParameter { Value = by.Data(order), NpgsqlDbType = NpgsqlDbType.Jsonb });
        if (order.Delivers)
        {
            command.Parameters.One(jobs.Invocation).One(jobs.Arguments);
        }

        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            moved.Add(new RunId(row.GetGuid(0)));
            _ = !row.IsDBNull(1) && queues.Add(row.GetString(1));
        }
    }
}

/// <summary>Tells this process, and workers elsewhere, what they would find out by themselves within a second or two.</summary>
internal sealed class RunNews(DeliverySignal signal, Leases leases, NearTimers timers, RunSignals watchers)
{
    /// <param name="tenant">Whose runs.</param>
    /// <param name="order">What was done to them.</param>
    /// <param name="moved">The runs.</param>
    /// <param name="queues">Queues that got deliveries.</param>
    public void Tell(string tenant, RunOrder order, IReadOnlySet<RunId> moved, IReadOnlyCollection<string> queues)
    {
        foreach (var attempt in leases.Held.Where(held => order == RunOrder.Cancel && held.Tenant == tenant && moved.Contains(held.Job.Run)))
        {
            attempt.Stop();
        }

        signal.Delivered(queues);
        timers.Expect(TimeSpan.Zero);
        watchers.Changed(moved, run => run);
    }
}
