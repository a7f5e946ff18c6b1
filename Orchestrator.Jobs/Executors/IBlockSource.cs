using Dapper;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Operators;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Planning;

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

    /// <summary>The steps in blocks of the run that have not ended, of those with these indexes in the definition.</summary>
    Task<IReadOnlyList<(int Number, StepPlace Place)>> ListOpenAsync(StepAttempt attempt, IReadOnlyList<int> definitions, CancellationToken cancellationToken);

    /// <summary>How many items the attempt's step has.</summary>
    Task<int> CountItemsAsync(StepAttempt attempt, CancellationToken cancellationToken);

    /// <summary>
    /// Of the steps within reach the one that ended well last and that no step of the run has undone: it is the attempt's step's
    /// to undo from now on, unless another is at it. What it has taken last and not opened comes first. Null: there is none.
    /// </summary>
    Task<Undoing?> UndoNextAsync(StepAttempt attempt, RollbackReach reach, CancellationToken cancellationToken);

    /// <summary>Whether items may be added to it from now on; whoever is adding some at this moment is waited for.</summary>
    Task TakeItemsAsync(StepAttempt attempt, bool takes, CancellationToken cancellationToken);
}

/// <summary>A step that is to be undone.</summary>
/// <param name="Step">It.</param>
/// <param name="IsElsewhere">Another step undoes it at this moment.</param>
internal sealed record Undoing(UndoneStep Step, bool IsElsewhere);

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

/// <summary>A row of <c>UndoNext.sql</c>.</summary>
internal sealed record UndoingRow
{
    public int Step { get; init; }

    public int? DefinitionStep { get; init; }

    public int[]? Owners { get; init; }

    public bool IsElsewhere { get; init; }

    public Undoing Undoing => new(new UndoneStep(Step, DefinitionStep is { } step ? Places.Of(step, Owners!) : null), IsElsewhere);
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

    public async Task<IReadOnlyList<(int Number, StepPlace Place)>> ListOpenAsync(
        StepAttempt attempt, IReadOnlyList<int> definitions, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(SqlText.Load("ListOpenSteps"));
        command.Parameters.One(attempt.Run.Tenant).One(attempt.Run.Id.Value).One(attempt.Run.Id.LastJob.Value).One(definitions.ToArray());
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var open = new List<(int, StepPlace)>();
        while (await row.ReadAsync(cancellationToken))
        {
            open.Add((new JobId(row.GetGuid(0)).StepIndex, Places.Read(row, 1, 2)!));
        }

        return open;
    }

    public async Task<int> CountItemsAsync(StepAttempt attempt, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<int>(Command("CountItems", attempt, attempt.StepNumber, cancellationToken));
    }

    public async Task<Undoing?> UndoNextAsync(StepAttempt attempt, RollbackReach reach, CancellationToken cancellationToken)
    {
        // Of two steps that fail at the same moment the second sees what the first has taken.
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await OperatorLog.LockAsync(connection, attempt.Run.Tenant, attempt.Run.Id, cancellationToken);
        var next = await connection.QuerySingleOrDefaultAsync<UndoingRow>(new CommandDefinition(
            SqlText.Load("UndoNext"),
            new
            {
                attempt.Run.Tenant,
                Job = attempt.Run.Id.Job(attempt.StepNumber).Value,
                First = attempt.Run.Id.Value,
                Last = attempt.Run.Id.LastJob.Value,
                Steps = reach.Steps.ToArray(),
                Containers = reach.Containers.ToArray(),
                reach.Within,
                reach.Iteration,
            },
            cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return next?.Undoing;
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
