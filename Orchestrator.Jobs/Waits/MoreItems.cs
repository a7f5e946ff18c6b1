using Npgsql;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Executors;
using Orchestrator.Jobs.Maintenance;
using Orchestrator.Jobs.Recording;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.States;

namespace Orchestrator.Jobs.Waits;

/// <summary>
/// Adds items to the list of an open <c>for_each</c>, which then has a turn. The row of what it has come to is the list's
/// lock: what is added before it has counted for the last time is worked on, and nothing is added after that.
/// </summary>
internal sealed class MoreItems(Database database, WorkflowCatalog workflows, NearTimers timers)
{
    /// <summary>In one request.</summary>
    public const int MaxAtOnce = 10_000;

    /// <summary>Adds them all, or says why not.</summary>
    public async Task<MoreItemsOutcome> AddAsync(string tenant, RunId run, string address, IReadOnlyList<Value> items, CancellationToken cancellationToken)
    {
        if (await FindAsync(tenant, run, address, cancellationToken) is not { } step)
        {
            return new MoreItemsUnknown($"There is no run {run}, or it has no step '{address}' (yet).");
        }

        var type = (await workflows.GetAsync(tenant, step.Key, step.Version, cancellationToken)).Step(step.Definition).Action.Type;
        if (type != "for_each")
        {
            return new MoreItemsRefused($"Step '{address}' is of type {type}: only a for_each has items.");
        }

        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (step.State.IsTerminal() || step.Run.IsTerminal() || step.Phase != StepPhase.Open || !await TakesAsync(connection, tenant, step.Job, cancellationToken))
        {
            return new MoreItemsRefused($"Step '{address}' is not open ({step.State.Word()}): items can be added from its start to its end.");
        }

        await using var command = new NpgsqlCommand(SqlText.Load("AddItems"), connection);
        command.Parameters.One(tenant).One(step.Job).Jsons([.. items.Select(item => item.ToJson())]).One(ForEachExecutor.MaxItems);
        if (await command.ExecuteScalarAsync(cancellationToken) is not int total)
        {
            return new MoreItemsRefused($"Step '{address}' would have more than {ForEachExecutor.MaxItems} items.");
        }

        await transaction.CommitAsync(cancellationToken);
        timers.Expect(TimeSpan.Zero);
        return new MoreItemsAdded(total);
    }

    private static async Task<bool> TakesAsync(NpgsqlConnection connection, string tenant, Guid job, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SqlText.Load("LockItems"), connection);
        command.Parameters.One(tenant).One(job);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private async Task<FoundForEach?> FindAsync(string tenant, RunId run, string address, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(SqlText.Load("FindForEach"));
        command.Parameters.One(tenant).One(run.Value).One(run.LastJob.Value).One(address);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) && !row.IsDBNull(0)
            ? new FoundForEach(
                row.GetGuid(0), row.GetInt32(1), StateWords.StepStateOf(row.GetString(2)), row.IsDBNull(3) ? null : row.GetString(3),
                StateWords.RunStateOf(row.GetString(4)), row.GetString(5), row.GetInt32(6))
            : null;
    }

    private sealed record FoundForEach(Guid Job, int Definition, StepState State, string? Phase, RunState Run, string Key, int Version);
}

/// <summary>What became of items. A closed set.</summary>
internal abstract record MoreItemsOutcome;

/// <param name="Total">How many items the step has now.</param>
internal sealed record MoreItemsAdded(int Total) : MoreItemsOutcome;

internal sealed record MoreItemsUnknown(string Message) : MoreItemsOutcome;

internal sealed record MoreItemsRefused(string Message) : MoreItemsOutcome;
