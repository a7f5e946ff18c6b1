using Npgsql;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Limits;
using Orchestrator.Jobs.Maintenance;
using Orchestrator.Jobs.Recording;
using Orchestrator.Jobs.Storage;
using Orchestrator.Shared;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Inputs;
using Orchestrator.Workflows.States;

namespace Orchestrator.Jobs.Dispatch;

/// <summary>
/// The one door through which runs start. A run, its steps and the Hangfire jobs of those that may start are written
/// in one statement, for all dispatches of the same moment together: there is a run with everything, or there is none.
/// </summary>
internal sealed class Dispatcher
{
    private const int MaxBatch = 100;
    private const int MaxRunsAtOnce = 500;
    private const int MaxStepsAtOnce = 5_000;

    private readonly Database _database;
    private readonly WorkflowCatalog _workflows;
    private readonly DeliverySignal _signal;
    private readonly StepJobRows _jobs;
    private readonly RunSlots _slots;
    private readonly NearTimers _timers;
    private readonly TimeProvider _time;
    private readonly int _maxBytes;
    private readonly Coalescer<NewRun, bool> _runs;

    public Dispatcher(
        Database database, WorkflowCatalog workflows, DeliverySignal signal, StepJobRows jobs, RunSlots slots, NearTimers timers,
        OrchestratorOptions options, TimeProvider time)
    {
        (_database, _workflows, _signal, _jobs, _slots, _timers, _maxBytes, _time) =
            (database, workflows, signal, jobs, slots, timers, options.MaxOutputBytes, time);
        _runs = new Coalescer<NewRun, bool>(InsertAllAsync, MaxBatch, lanes: 2, error => error is PostgresException);
    }

    public async Task<DispatchOutcome> DispatchAsync(DispatchRequest request, CancellationToken cancellationToken)
    {
        var (run, refused) = await PrepareAsync(request, cancellationToken);
        return run is null ? refused!
            : !await _runs.SubmitAsync(run, cancellationToken) ? await ReplayAsync(request, cancellationToken)
            : run.Slot is { } slot ? await SettleAsync(run, slot, cancellationToken)
            : new Dispatched(run.Id, false);
    }

    /// <summary>The run is there; whether it has a slot is decided now.</summary>
    private async Task<Dispatched> SettleAsync(NewRun run, RunSlot slot, CancellationToken cancellationToken)
    {
        var (state, reason) = await _slots.SettleAsync(run.Request.Tenant, slot.Key, run.Id, cancellationToken);
        return state == RunState.Cancelled ? new Dispatched(run.Id, false) { State = state, Reason = reason } : new Dispatched(run.Id, false);
    }

    /// <summary>All of them or none, a statement for as many as fit into one.</summary>
    public async Task<IReadOnlyList<DispatchOutcome>> DispatchAllAsync(
        IReadOnlyList<DispatchRequest> requests, CancellationToken cancellationToken)
    {
        var (runs, refused) = await PrepareAllAsync(requests, cancellationToken);
        if (runs is null)
        {
            return [refused!];
        }

        await using var connection = await _database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (outcomes, queues, isLimited) = await WriteAsync(runs, transaction, cancellationToken);
        if (outcomes.Any(outcome => outcome is DispatchRefused))
        {
            return outcomes;
        }

        await transaction.CommitAsync(cancellationToken);
        _signal.Delivered(queues);
        ExpectSlots(isLimited);
        return outcomes;
    }

    /// <summary>
    /// The same in the caller's transaction, on any connection to the database. Where one is refused nothing is written,
    /// and the transaction can go on. Workers are told by a notification that goes out with the caller's commit.
    /// </summary>
    public async Task<IReadOnlyList<DispatchOutcome>> DispatchAllAsync(
        IReadOnlyList<DispatchRequest> requests, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        const string before = "orchestrator_dispatch";
        _ = transaction.Connection ?? throw new ArgumentException("The transaction has ended.", nameof(transaction));
        var (runs, refused) = await PrepareAllAsync(requests, cancellationToken);
        if (runs is null)
        {
            return [refused!];
        }

        if (requests.Count > 1)
        {
            await transaction.SaveAsync(before, cancellationToken);
        }

        var (outcomes, queues, _) = await WriteAsync(runs, transaction, cancellationToken);
        if (outcomes.Any(outcome => outcome is DispatchRefused))
        {
            // Of a single one nothing was written.
            await (requests.Count > 1 ? transaction.RollbackAsync(before, cancellationToken) : Task.CompletedTask);
        }
        else if (queues.Count > 0)
        {
            await DeliverySignal.AtCommitAsync(transaction.Connection!, cancellationToken);
        }

        return outcomes;
    }

    /// <summary>The run that a request asks for, checked and not written yet; or why there will be none.</summary>
    public async Task<(NewRun? Run, DispatchRefused? Refused)> PrepareAsync(DispatchRequest request, CancellationToken cancellationToken)
    {
        var (workflow, refused) = await FindAsync(request.Tenant, request.WorkflowKey, request.Version, cancellationToken);
        return workflow is null ? (null, refused) : Prepare(request, workflow);
    }

    /// <summary>The workflow that a dispatch takes; or why there is none.</summary>
    public async Task<(LoadedWorkflow? Workflow, DispatchRefused? Refused)> FindAsync(
        string tenant, string key, int? version, CancellationToken cancellationToken)
    {
        try
        {
            return await _workflows.FindAsync(tenant, key, version, cancellationToken) is { } workflow
                ? (workflow, null)
                : (null, await UnknownAsync(tenant, key, version, cancellationToken));
        }
        catch (UnreadableWorkflowException e)
        {
            return (null, new DispatchRefused(DispatchRefusal.UnreadableWorkflow, e.Message));
        }
    }

    /// <summary>The run that a request asks for, of a workflow that was found for it: the database is not asked.</summary>
    public (NewRun? Run, DispatchRefused? Refused) Prepare(DispatchRequest request, LoadedWorkflow workflow)
    {
        var (inputs, problems) = RequestCheck.Run(workflow, request, _maxBytes);
        return problems.Count == 0
            ? Limited(request, workflow, inputs)
            : (null, new DispatchRefused(
                DispatchRefusal.InvalidInput,
                $"The request does not fit workflow '{request.WorkflowKey}': {string.Join("; ", problems.Select(p => $"{p.Path} {p.Message}"))}.",
                problems));
    }

    private (NewRun? Run, DispatchRefused? Refused) Limited(DispatchRequest request, LoadedWorkflow workflow, Value inputs)
    {
        string problem;
        try
        {
            var now = _time.GetUtcNow();
            var run = NewRun.Of(request, workflow, inputs, RunId.New(now), now.UtcDateTime);
            if (run.Slot is not { Key.Length: 0 or > RateLimit.MaxKeyLength })
            {
                return (run, null);
            }

            problem = $"came to {run.Slot.Key.Length} characters; it has to have 1 to {RateLimit.MaxKeyLength}";
        }
        catch (EvaluationException e)
        {
            problem = $"can't be evaluated: {e.Message}";
        }

        return (null, new DispatchRefused(
            DispatchRefusal.InvalidInput,
            $"The request does not fit workflow '{request.WorkflowKey}': its config.concurrency.key {problem}.",
            [new InputProblem("config.concurrency.key", problem)]));
    }

    /// <summary>Before a connection is taken: what is not in memory is read on one of its own.</summary>
    private async Task<(NewRun[]? Runs, DispatchRefused? Refused)> PrepareAllAsync(
        IReadOnlyList<DispatchRequest> requests, CancellationToken cancellationToken)
    {
        var runs = new NewRun[requests.Count];
        for (var index = 0; index < runs.Length; index++)
        {
            var (run, refused) = await PrepareAsync(requests[index], cancellationToken);
            if (run is null)
            {
                return (null, refused! with { Index = index });
            }

            runs[index] = run;
        }

        return (runs, null);
    }

    /// <summary>Writes in a transaction, unless one is refused. The answer also holds the queues that have something to do.</summary>
    private async Task<(IReadOnlyList<DispatchOutcome> Outcomes, IReadOnlyCollection<string> Queues, bool IsLimited)> WriteAsync(
        NewRun[] runs, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var outcomes = new DispatchOutcome[runs.Length];
        var written = 0;
        foreach (var batch in Batches(runs))
        {
            var accepted = await InsertAsync(new NpgsqlCommand(Statements.Dispatch, transaction.Connection, transaction), batch, cancellationToken);
            foreach (var run in batch)
            {
                outcomes[written] = accepted.Contains(run.Id)
                    ? new Dispatched(run.Id, false)
                    : await ReplayAsync(run.Request, new NpgsqlCommand { Connection = transaction.Connection, Transaction = transaction }, cancellationToken);
                if (outcomes[written] is DispatchRefused refused)
                {
                    return ([refused with { Index = written }], [], false);
                }

                written++;
            }
        }

        return (outcomes, [.. runs.SelectMany(run => run.RootQueues).Distinct()], runs.Any(run => run.Slot is not null));
    }

    /// <summary>As many runs as one statement may write, at least one.</summary>
    private static IEnumerable<IReadOnlyList<NewRun>> Batches(NewRun[] runs)
    {
        var batch = new List<NewRun>();
        var steps = 0;
        foreach (var run in runs)
        {
            var more = run.Workflow.Definition.Steps.Count;
            if (batch.Count > 0 && (batch.Count == MaxRunsAtOnce || steps + more > MaxStepsAtOnce))
            {
                yield return batch;
                (batch, steps) = ([], 0);
            }

            batch.Add(run);
            steps += more;
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }

    /// <summary>Writes runs in the caller's transaction; the answer names those whose idempotency key was free.</summary>
    public async Task<IReadOnlySet<RunId>> InsertAsync(NpgsqlConnection connection, IReadOnlyList<NewRun> runs, CancellationToken cancellationToken)
    {
        var accepted = new HashSet<RunId>(runs.Count);
        foreach (var batch in Batches([.. runs]))
        {
            accepted.UnionWith(await InsertAsync(new NpgsqlCommand(Statements.Dispatch, connection), batch, cancellationToken));
        }

        return accepted;
    }

    /// <summary>Runs written by <see cref="InsertAsync(NpgsqlConnection, IReadOnlyList{NewRun}, CancellationToken)"/> are committed: workers are told.</summary>
    public void Delivered(IReadOnlyList<NewRun> runs)
    {
        _signal.Delivered([.. runs.Where(run => run.Slot is null).SelectMany(run => run.RootQueues).Distinct()]);
        ExpectSlots(runs.Any(run => run.Slot is not null));
    }

    /// <summary>Runs wait for slots: this process looks at once whether there are any.</summary>
    private void ExpectSlots(bool isLimited)
    {
        if (isLimited)
        {
            _timers.Expect(TimeSpan.Zero);
        }
    }

    private async Task<DispatchRefused> UnknownAsync(string tenant, string key, int? version, CancellationToken cancellationToken) =>
        version is { } number && await _workflows.FindAsync(tenant, key, null, cancellationToken) is not null
            ? new DispatchRefused(DispatchRefusal.UnknownVersion, $"Workflow '{key}' has no version {number}.")
            : new DispatchRefused(
                DispatchRefusal.UnknownWorkflow,
                $"There is no workflow '{key}'. GET /api/workflows lists those that there are.");

    private Task<DispatchOutcome> ReplayAsync(DispatchRequest request, CancellationToken cancellationToken) =>
        ReplayAsync(request, _database.Source.CreateCommand(), cancellationToken);

    private static async Task<DispatchOutcome> ReplayAsync(DispatchRequest request, NpgsqlCommand find, CancellationToken cancellationToken) =>
        await FindReplayAsync(request.Tenant, request.Key!, find, cancellationToken)
        ?? throw new InvalidOperationException($"The idempotency key '{request.Key!.Key}' was taken, and is gone.");

    /// <summary>What an earlier request with the same key has made; null: there was none.</summary>
    public Task<DispatchOutcome?> FindReplayAsync(string tenant, IdempotencyKey key, CancellationToken cancellationToken) =>
        FindReplayAsync(tenant, key, _database.Source.CreateCommand(), cancellationToken);

    /// <summary>The same on the caller's connection and in its transaction.</summary>
    public static Task<DispatchOutcome?> FindReplayAsync(
        NpgsqlConnection connection, string tenant, IdempotencyKey key, CancellationToken cancellationToken) =>
        FindReplayAsync(tenant, key, connection.CreateCommand(), cancellationToken);

    private static async Task<DispatchOutcome?> FindReplayAsync(string tenant, IdempotencyKey key, NpgsqlCommand find, CancellationToken cancellationToken)
    {
        await using var command = find;
        command.CommandText = SqlText.Load("FindIdempotencyKey");
        command.Parameters.One(tenant).One(key.Scope).One(key.Key);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return !await row.ReadAsync(cancellationToken) ? null : row.GetFieldValue<byte[]>(1).AsSpan().SequenceEqual(key.RequestSha256)
            ? new Dispatched(new RunId(row.GetGuid(0)), true)
            : new DispatchRefused(
                DispatchRefusal.KeyReused,
                $"The idempotency key '{key.Key}' was used for another request. Send a new key with a new request.");
    }

    private async Task<IReadOnlyList<bool>> InsertAllAsync(IReadOnlyList<NewRun> runs)
    {
        var accepted = runs.Any(run => run.Slot is not null)
            ? await InsertLimitedAsync(runs)
            : await InsertAsync(_database.Source.CreateCommand(Statements.Dispatch), runs, CancellationToken.None);
        Delivered(runs);
        return [.. runs.Select(run => accepted.Contains(run.Id))];
    }

    private async Task<IReadOnlySet<RunId>> InsertLimitedAsync(IReadOnlyList<NewRun> runs)
    {
        await using var connection = await _database.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var accepted = await InsertAsync(new NpgsqlCommand(Statements.Dispatch, connection, transaction), runs, CancellationToken.None);
        await transaction.CommitAsync();
        return accepted;
    }

    /// <summary>
    /// Runs the statement for these, and one more where their number is limited: then in a transaction. The answer holds those
    /// whose key was new, or that have none.
    /// </summary>
    private async Task<HashSet<RunId>> InsertAsync(NpgsqlCommand dispatch, IReadOnlyList<NewRun> runs, CancellationToken cancellationToken)
    {
        await using var command = dispatch;
        NewRun.AddTo(command.Parameters, runs);
        command.Parameters.One(_jobs.Invocation).One(_jobs.Arguments);
        NewRun.AddParents(command.Parameters, runs);
        var accepted = new HashSet<RunId>(runs.Count);
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                accepted.Add(new RunId(reader.GetGuid(1)));
            }
        }

        if (runs.Where(run => run.Slot is not null && accepted.Contains(run.Id)).ToArray() is { Length: > 0 } limited)
        {
            await RunSlots.EnterAsync(
                command.Connection!, [.. limited.Select(run => (run.Request.Tenant, run.Id, run.Slot!, run.Priority, run.Request.ScheduledAt))], cancellationToken);
        }

        return accepted;
    }
}
