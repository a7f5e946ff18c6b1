using Npgsql;
using NpgsqlTypes;
using Orchestrator.Jobs.Control;
using Orchestrator.Jobs.Operators;
using Orchestrator.Jobs.Recording;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.DeadLetters;

/// <summary>
/// What follows for alerts and runs when steps no longer wait for a decision (<c>on_failure: escalate</c>): the alerts are
/// closed, and a run that was paused for them goes on once none is left. Written in the transaction that decides; where a
/// step has ended otherwise, because its run or its block did, the sweeper does it.
/// </summary>
internal sealed class Escalations(Database database, StepJobRows jobs, RunNews news)
{
    /// <summary>Of a locked run; in the caller's transaction.</summary>
    /// <param name="connection">The caller's.</param>
    /// <param name="tenant">Whose run.</param>
    /// <param name="run">The run.</param>
    /// <param name="decision">What was decided; null: nothing, the steps have ended otherwise.</param>
    /// <param name="by">Who did so.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Queues that got deliveries, for <see cref="Tell"/>; null: the run stays as it is.</returns>
    public async Task<IReadOnlyCollection<string>?> SettleAsync(
        NpgsqlConnection connection, string tenant, RunId run, string? decision, string by, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SqlText.Load("CloseEscalations"), connection);
        command.Parameters.One(tenant).One(run.Value);
        command.Parameters.Add(new NpgsqlParameter
        {
            Value = Value.Object(("decision", decision), ("by", by)).ToJson(),
            NpgsqlDbType = NpgsqlDbType.Jsonb,
        });
        if (await command.ExecuteScalarAsync(cancellationToken) is not true)
        {
            return null;
        }

        HashSet<RunId> moved = [];
        HashSet<string> queues = [];
        await RunControl.WriteAsync(
            connection, jobs, tenant, [run], RunOrder.Resume, new Orderer(by, "nothing is left to decide"), moved, queues, cancellationToken);
        return moved.Count > 0 ? queues : null;
    }

    /// <summary>Says that a run goes on, once that is written.</summary>
    public void Tell(string tenant, RunId run, IReadOnlyCollection<string>? queues)
    {
        if (queues is not null)
        {
            news.Tell(tenant, RunOrder.Resume, new HashSet<RunId> { run }, queues);
        }
    }

    /// <summary>Settles runs in which a step that waited for a decision has ended without one; how many.</summary>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var found = await FindAsync(cancellationToken);
        foreach (var (tenant, run) in found)
        {
            await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await OperatorLog.LockAsync(connection, tenant, run, cancellationToken);
            var queues = await SettleAsync(connection, tenant, run, decision: null, "the run", cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            Tell(tenant, run, queues);
        }

        return found.Count;
    }

    /// <summary>What was decided about a step before, as a sentence; null: nothing.</summary>
    public static async Task<string?> DecidedAsync(NpgsqlConnection connection, string tenant, JobId job, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SqlText.Load("FindDecision"), connection);
        command.Parameters.One(tenant).One(job.Run.Value).One(job.Value);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? $"{row.GetString(1)} has decided '{row.GetString(0)}' at {row.GetDateTime(2):yyyy-MM-ddTHH:mm:ssZ}."
            : null;
    }

    private async Task<List<(string Tenant, RunId Run)>> FindAsync(CancellationToken cancellationToken)
    {
        var found = new List<(string, RunId)>();
        await using var command = database.Source.CreateCommand(SqlText.Load("OverEscalations"));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            found.Add((row.GetString(0), new RunId(row.GetGuid(1))));
        }

        return found;
    }
}
