using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.DeadLetters;

/// <summary>
/// Lets failed runs go on by themselves when their time has come (<c>config.auto_recovery</c>): every dead step gets one
/// more attempt. Counted in the transaction that reopens the run, so that of many services one does it.
/// </summary>
internal sealed class Recoveries(Database database, DeadLetterDesk desk, ILogger<Recoveries> log)
{
    /// <summary>Who is written down as the one who did it.</summary>
    public const string Actor = "auto_recovery";

    /// <summary>How many there were.</summary>
    public async Task<int> RecoverAsync(CancellationToken cancellationToken)
    {
        var due = await DueAsync(cancellationToken);
        foreach (var (tenant, run) in due)
        {
            try
            {
                var outcome = await desk.ResumeAsync(
                    tenant, run, new ResumeDecision(Actor), cancellationToken, connection => TakeAsync(connection, tenant, run, cancellationToken));
                if (outcome is DecisionRefused or DecisionUnknown)
                {
                    await WriteAsync("ForgetRecovery", tenant, run, cancellationToken);
                }
            }
            catch (Exception e) when (!Retry.IsPassing(e) && !cancellationToken.IsCancellationRequested)
            {
                // Another process may be able to: one of a newer release reads what this one can't.
                Log.RecoveryLeft(log, run, e.Message);
                await WriteAsync("PostponeRecovery", tenant, run, cancellationToken);
            }
        }

        return due.Count;
    }

    private async Task WriteAsync(string statement, string tenant, RunId run, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var command = Command(connection, statement, tenant, run);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<List<(string Tenant, RunId Run)>> DueAsync(CancellationToken cancellationToken)
    {
        var due = new List<(string, RunId)>();
        await using var command = database.Source.CreateCommand(SqlText.Load("DueRecoveries"));
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            due.Add((row.GetString(0), new RunId(row.GetGuid(1))));
        }

        return due;
    }

    private static async Task<bool> TakeAsync(NpgsqlConnection connection, string tenant, RunId run, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, "TakeRecovery", tenant, run);
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string statement, string tenant, RunId run)
    {
        var command = new NpgsqlCommand(SqlText.Load(statement), connection);
        command.Parameters.One(tenant).One(run.Value);
        return command;
    }
}
