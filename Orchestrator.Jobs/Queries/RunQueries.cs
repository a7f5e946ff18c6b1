using Dapper;
using Orchestrator.Jobs.Agents;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Queries;

/// <summary>Reads runs for the API and the terminal.</summary>
internal sealed class RunQueries(Database database)
{
    /// <summary>
    /// Runs, newest first, and where the next page begins. A page looks at <see cref="RunFilter.Window"/> runs at most:
    /// one with a rare filter may be short, or empty, and still have a next.
    /// </summary>
    public async Task<(IReadOnlyList<RunRow> Items, Guid? Next)> ListAsync(RunFilter filter, CancellationToken cancellationToken)
    {
        // One more than asked for says whether there is a next page.
        var narrowed = filter.Narrowed();
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var rows = (await connection.QueryAsync<RunRow>(new CommandDefinition(
            SqlText.Load("ListRuns"), narrowed with { Limit = filter.Limit + 1 }, cancellationToken: cancellationToken))).AsList();
        return rows.Count > filter.Limit
            ? (rows.GetRange(0, filter.Limit), rows[filter.Limit - 1].WorkflowRunId)
            : (rows, await connection.QuerySingleOrDefaultAsync<Guid?>(new CommandDefinition(
                SqlText.Load("EndOfRuns"), narrowed, cancellationToken: cancellationToken)));
    }

    /// <summary>A run; null: there is none of that id in the tenant.</summary>
    public async Task<RunRow?> FindAsync(string tenant, RunId run, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<RunRow>(new CommandDefinition(
            SqlText.Load("FindRun"), new { tenant, run = run.Value }, cancellationToken: cancellationToken));
    }

    /// <summary>The run's steps, in the file's order.</summary>
    public async Task<IReadOnlyList<StepRunRow>> StepsAsync(string tenant, RunId run, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<StepRunRow>(new CommandDefinition(
            SqlText.Load("RunSteps"), new { tenant, first = run.Value, last = run.LastJob.Value }, cancellationToken: cancellationToken))];
    }

    /// <summary>The run's attempts that have ended, in the order in which they did; all, or a page of them.</summary>
    /// <param name="tenant">Whose run it is.</param>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="limit">How many; null: all.</param>
    /// <param name="after">Id of the attempt after which they begin; null: with the first.</param>
    public async Task<IReadOnlyList<AttemptRow>> AttemptsAsync(
        string tenant, RunId run, CancellationToken cancellationToken, int? limit = null, Guid? after = null)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<AttemptRow>(new CommandDefinition(
            SqlText.Load("RunAttempts"), new { tenant, first = run.Value, last = run.LastJob.Value, after, limit }, cancellationToken: cancellationToken))];
    }

    /// <summary>The run's agent tasks with what they have handed on, in the order in which they ended.</summary>
    /// <param name="tenant">Whose run.</param>
    /// <param name="run">The run.</param>
    /// <param name="agents">Which steps of its workflow are agent tasks, by index; none: only those are found that have handed something on.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<HandoffRow>> HandoffsAsync(string tenant, RunId run, int[] agents, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<HandoffRow>(new CommandDefinition(
            SqlText.Load("RunHandoffs"), new { tenant, first = run.Value, last = run.LastJob.Value, agents }, cancellationToken: cancellationToken))];
    }

    /// <summary>The run's log lines and those of its attempts, in the order of their time; all, or a page of them.</summary>
    /// <param name="tenant">Whose run it is.</param>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="limit">How many; null: all.</param>
    /// <param name="skip">How many lines come before them.</param>
    public async Task<IReadOnlyList<LogRow>> LogsAsync(
        string tenant, RunId run, CancellationToken cancellationToken, int? limit = null, int skip = 0)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<LogRow>(new CommandDefinition(
            SqlText.Load("RunLogs"), new { tenant, run = run.Value, last = run.LastJob.Value, skip, limit }, cancellationToken: cancellationToken))];
    }
}
