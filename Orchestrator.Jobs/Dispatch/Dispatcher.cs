using Npgsql;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Recording;
using Orchestrator.Jobs.Storage;
using Orchestrator.Shared;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Inputs;

namespace Orchestrator.Jobs.Dispatch;

/// <summary>
/// The one door through which runs start. A run, its steps and the Hangfire jobs of those that may start are written
/// in one statement, for all dispatches of the same moment together: there is a run with everything, or there is none.
/// </summary>
internal sealed class Dispatcher
{
    private const int MaxBatch = 100;

    private readonly Database _database;
    private readonly WorkflowCatalog _workflows;
    private readonly DeliverySignal _signal;
    private readonly StepJobRows _jobs;
    private readonly TimeProvider _time;
    private readonly Coalescer<NewRun, bool> _runs;

    public Dispatcher(
        Database database, WorkflowCatalog workflows, DeliverySignal signal, StepJobRows jobs, TimeProvider time)
    {
        (_database, _workflows, _signal, _jobs, _time) = (database, workflows, signal, jobs, time);
        _runs = new Coalescer<NewRun, bool>(InsertAllAsync, MaxBatch, lanes: 2, error => error is PostgresException);
    }

    public async Task<DispatchOutcome> DispatchAsync(DispatchRequest request, CancellationToken cancellationToken)
    {
        var (run, refused) = await PrepareAsync(request, cancellationToken);
        if (run is null)
        {
            return refused!;
        }

        return await _runs.SubmitAsync(run, cancellationToken)
            ? new Dispatched(run.Id, false)
            : await ReplayAsync(request, cancellationToken);
    }

    /// <summary>The run that a request asks for, checked and not written yet; or why there will be none.</summary>
    public async Task<(NewRun? Run, DispatchRefused? Refused)> PrepareAsync(DispatchRequest request, CancellationToken cancellationToken)
    {
        if (await _workflows.FindAsync(request.Tenant, request.WorkflowKey, request.Version, cancellationToken) is not { } workflow)
        {
            return (null, await UnknownAsync(request, cancellationToken));
        }

        var (inputs, problems) = Check(workflow, request);
        return problems.Count == 0
            ? (NewRun.Of(request, workflow, inputs, RunId.New(_time.GetUtcNow())), null)
            : (null, new DispatchRefused(
                DispatchRefusal.InvalidInput,
                $"The request does not fit workflow '{request.WorkflowKey}': {string.Join("; ", problems.Select(p => $"{p.Path} {p.Message}"))}.",
                problems));
    }

    /// <summary>Writes runs in the caller's transaction; the answer names those whose idempotency key was free.</summary>
    public async Task<IReadOnlySet<RunId>> InsertAsync(NpgsqlConnection connection, IReadOnlyList<NewRun> runs, CancellationToken cancellationToken)
    {
        var accepted = new HashSet<RunId>(runs.Count);
        foreach (var batch in runs.Chunk(MaxBatch))
        {
            await using var command = new NpgsqlCommand(Statements.Dispatch, connection);
            await InsertAsync(command, batch, accepted, cancellationToken);
        }

        return accepted;
    }

    /// <summary>Runs written by <see cref="InsertAsync(NpgsqlConnection, IReadOnlyList{NewRun}, CancellationToken)"/> are committed: workers are told.</summary>
    public void Delivered(IReadOnlyList<NewRun> runs) => _signal.Delivered([.. runs.SelectMany(run => run.RootQueues).Distinct()]);

    private static (Value Inputs, List<InputProblem> Problems) Check(LoadedWorkflow workflow, DispatchRequest request)
    {
        var payload = request.Payload.IsNullish ? Value.EmptyObject : request.Payload;
        var problems = new List<InputProblem>();
        if (payload.Kind != ValueKind.Object)
        {
            problems.Add(new InputProblem("payload", "has to be a JSON object"));
            payload = Value.EmptyObject;
        }

        if (!request.Variables.IsNullish && request.Variables.Kind != ValueKind.Object)
        {
            problems.Add(new InputProblem("variables", "has to be a JSON object"));
        }

        if (request.Priority is < 1 or > 4)
        {
            problems.Add(new InputProblem("priority", "has to be 1 (urgent) to 4 (low)"));
        }

        var (inputs, found) = InputChecker.Check(workflow.Definition.Inputs, payload);
        problems.AddRange(found);
        return (inputs, problems);
    }

    private async Task<DispatchRefused> UnknownAsync(DispatchRequest request, CancellationToken cancellationToken) =>
        request.Version is { } version && await _workflows.FindAsync(request.Tenant, request.WorkflowKey, null, cancellationToken) is not null
            ? new DispatchRefused(DispatchRefusal.UnknownVersion, $"Workflow '{request.WorkflowKey}' has no version {version}.")
            : new DispatchRefused(
                DispatchRefusal.UnknownWorkflow,
                $"There is no workflow '{request.WorkflowKey}'. GET /api/workflows lists those that there are.");

    private async Task<DispatchOutcome> ReplayAsync(DispatchRequest request, CancellationToken cancellationToken)
    {
        var key = request.Key!;
        await using var command = _database.Source.CreateCommand(SqlText.Load("FindIdempotencyKey"));
        command.Parameters.One(request.Tenant).One(key.Scope).One(key.Key);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return row.GetFieldValue<byte[]>(1).AsSpan().SequenceEqual(key.RequestSha256)
            ? new Dispatched(new RunId(row.GetGuid(0)), true)
            : new DispatchRefused(
                DispatchRefusal.KeyReused,
                $"The idempotency key '{key.Key}' was used for another request. Send a new key with a new request.");
    }

    private async Task<IReadOnlyList<bool>> InsertAllAsync(IReadOnlyList<NewRun> runs)
    {
        await using var command = _database.Source.CreateCommand(Statements.Dispatch);
        var accepted = new HashSet<RunId>(runs.Count);
        await InsertAsync(command, runs, accepted, CancellationToken.None);
        Delivered(runs);
        return [.. runs.Select(run => accepted.Contains(run.Id))];
    }

    private async Task InsertAsync(
        NpgsqlCommand command, IReadOnlyList<NewRun> runs, HashSet<RunId> accepted, CancellationToken cancellationToken)
    {
        NewRun.AddTo(command.Parameters, runs);
        command.Parameters.One(_jobs.Invocation).One(_jobs.Arguments);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            accepted.Add(new RunId(reader.GetGuid(1)));
        }
    }
}
