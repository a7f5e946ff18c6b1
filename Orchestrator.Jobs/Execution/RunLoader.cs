using Npgsql;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Storage;
using Orchestrator.Shared;
using Orchestrator.Workflows.Expressions;
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
    private readonly Coalescer<Load, bool> _loads;

    public RunLoader(Database database)
    {
        _database = database;
        _loads = new Coalescer<Load, bool>(LoadAllAsync, MaxBatch, lanes: 2);
    }

    /// <summary>Loads what <paramref name="needs"/> names, where <paramref name="memory"/> lacks it.</summary>
    public async ValueTask LoadAsync(RunMemory memory, StepNeeds needs, CancellationToken cancellationToken)
    {
        var steps = needs.Results.Where(step => !memory.Knows(step)).ToArray();
        var runData = needs.RunData && !memory.HasRunData;
        if (steps.Length > 0 || runData)
        {
            await _loads.SubmitAsync(new Load(memory, steps, runData), cancellationToken);
        }
    }

    /// <summary>The same for several runs, on the caller's connection and in its transaction.</summary>
    public async Task LoadAsync(NpgsqlConnection connection, IReadOnlyList<(RunMemory Memory, StepNeeds Needs)> wanted)
    {
        var loads = wanted
            .Select(want => new Load(
                want.Memory,
                [.. want.Needs.Results.Where(step => !want.Memory.Knows(step))],
                want.Needs.RunData && !want.Memory.HasRunData))
            .Where(load => load.Steps.Length > 0 || load.RunData)
            .ToArray();
        if (loads.Length > 0)
        {
            await using var batch = connection.CreateBatch();
            await RunAsync(batch, loads);
        }
    }

    private async Task<IReadOnlyList<bool>> LoadAllAsync(IReadOnlyList<Load> loads)
    {
        await using var batch = _database.Source.CreateBatch();
        await RunAsync(batch, loads);
        return [.. Enumerable.Repeat(true, loads.Count)];
    }

    private async Task RunAsync(NpgsqlBatch batch, IReadOnlyList<Load> loads)
    {
        var steps = loads.SelectMany(load => load.Steps.Select(step => (load.Memory, Job: load.Memory.Run.Id.Job(step)))).ToArray();
        var data = loads.Where(load => load.RunData).Select(load => load.Memory).ToArray();
        if (steps.Length > 0)
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = Statements.LoadSteps;
            command.Parameters
                .Texts(Array.ConvertAll(steps, step => step.Memory.Run.Tenant))
                .Uuids(Array.ConvertAll(steps, step => step.Job.Value));
            batch.BatchCommands.Add(command);
        }

        if (data.Length > 0)
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = Statements.LoadRunData;
            command.Parameters
                .Texts(Array.ConvertAll(data, memory => memory.Run.Tenant))
                .Uuids(Array.ConvertAll(data, memory => memory.Run.Id.Value));
            batch.BatchCommands.Add(command);
        }

        var byRun = loads.ToLookup(load => (load.Memory.Run.Tenant, load.Memory.Run.Id), load => load.Memory);
        await using var reader = await batch.ExecuteReaderAsync();
        if (steps.Length > 0)
        {
            await ReadStepsAsync(reader, byRun);
            await reader.NextResultAsync();
        }

        if (data.Length > 0)
        {
            await ReadRunDataAsync(reader, byRun);
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

    private sealed record Load(RunMemory Memory, int[] Steps, bool RunData);
}
