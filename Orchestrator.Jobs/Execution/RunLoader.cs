using Npgsql;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Storage;
using Orchestrator.Shared;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.States;

namespace Orchestrator.Jobs.Execution;

/// <summary>
/// Brings into a run's memory what a step reads and memory lacks; nothing else is loaded. Loads that workers ask for at
/// the same moment are one round trip.
/// </summary>
internal sealed class RunLoader
{
    private const int MaxBatch = 100;

    private readonly Database _database;
    private readonly Coalescer<RunLoad, bool> _loads;

    public RunLoader(Database database)
    {
        _database = database;
        _loads = new Coalescer<RunLoad, bool>(LoadAllAsync, MaxBatch, lanes: 2);
    }

    /// <summary>Loads what a step needs, where <paramref name="memory"/> lacks it.</summary>
    public ValueTask LoadAsync(
        LoadedWorkflow workflow, RunMemory memory, int number, StepPlace? place, string? phase, CancellationToken cancellationToken) =>
        LoadAsync(new LoadWish(workflow, memory, workflow.Needs(place?.Step ?? number), number, place, phase), cancellationToken);

    private async ValueTask LoadAsync(LoadWish wish, CancellationToken cancellationToken)
    {
        while (wish.Missing() is { IsEmpty: false } load)
        {
            await _loads.SubmitAsync(load, cancellationToken);
            load.NoteAbsent();
        }
    }

    /// <summary>What runs as a whole need, on the caller's connection and in its transaction.</summary>
    public async Task LoadAsync(NpgsqlConnection connection, IReadOnlyList<(LoadedWorkflow Workflow, RunMemory Memory, StepNeeds Needs)> wanted)
    {
        var wishes = wanted.Select(want => new LoadWish(
            want.Workflow, want.Memory, want.Needs, want.Workflow.Definition.Blueprint.Main.Steps[0], null, null)).ToArray();
        while (wishes.Select(wish => wish.Missing()).Where(load => !load.IsEmpty).ToArray() is { Length: > 0 } loads)
        {
            await using var batch = connection.CreateBatch();
            await RunAsync(batch, loads);
            Array.ForEach(loads, load => load.NoteAbsent());
        }
    }

    /// <summary>The results and states of steps of a run, by number.</summary>
    public async Task LoadStepsAsync(RunMemory memory, IReadOnlyList<int> numbers, CancellationToken cancellationToken)
    {
        if (numbers.Where(number => !memory.Knows(number)).ToArray() is { Length: > 0 } steps)
        {
            await _loads.SubmitAsync(new RunLoad(memory) { Steps = steps }, cancellationToken);
        }
    }

    private async Task<IReadOnlyList<bool>> LoadAllAsync(IReadOnlyList<RunLoad> loads)
    {
        await using var batch = _database.Keyed.CreateBatch();
        await RunAsync(batch, loads);
        return [.. Enumerable.Repeat(true, loads.Count)];
    }

    private static async Task RunAsync(NpgsqlBatch batch, IReadOnlyList<RunLoad> loads)
    {
        var readers = new List<Func<NpgsqlDataReader, ILookup<(string, RunId), RunMemory>, Task>>();
        void Add<T>(string sql, Func<RunLoad, IEnumerable<T>> wanted, Func<(RunMemory Memory, T Wanted), int> step, Func<T, int>? second, Func<NpgsqlDataReader, ILookup<(string, RunId), RunMemory>, Task> read)
        {
            var rows = loads.SelectMany(load => wanted(load).Select(one => (load.Memory, Wanted: one))).ToArray();
            if (rows.Length == 0)
            {
                return;
            }

            var command = batch.CreateBatchCommand();
            command.CommandText = sql;
            command.Parameters
                .Texts(Array.ConvertAll(rows, row => row.Memory.Run.Tenant))
                .Uuids(Array.ConvertAll(rows, row => row.Memory.Run.Id.Job(step(row)).Value));
            if (second is not null)
            {
                command.Parameters.Ints(Array.ConvertAll(rows, row => second(row.Wanted)));
            }

            batch.BatchCommands.Add(command);
            readers.Add(read);
        }

        Add(Statements.LoadSteps, load => load.Steps, row => row.Wanted, null, ReadStepsAsync);
        AddRunData(batch, loads, readers);
        Add(SqlText.Load("NewestBlocks"), load => load.Blocks, row => row.Wanted.Owner, block => block.Body, ReadBlocksAsync);
        Add(SqlText.Load("ReadItems"), load => load.Items, row => row.Wanted.Owner, item => item.Iteration, ReadItemsAsync);
        Add(SqlText.Load("ReadProgress"), load => load.Progress, row => row.Wanted, null, ReadProgressAsync);
        var byRun = loads.ToLookup(load => (load.Memory.Run.Tenant, load.Memory.Run.Id), load => load.Memory);
        await using var reader = await batch.ExecuteReaderAsync();
        foreach (var read in readers)
        {
            await read(reader, byRun);
            await reader.NextResultAsync();
        }
    }

    private static void AddRunData(
        NpgsqlBatch batch, IReadOnlyList<RunLoad> loads, List<Func<NpgsqlDataReader, ILookup<(string, RunId), RunMemory>, Task>> readers)
    {
        var data = loads.Where(load => load.RunData).Select(load => load.Memory).ToArray();
        if (data.Length > 0)
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = Statements.LoadRunData;
            command.Parameters
                .Texts(Array.ConvertAll(data, memory => memory.Run.Tenant))
                .Uuids(Array.ConvertAll(data, memory => memory.Run.Id.Value));
            batch.BatchCommands.Add(command);
            readers.Add(ReadRunDataAsync);
        }
    }

    private static async Task ReadStepsAsync(NpgsqlDataReader row, ILookup<(string, RunId), RunMemory> byRun)
    {
        while (await row.ReadAsync())
        {
            var job = new JobId(row.GetGuid(1));
            var memory = new StepMemory(
                StateWords.StepStateOf(row.GetString(2)),
                row.GetInt16(3),
                row.IsDBNull(4) ? Value.Undefined : Value.Parse(row.GetString(4)),
                row.IsDBNull(5) ? Value.Undefined : Value.Parse(row.GetString(5)));
            foreach (var run in byRun[(row.GetString(0), job.Run)])
            {
                run.Remember(job.StepIndex, memory);
            }
        }
    }

    private static async Task ReadRunDataAsync(NpgsqlDataReader row, ILookup<(string, RunId), RunMemory> byRun)
    {
        while (await row.ReadAsync())
        {
            var (payload, variables) = (Value.Parse(row.GetString(2)), Value.Parse(row.GetString(3)));
            foreach (var run in byRun[(row.GetString(0), new RunId(row.GetGuid(1)))])
            {
                (run.Payload, run.Variables) = (payload, variables);
            }
        }
    }

    private static async Task ReadBlocksAsync(NpgsqlDataReader row, ILookup<(string, RunId), RunMemory> byRun)
    {
        while (await row.ReadAsync())
        {
            var owner = new JobId(row.GetGuid(1));
            foreach (var run in byRun[(row.GetString(0), owner.Run)])
            {
                run.RememberBlock(owner.StepIndex, row.GetInt32(2), new JobId(row.GetGuid(3)).StepIndex);
            }
        }
    }

    private static async Task ReadItemsAsync(NpgsqlDataReader row, ILookup<(string, RunId), RunMemory> byRun)
    {
        while (await row.ReadAsync())
        {
            var owner = new JobId(row.GetGuid(1));
            var item = Value.Parse(row.GetString(3));
            foreach (var run in byRun[(row.GetString(0), owner.Run)])
            {
                run.RememberItem(new BlockKey(owner.StepIndex, row.GetInt32(2)), item);
            }
        }
    }

    private static async Task ReadProgressAsync(NpgsqlDataReader row, ILookup<(string, RunId), RunMemory> byRun)
    {
        while (await row.ReadAsync())
        {
            var job = new JobId(row.GetGuid(1));
            var progress = new StepProgress(StepProgress.ReadBlocks(row, 2), row.IsDBNull(9) ? Value.Undefined : Value.Parse(row.GetString(9)));
            foreach (var run in byRun[(row.GetString(0), job.Run)])
            {
                run.RememberProgress(job.StepIndex, progress);
            }
        }
    }
}

/// <summary>What a step of a run, or the run as a whole, wants to have in memory.</summary>
internal sealed record LoadWish(LoadedWorkflow Workflow, RunMemory Memory, StepNeeds Needs, int Number, StepPlace? Place, string? Phase)
{
    /// <summary>What is not there yet. What is found in one look may show what else has to be looked up.</summary>
    public RunLoad Missing()
    {
        var blocks = new HashSet<(int, int)>();
        var steps = new List<int>(Needs.Results.Count);
        foreach (var wanted in Needs.Results)
        {
            // A step that was looked up and has not ended is known as far as it can be.
            if (StepNumbers.Find(Workflow.Definition.Blueprint, Memory, Number, Place, wanted, blocks) is { } number && !Memory.Knows(number) && !_looked.Contains(number))
            {
                steps.Add(number);
            }
        }

        _looked.UnionWith(steps);
        return new RunLoad(Memory)
        {
            Steps = [.. steps],
            RunData = Needs.RunData && !Memory.HasRunData,
            Blocks = [.. blocks],
            Items = Needs.Items ? [.. Blocks(action => action is ForEachAction).Where(key => Memory.Item(key) is null)] : [],
            Progress = [.. Progressing().Where(number => Memory.Progress(number) is null).Distinct()],
        };
    }

    private readonly HashSet<int> _looked = [];

    private IEnumerable<BlockKey> Blocks(Func<StepAction, bool> fits) => Workflow.Definition.Blueprint.Around(Place)
        .Where(owner => fits(Workflow.Step(owner.Step).Action))
        .Select(owner => new BlockKey(owner.Number, owner.Iteration));

    private IEnumerable<int> Progressing() =>
        (Phase is null ? [] : new[] { Number }).Concat(Needs.Error ? (Place?.Owners ?? []).Select(owner => owner.Number) : []);
}

/// <summary>What is loaded for one run in one look.</summary>
internal sealed record RunLoad(RunMemory Memory)
{
    public int[] Steps { get; init; } = [];

    public bool RunData { get; init; }

    public (int Owner, int Body)[] Blocks { get; init; } = [];

    public BlockKey[] Items { get; init; } = [];

    public int[] Progress { get; init; } = [];

    public bool IsEmpty => Steps.Length == 0 && !RunData && Blocks.Length == 0 && Items.Length == 0 && Progress.Length == 0;

    /// <summary>What was looked for and is not there is not looked for again.</summary>
    public void NoteAbsent()
    {
        foreach (var (owner, body) in Blocks.Where(block => !Memory.KnowsBlock(block.Owner, block.Body)))
        {
            Memory.RememberBlock(owner, body, null);
        }

        foreach (var item in Items.Where(item => Memory.Item(item) is null))
        {
            Memory.RememberItem(item, Value.Undefined);
        }

        foreach (var number in Progress.Where(number => Memory.Progress(number) is null))
        {
            Memory.RememberProgress(number, StepProgress.None);
        }
    }
}
