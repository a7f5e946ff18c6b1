using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Jobs.DeadLetters;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Maintenance;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Operators;

/// <summary>
/// Carries out what operators do to steps' jobs in Hangfire, with whatever dashboard or client. What they did is read from
/// Hangfire's rows, so it does not matter who tells of it, how often and how late: a filter in their process, the delivery
/// that a requeue brings about, or the sweeper. Each effect is one transaction under the run's lock that looks again
/// first: done once, there is nothing left to do.
/// </summary>
internal sealed class HangfireActions(
    Database database, DeadLetterDesk desk, StepDeletion deletion, Leases leases, NearTimers timers, OrchestratorOptions options,
    TimeProvider time, ILogger<HangfireActions> log)
{
    /// <summary>Who is written down as the one who did it: Hangfire does not say more.</summary>
    public const string Actor = "Hangfire";

    /// <summary>What there was to do, and is done now. While the database can't be reached it tries again for a lease's time.</summary>
    public async Task<OperatorAction> ReactAsync(string tenant, JobId job, CancellationToken cancellationToken)
    {
        var done = OperatorAction.None;
        await Retry.WhileUnreachableAsync(
            async () => done = await ReactOnceAsync(tenant, job, cancellationToken),
            options.Lease,
            time,
            (error, wait) => Log.CannotReact(log, wait.TotalMilliseconds, error.Message));
        if (done != OperatorAction.None)
        {
            Log.Reacted(log, done, job.Run, job.StepIndex);
        }

        return done;
    }

    /// <summary>What is left to do, by this connection's view.</summary>
    public static async Task<OperatorAction> LookAsync(
        NpgsqlConnection connection, string tenant, JobId job, CancellationToken cancellationToken) =>
        (await StepLook.ReadAsync(connection, tenant, job, cancellationToken))?.Action ?? OperatorAction.None;

    private async Task<OperatorAction> ReactOnceAsync(string tenant, JobId job, CancellationToken cancellationToken)
    {
        OperatorAction action;
        await using (var connection = await database.Source.OpenConnectionAsync(cancellationToken))
        {
            action = await LookAsync(connection, tenant, job, cancellationToken);
        }

        switch (action)
        {
            case OperatorAction.None:
                return action;
            case OperatorAction.Retry:
                var outcome = await desk.DecideAsync(
                    tenant, job, new RetryDecision(Actor), cancellationToken,
                    async connection => await LookAsync(connection, tenant, job, cancellationToken) == OperatorAction.Retry);
                return outcome switch
                {
                    DecisionDone => action,
                    DecisionRefused refused => await PutBackAsync(tenant, job, action, refused.Message, cancellationToken),
                    _ => OperatorAction.None,
                };
            case OperatorAction.PutBack:
                return await PutBackAsync(tenant, job, action, "the step has ended, and only a dead one can run again.", cancellationToken);
            case OperatorAction.BringForward:
                return await BringForwardAsync(tenant, job, cancellationToken);
            default:
                return await DeleteAsync(tenant, job, cancellationToken);
        }
    }

    private async Task<OperatorAction> DeleteAsync(string tenant, JobId job, CancellationToken cancellationToken)
    {
        var isDone = await deletion.DeleteAsync(tenant, job, cancellationToken);
        if (isDone)
        {
            leases.Stop(tenant, job);
        }

        return isDone ? OperatorAction.Delete : OperatorAction.None;
    }

    private async Task<OperatorAction> BringForwardAsync(string tenant, JobId job, CancellationToken cancellationToken)
    {
        var done = await UnderLockAsync(tenant, job, OperatorAction.BringForward, SqlText.Load("BringForward"), _ => { }, "Brought forward by Hangfire", cancellationToken);
        timers.Expect(TimeSpan.Zero);
        return done;
    }

    private Task<OperatorAction> PutBackAsync(string tenant, JobId job, OperatorAction action, string why, CancellationToken cancellationToken) =>
        UnderLockAsync(
            tenant, job, action, SqlText.Load("PutBack"), parameters => parameters.One($"Not requeued: {why}"), $"Not requeued by Hangfire: {why}",
            cancellationToken);

    /// <summary>Looks again under the run's lock; then the statement, and a line in the run's log.</summary>
    private async Task<OperatorAction> UnderLockAsync(
        string tenant, JobId job, OperatorAction action, string sql, Action<NpgsqlParameterCollection> more, string line,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await OperatorLog.LockAsync(connection, tenant, job.Run, cancellationToken);
        if (await LookAsync(connection, tenant, job, cancellationToken) != action)
        {
            return OperatorAction.None;
        }

        await using (var command = new NpgsqlCommand(sql, connection))
        {
            command.Parameters.One(tenant).One(job.Value);
            more(command.Parameters);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await OperatorLog.WriteAsync(connection, tenant, job, action, line, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return action;
    }
}
