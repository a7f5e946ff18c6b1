using Dapper;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.States;

namespace Orchestrator.Jobs.Queries;

/// <summary>Lists the steps of all runs, dead letters among them.</summary>
internal sealed class JobQueries(Database database)
{
    /// <summary>The job of a step by its address in its run; null: there is none.</summary>
    public async Task<JobId?> FindAsync(string tenant, RunId run, string step, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<Guid?>(new CommandDefinition(
            SqlText.Load("FindStep"), new { tenant, First = run.Value, Last = run.LastJob.Value, step }, cancellationToken: cancellationToken)) is { } job
            ? new JobId(job)
            : null;
    }

    /// <summary>
    /// Steps, newest first, and where the next page begins. A page looks at <see cref="JobFilter.Window"/> steps at
    /// most, or runs that failed: one with a rare filter may be short, or empty, and still have a next.
    /// </summary>
    public async Task<(IReadOnlyList<JobRow> Items, Guid? Next)> ListAsync(JobFilter filter, CancellationToken cancellationToken)
    {
        // One more than asked for says whether there is a next page.
        var isDead = filter.Status == StepState.Dead.Word();
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var rows = (await connection.QueryAsync<JobRow>(new CommandDefinition(
            SqlText.Load(isDead ? "ListDeadJobs" : "ListJobs"), filter with { Limit = filter.Limit + 1 },
            cancellationToken: cancellationToken))).AsList();
        if (rows.Count > filter.Limit)
        {
            return (rows.GetRange(0, filter.Limit), rows[filter.Limit - 1].JobId);
        }

        return (rows, await connection.QuerySingleOrDefaultAsync<Guid?>(new CommandDefinition(
            SqlText.Load(isDead ? "EndOfDeadJobs" : "EndOfJobs"), filter, cancellationToken: cancellationToken)));
    }
}

/// <summary>What a list of steps is narrowed to.</summary>
internal sealed record JobFilter
{
    public required string Tenant { get; init; }

    public string? Status { get; init; }

    public string? WorkflowKey { get; init; }

    public string? StepId { get; init; }

    public string? UserId { get; init; }

    /// <summary>Only steps after this id.</summary>
    public Guid After { get; init; } = Guid.Empty;

    /// <summary>Only steps before this id.</summary>
    public Guid Before { get; init; } = Guid.AllBitsSet;

    /// <summary>At most so many.</summary>
    public int Limit { get; init; } = 50;

    /// <summary>Steps that one page looks at; of dead ones, runs.</summary>
    public int Window { get; init; } = 20_000;
}

/// <summary>A step of any run.</summary>
internal sealed record JobRow
{
    public required Guid JobId { get; init; }

    public required Guid WorkflowRunId { get; init; }

    public required string WorkflowKey { get; init; }

    public required string RunStatus { get; init; }

    public required string StepId { get; init; }

    public string? UserId { get; init; }

    public string? IntentId { get; init; }

    public required string Status { get; init; }

    public string? WaitingFor { get; init; }

    public required short Priority { get; init; }

    public required string Queue { get; init; }

    public required short Attempts { get; init; }

    /// <summary>Of these, attempts before the newest reset.</summary>
    public required short BaseAttempts { get; init; }

    /// <summary>Of those since, attempts that ended with their worker.</summary>
    public required short Lost { get; init; }

    public required short MaxAttempts { get; init; }

    public required short Resets { get; init; }

    public DateTime? NextRunAt { get; init; }

    public required DateTime CreatedAt { get; init; }

    public DateTime? StartedAt { get; init; }

    public DateTime? FinishedAt { get; init; }

    /// <summary>What went wrong in the newest attempt that failed; null once the step has ended well.</summary>
    public string? Error { get; init; }
}
