using Npgsql;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.States;

namespace Orchestrator.Jobs.Recording;

/// <summary>
/// One transaction of the recorder: lock the runs → read the local views → plan → write. Can be run again after a
/// failure; where a commit was sent and not answered, what has become of it is asked first. The fence alone would not do:
/// a turn gives its number back, so that of the next turn, under way meanwhile, is the same.
/// </summary>
internal sealed class RecordingBatch(
    IReadOnlyList<Recording> recordings, RunLoader loader, StepJobRows jobRows, TimeSpan lease, TimeProvider time)
{
    private readonly Dictionary<(string Tenant, RunId Run), RunRecording> _runs = [];

    /// <summary>The transaction that has locked the runs.</summary>
    private string? _transaction;

    /// <summary>The one whose commit was sent: what stands here is what it answered.</summary>
    private string? _sent;

    /// <summary>In the order of the recordings; valid after <see cref="WriteAsync"/>.</summary>
    public IReadOnlyList<RecordingAnswer> Answers { get; private set; } = [];

    /// <summary>Queues that got new deliveries.</summary>
    public IReadOnlyCollection<string> Queues { get; private set; } = [];

    /// <inheritdoc cref="RecordRows.Timers"/>
    public IReadOnlyCollection<(string Tenant, JobId Job, TimeSpan Due)> Timers { get; private set; } = [];

    /// <summary>Locks were given back: who waits for them may have been woken.</summary>
    public bool HasReleased { get; private set; }

    /// <summary>Once it has committed, to do it again changes nothing.</summary>
    /// <exception cref="TimeoutException">Whether the commit of an earlier call took place can't be said yet.</exception>
    public async Task WriteAsync(NpgsqlConnection connection)
    {
        if (_sent is { } sent && await HasCommittedAsync(connection, sent))
        {
            return;
        }

        (_sent, _transaction) = (null, null);
        await using var transaction = await connection.BeginTransactionAsync();
        await RunAsync(connection);
        _sent = _transaction;
        await transaction.CommitAsync();
    }

    /// <summary>
    /// What has become of a transaction whose commit was sent. While it is under way, and where the database can't say
    /// (a standby, or so long ago that it has forgotten), one has to wait.
    /// <para>
    /// An id in the future (22023) was lost by a crash or a fail-over, with all that was written under it. One that was lost
    /// and then given to another transaction is taken for ours: the steps are then running as before under leases that
    /// nobody renews, and the sweeper gives them to a worker.
    /// </para>
    /// </summary>
    internal static async Task<bool> HasCommittedAsync(NpgsqlConnection connection, string transaction)
    {
        await using var command = new NpgsqlCommand(SqlText.Load("HasCommitted"), connection);
        command.Parameters.One(transaction);
        try
        {
            return (await command.ExecuteScalarAsync() as string) switch
            {
                "committed" => true,
                "aborted" => false,
                var status => throw new TimeoutException($"The commit of transaction {transaction} was not answered, and is {status ?? "unknown"}."),
            };
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidParameterValue)
        {
            return false;
        }
    }

    /// <summary>The same in the caller's transaction, on a connection like any other.</summary>
    public async Task WriteInAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(SqlText.Load("FindByKey"), connection);
        await command.ExecuteNonQueryAsync();
        await RunAsync(connection);
    }

    private async Task RunAsync(NpgsqlConnection connection)
    {
        _runs.Clear();
        foreach (var group in recordings.GroupBy(recording => (recording.Memory.Run.Tenant, recording.Memory.Run.Id)))
        {
            _runs.Add(group.Key, new RunRecording([.. group], time));
        }

        await LockAndReadAsync(connection);
        await PlanAsync(connection);
        await LoadForOutputsAsync(connection);
        var rows = new RecordRows(jobRows, lease, time);
        foreach (var run in _runs.Values)
        {
            run.AddTo(rows);
        }

        var next = await rows.WriteAsync(connection);
        Answers = [.. recordings.Select(recording => _runs[(recording.Memory.Run.Tenant, recording.Memory.Run.Id)].Answer(recording, next))];
        (Queues, Timers) = (rows.Queues, rows.Timers);
        HasReleased = rows.HasReleased;
    }

    /// <summary>Whether a run ends with it whose workflow limits how many there are at a time.</summary>
    public bool FreesSlot => _runs.Values.Any(run => run.IsLimited && run.Decisions is { End: not null });

    /// <summary>Whether a run that was started by <paramref name="trigger"/> ends with it.</summary>
    public bool EndsRunOf(string trigger) => _runs.Values.Any(run => run.Info.Trigger == trigger && run.Decisions is { End: not null });

    private async Task LockAndReadAsync(NpgsqlConnection connection)
    {
        await using var batch = connection.CreateBatch();
        var runs = _runs.Keys.ToArray();
        var command = batch.CreateBatchCommand();
        command.CommandText = Statements.LockRuns;
        command.Parameters
            .Texts(Array.ConvertAll(runs, run => run.Tenant))
            .Uuids(Array.ConvertAll(runs, run => run.Run.Value));
        batch.BatchCommands.Add(command);
        batch.BatchCommands.Add(ReadSteps(batch, _runs.Values.SelectMany(run => run.FirstLook.Select(step => (run, step)))));
        var hasBlocks = AddBlocks(batch, _runs.Values.SelectMany(run => run.FirstBlocks.Select(block => (run, block))), _runs.Values.SelectMany(run => run.Progressing.Select(step => (run, step))));
        var counts = AddPlaces(batch, _runs.Values);
        var isLimited = AddLines(batch, _runs.Values);
        await using var reader = await batch.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            _transaction = reader.GetString(6);
            _runs[(reader.GetString(0), new RunId(reader.GetGuid(1)))]
                .Lock(
                    StateWords.RunStateOf(reader.GetString(2)), reader.GetInt32(3), reader.IsDBNull(4) ? null : reader.GetInt32(4),
                    reader.IsDBNull(5) ? null : reader.GetInt32(5));
        }

        await reader.NextResultAsync();
        await ReadStepsAsync(reader);
        if (hasBlocks)
        {
            await reader.NextResultAsync();
            await ReadBlocksAsync(reader);
            await reader.NextResultAsync();
            await ReadProgressAsync(reader);
        }

        if (counts)
        {
            await reader.NextResultAsync();
            await ReadPlacesAsync(reader);
        }

        if (isLimited)
        {
            await reader.NextResultAsync();
            await ReadLinesAsync(reader);
        }
    }

    /// <summary>Most plans need one look; one that skips ahead asks for the steps that the skip reaches.</summary>
    private async Task PlanAsync(NpgsqlConnection connection)
    {
        while (true)
        {
            var plans = _runs.Values.Select(run => (Run: run, Missing: run.Plan())).Where(plan => plan.Missing is not null).ToArray();
            if (plans.Length == 0)
            {
                return;
            }

            await using var batch = connection.CreateBatch();
            batch.BatchCommands.Add(ReadSteps(batch, plans.SelectMany(plan => plan.Missing!.Value.Steps.Select(step => (plan.Run, step)))));
            var hasBlocks = AddBlocks(batch, plans.SelectMany(plan => plan.Missing!.Value.Blocks.Select(block => (plan.Run, block))), []);
            var counts = AddPlaces(batch, plans.Select(plan => plan.Run).Where(run => run.LacksHeld));
            await using var reader = await batch.ExecuteReaderAsync();
            await ReadStepsAsync(reader);
            if (hasBlocks)
            {
                await reader.NextResultAsync();
                await ReadBlocksAsync(reader);
                await reader.NextResultAsync();
            }

            if (counts)
            {
                await reader.NextResultAsync();
                await ReadPlacesAsync(reader);
            }
        }
    }

    private NpgsqlBatchCommand ReadSteps(NpgsqlBatch batch, IEnumerable<(RunRecording Run, int Step)> wanted)
    {
        var steps = wanted.ToArray();
        var command = batch.CreateBatchCommand();
        command.CommandText = Statements.ReadSteps;
        command.Parameters
            .Texts(Array.ConvertAll(steps, step => step.Run.Info.Tenant))
            .Uuids(Array.ConvertAll(steps, step => step.Run.Info.Id.Job(step.Step).Value));
        return command;
    }

    private async Task ReadStepsAsync(NpgsqlDataReader row)
    {
        while (await row.ReadAsync())
        {
            var job = new JobId(row.GetGuid(1));
            _runs[(row.GetString(0), job.Run)].Read(job.StepIndex, StepRow.Read(row));
        }
    }

    /// <summary>Blocks and what steps have come to: only where steps contain others.</summary>
    private static bool AddBlocks(NpgsqlBatch batch, IEnumerable<(RunRecording Run, BlockKey Block)> blocks, IEnumerable<(RunRecording Run, int Step)> progressing)
    {
        var (wanted, steps) = (blocks.ToArray(), progressing.ToArray());
        if (wanted.Length + steps.Length == 0)
        {
            return false;
        }

        var command = batch.CreateBatchCommand();
        command.CommandText = SqlText.Load("ReadBlocks");
        command.Parameters
            .Texts(Array.ConvertAll(wanted, one => one.Run.Info.Tenant))
            .Uuids(Array.ConvertAll(wanted, one => one.Run.Info.Id.Job(one.Block.Owner).Value))
            .Ints(Array.ConvertAll(wanted, one => one.Block.Iteration));
        batch.BatchCommands.Add(command);
        command = batch.CreateBatchCommand();
        command.CommandText = SqlText.Load("ReadProgress");
        command.Parameters
            .Texts(Array.ConvertAll(steps, one => one.Run.Info.Tenant))
            .Uuids(Array.ConvertAll(steps, one => one.Run.Info.Id.Job(one.Step).Value));
        batch.BatchCommands.Add(command);
        return true;
    }

    /// <summary>Which steps are under way and which are held: only where a workflow limits how many may be.</summary>
    private static bool AddPlaces(NpgsqlBatch batch, IEnumerable<RunRecording> runs)
    {
        var counting = runs.Where(run => run.HeldLimit is not null).ToArray();
        if (counting.Length == 0)
        {
            return false;
        }

        var command = batch.CreateBatchCommand();
        command.CommandText = SqlText.Load("ReadPlaces");
        command.Parameters
            .Texts(Array.ConvertAll(counting, run => run.Info.Tenant))
            .Uuids(Array.ConvertAll(counting, run => run.Info.Id.Value))
            .Ints(Array.ConvertAll(counting, run => run.HeldLimit!.Value));
        batch.BatchCommands.Add(command);
        return true;
    }

    private async Task ReadPlacesAsync(NpgsqlDataReader row)
    {
        while (await row.ReadAsync())
        {
            var job = new JobId(row.GetGuid(1));
            _runs[(row.GetString(0), job.Run)].ReadPlace(job.StepIndex, StepRow.Read(row), row.GetBoolean(10));
        }
    }

    /// <summary>Which runs have to wait for a slot: only where a workflow limits how many are open.</summary>
    private static bool AddLines(NpgsqlBatch batch, IEnumerable<RunRecording> runs)
    {
        var limited = runs.Where(run => run.IsLimited).ToArray();
        if (limited.Length == 0)
        {
            return false;
        }

        var command = batch.CreateBatchCommand();
        command.CommandText = SqlText.Load("ReadLines");
        command.Parameters
            .Texts(Array.ConvertAll(limited, run => run.Info.Tenant))
            .Uuids(Array.ConvertAll(limited, run => run.Info.Id.Value));
        batch.BatchCommands.Add(command);
        return true;
    }

    private async Task ReadLinesAsync(NpgsqlDataReader row)
    {
        while (await row.ReadAsync())
        {
            _runs[(row.GetString(0), new RunId(row.GetGuid(1)))].ReadLine(row.GetString(2));
        }
    }

    private async Task ReadBlocksAsync(NpgsqlDataReader row)
    {
        while (await row.ReadAsync())
        {
            var owner = new JobId(row.GetGuid(1));
            _runs[(row.GetString(0), owner.Run)].Read(
                new BlockKey(owner.StepIndex, row.GetInt32(2)),
                new BlockSnapshot(row.GetInt32(3), row.GetBoolean(4), row.IsDBNull(5) ? null : row.GetInt32(5)),
                StepProgress.ReadBlocks(row, 6));
        }
    }

    private async Task ReadProgressAsync(NpgsqlDataReader row)
    {
        while (await row.ReadAsync())
        {
            var job = new JobId(row.GetGuid(1));
            _runs[(row.GetString(0), job.Run)].Read(job.StepIndex, StepProgress.ReadBlocks(row, 2));
        }
    }

    private async Task LoadForOutputsAsync(NpgsqlConnection connection)
    {
        var ending = _runs.Values.Where(run => run.Decisions is { End.State: RunState.Success }).ToArray();
        Array.ForEach(ending, run => run.RememberEnds());
        await loader.LoadAsync(connection, Array.ConvertAll(ending, run => (run.Workflow, run.Memory, run.OutputNeeds)));
        Array.ForEach(ending, run => run.Assign());
    }
}

/// <summary>A step's row as the recorder reads it.</summary>
internal readonly record struct StepRow(
    StepState State, int Attempts, int? LeaseOwner, int Pending, int Present, StepPlace? Place = null, bool HasBegun = false)
{
    public StepSnapshot Snapshot => new(State, Pending, Present, Place) { HasBegun = HasBegun };

    /// <summary>From a row of <c>ReadSteps.sql</c>.</summary>
    public static StepRow Read(NpgsqlDataReader row) => new(
        StateWords.StepStateOf(row.GetString(2)), row.GetInt16(3), row.IsDBNull(4) ? null : row.GetInt32(4), row.GetInt32(5), row.GetInt32(6),
        Places.Read(row, 7, 8), row.GetBoolean(9));
}
