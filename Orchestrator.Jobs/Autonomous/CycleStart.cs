using Dapper;
using Npgsql;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Autonomous;

/// <summary>A wish to start a cycle.</summary>
internal sealed record CycleWish
{
    public required string Tenant { get; init; }

    /// <summary>scheduled, manual or triggered (seed 000).</summary>
    public required string Type { get; init; }

    /// <summary>What starts it, such as a Hangfire job or an event: it starts one cycle, however often it comes. Null: a new one each time.</summary>
    public string? Trigger { get; init; }

    /// <summary>Higher is sooner (seed 000).</summary>
    public int Priority { get; init; } = 1;

    /// <summary>Kept with it: an object.</summary>
    public Value Metadata { get; init; }
}

/// <summary>What became of it.</summary>
/// <param name="Job">The cycle; where there is none of its own, the one that runs.</param>
/// <param name="IsNew">It was made by this wish, now.</param>
/// <param name="IsOverlap">Another one runs.</param>
internal sealed record CycleStarted(long Job, bool IsNew, bool IsOverlap);

/// <summary>
/// Starts cycles: a row, and nothing else. There is one open cycle of a tenant at a time by an index, whatever happens to its
/// lock; the driver of any worker process takes the lock and carries it out.
/// </summary>
internal sealed class CycleStart(Database database, CycleSignal signal)
{
    public async Task<CycleStarted> StartAsync(CycleWish wish, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var started = await StartAsync(wish, connection, null, cancellationToken);
        signal.Set();
        return started;
    }

    /// <summary>The same in the caller's transaction.</summary>
    public static async Task<CycleStarted> StartAsync(
        CycleWish wish, NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken)
    {
        // An open one can end between the two statements: then there is room again.
        while (true)
        {
            var workflows = await WorkflowsAsync(wish.Tenant, connection, transaction, cancellationToken);
            var values = new
            {
                wish.Tenant,
                wish.Type,
                wish.Priority,
                wish.Trigger,
                workflows,
                metadata = wish.Metadata.IsNullish ? null : wish.Metadata.ToJson(),
            };
            if (await connection.ExecuteScalarAsync<long?>(Command("StartCycle", values)) is { } job)
            {
                return new CycleStarted(job, IsNew: true, IsOverlap: false);
            }

            var (found, isOfTrigger) = await connection.QuerySingleOrDefaultAsync<(long, bool)>(
                Command("FindStartedCycle", new { wish.Tenant, wish.Trigger }));
            if (found != 0)
            {
                return new CycleStarted(found, IsNew: false, IsOverlap: !isOfTrigger);
            }
        }

        CommandDefinition Command(string statement, object values) =>
            new(SqlText.Load(statement), values, transaction, cancellationToken: cancellationToken);
    }

    /// <summary>What it will score: the same versions for all agents, whatever is changed meanwhile.</summary>
    public static async Task<string> WorkflowsAsync(
        string tenant, NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken)
    {
        var heads = await connection.QueryAsync<(string Key, int Version)>(new CommandDefinition(
            SqlText.Load("FindReadinessWorkflows"), new { tenant }, transaction, cancellationToken: cancellationToken));
        return Value.Array(heads.Select(head => Value.Object(("key", head.Key), ("version", head.Version)))).ToJson();
    }
}
