using Npgsql;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Recording;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.States;

namespace Orchestrator.Jobs.DeadLetters;

/// <summary>All of a run as its rows say, read under its lock.</summary>
internal sealed class PastRows
{
    private readonly Dictionary<int, PastStep> _steps = [];
    private readonly Dictionary<int, string> _names = [];
    private readonly Dictionary<BlockKey, BlockSnapshot> _blocks = [];
    private readonly Dictionary<int, OwnerSnapshot> _owners = [];
    private readonly HashSet<int> _undone = [];
    private readonly HashSet<int> _held = [];
    private PastRun? _run;

    public RunState State { get; private set; }

    public PastRun Run => _run ??= new PastRun(State, _steps, _blocks, _owners) { Undone = _undone };

    /// <summary>What the steps are called, by number.</summary>
    public IReadOnlyDictionary<int, string> Names => _names;

    /// <summary>Numbers of the steps that wait for a decision.</summary>
    public IReadOnlySet<int> Held => _held;

    /// <summary>Locks the run and reads it, on the caller's connection and in its transaction; of a run that is not there nothing is found.</summary>
    public static async Task<PastRows> ReadAsync(NpgsqlConnection connection, string tenant, RunId id, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        var locked = batch.CreateBatchCommand();
        locked.CommandText = Statements.LockRuns;
        locked.Parameters.Texts([tenant]).Uuids([id.Value]);
        batch.BatchCommands.Add(locked);
        foreach (var statement in new[] { "ReadRun", "ReadRunBlocks" })
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = SqlText.Load(statement);
            command.Parameters.One(tenant).One(id.Value).One(id.LastJob.Value);
            batch.BatchCommands.Add(command);
        }

        var rows = new PastRows();
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.State = StateWords.RunStateOf(reader.GetString(2));
        }

        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.ReadStep(reader);
        }

        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.ReadBlock(reader);
        }

        return rows;
    }

    /// <summary>The run as a snapshot holds it: the steps that were there then, in the states that they had.</summary>
    /// <param name="states">By number.</param>
    public PastRun At(IReadOnlyDictionary<int, StepState> states)
    {
        var steps = _steps.Where(step => states.ContainsKey(step.Key)).ToDictionary(
            step => step.Key,
            step => step.Value.Step.State == states[step.Key]
                ? step.Value
                : new PastStep(step.Value.Step with { State = states[step.Key] }) { HasStarted = step.Value.HasStarted });
        var blocks = steps.Values.Select(step => step.Step.Place?.Block).OfType<BlockKey>().ToHashSet();
        return new PastRun(State, steps, _blocks.Where(block => blocks.Contains(block.Key)).ToDictionary(), _owners) { Undone = _undone };
    }

    /// <summary>From a row of <c>ReadRun.sql</c>.</summary>
    private void ReadStep(NpgsqlDataReader row)
    {
        var number = new JobId(row.GetGuid(0)).StepIndex;
        var phase = row.IsDBNull(7) ? null : row.GetString(7);
        _names[number] = row.GetString(1);
        _ = phase is StepPhase.Held && row.GetString(2) == StepState.Waiting.Word() && _held.Add(number);
        _steps[number] = new PastStep(new StepSnapshot(
            StateWords.StepStateOf(row.GetString(2)), row.GetInt32(3), row.GetInt32(4), Places.Read(row, 5, 6))
        {
            HasBegun = row.GetBoolean(9),
        })
        {
            IsPresent = row.GetBoolean(10),
            HasBegun = phase is not (null or StepPhase.Held),
            HasStarted = row.GetInt16(8) > 0,
            HasReplaced = phase is StepPhase.Alternative,
            FirstCompensation = phase is StepPhase.Rollback ? 0 : null,
            IsUnwanted = phase is StepPhase.Unwanted,
            HasPlace = row.GetBoolean(11),
        };
    }

    /// <summary>From a row of <c>ReadRunBlocks.sql</c>.</summary>
    private void ReadBlock(NpgsqlDataReader row)
    {
        var owner = new JobId(row.GetGuid(0)).StepIndex;
        _blocks[new BlockKey(owner, row.GetInt32(1))] = new BlockSnapshot(row.GetInt32(2), row.GetBoolean(3), row.IsDBNull(4) ? null : row.GetInt32(4));
        _owners[owner] = StepProgress.ReadBlocks(row, 5);
        _steps[owner] = _steps[owner] with
        {
            HasBegun = true,
            FirstCompensation = !_steps[owner].IsUndone ? null : row.IsDBNull(13) ? _owners[owner].Opened : row.GetInt32(13),
        };
        if (!row.IsDBNull(12) && Value.Parse(row.GetString(12)) is { Kind: ValueKind.Array } undone)
        {
            _undone.UnionWith(undone.AsArray().Select(number => (int)number.AsNumber()));
        }
    }
}
