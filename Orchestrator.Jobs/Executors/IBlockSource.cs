using Dapper;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Executors;

/// <summary>Where the blocks that a step has opened are read.</summary>
internal interface IBlockSource
{
    /// <summary>The blocks of the attempt's step, in their order; or the newest alone.</summary>
    Task<IReadOnlyList<BlockRow>> ListAsync(StepAttempt attempt, bool newestOnly, CancellationToken cancellationToken);

    /// <summary>Brings results of steps, by number, into memory.</summary>
    Task LoadStepsAsync(RunMemory memory, IReadOnlyList<int> numbers, CancellationToken cancellationToken);

    /// <summary>A step's address, and the error of its newest attempt that failed.</summary>
    Task<(string Step, string? Error)> FindErrorAsync(StepAttempt attempt, int number, CancellationToken cancellationToken);

    /// <summary>How many items the attempt's step has.</summary>
    Task<int> CountItemsAsync(StepAttempt attempt, CancellationToken cancellationToken);

    /// <summary>Of steps, by number, the one that ended well last, and that no step of the run has undone; null: there is none.</summary>
    Task<int?> FindNewestSuccessAsync(StepAttempt attempt, IReadOnlyCollection<int> numbers, CancellationToken cancellationToken);

    /// <summary>Whether items may be added to it from now on; whoever is adding some at this moment is waited for.</summary>
    Task TakeItemsAsync(StepAttempt attempt, bool takes, CancellationToken cancellationToken);
}

/// <summary>A block as it is stored.</summary>
internal sealed record BlockRow
{
    public int Iteration { get; init; }

    public int Body { get; init; }

    public Guid FirstJob { get; init; }

    public bool IsOpen { get; init; }

    public int? DeadStep { get; init; }

    public int First => new JobId(FirstJob).StepIndex;
}

/// <summary>The blocks of the database.</summary>
internal sealed class StoredBlocks(Database database, RunLoader loader) : IBlockSource
{
    public async Task<IReadOnlyList<BlockRow>> ListAsync(StepAttempt attempt, bool newestOnly, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<BlockRow>(Command(newestOnly ? "LastBlock" : "ListBlocks", attempt, attempt.StepNumber, cancellationToken))];
    }

    public Task LoadStepsAsync(RunMemory memory, IReadOnlyList<int> numbers, CancellationToken cancellationToken) =>
        loader.LoadStepsAsync(memory, numbers, cancellationToken);

    public async Task<(string Step, string? Error)> FindErrorAsync(StepAttempt attempt, int number, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleAsync<(string, string?)>(Command("FindStepError", attempt, number, cancellationToken));
    }

    public async Task<int> CountItemsAsync(StepAttempt attempt, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<int>(Command("CountItems", attempt, attempt.StepNumber, cancellationToken));
    }

    public async Task<int?> FindNewestSuccessAsync(StepAttempt attempt, IReadOnlyCollection<int> numbers, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var newest = await connection.QuerySingleOrDefaultAsync<Guid?>(new CommandDefinition(
            SqlText.Load("NewestSuccess"),
            new
            {
                attempt.Run.Tenant,
                Jobs = numbers.Select(number => attempt.Run.Id.Job(number).Value).ToArray(),
                First = attempt.Run.Id.Value,
                Last = attempt.Run.Id.LastJob.Value,
            },
            cancellationToken: cancellationToken));
        return newest is { } job ? new JobId(job).StepIndex : null;
    }

    public async Task TakeItemsAsync(StepAttempt attempt, bool takes, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(SqlText.Load("TakeItems"));
        command.Parameters.One(attempt.Run.Tenant).One(attempt.Run.Id.Job(attempt.StepNumber).Value).One(takes);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static CommandDefinition Command(string statement, StepAttempt attempt, int number, CancellationToken cancellationToken) => new(
        SqlText.Load(statement), new { attempt.Run.Tenant, Job = attempt.Run.Id.Job(number).Value }, cancellationToken: cancellationToken);
}
