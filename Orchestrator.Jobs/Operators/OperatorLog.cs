using Npgsql;
using NpgsqlTypes;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.States;
using Orchestrator.Workflows.Text;

namespace Orchestrator.Jobs.Operators;

/// <summary>A run's lock, and the line in its log that says what an operator did.</summary>
internal static class OperatorLog
{
    /// <summary>Locks the run; its state as it is then. Null: there is no such run.</summary>
    public static async Task<(RunState State, int OpenSteps, int? DeadStep)?> LockAsync(
        NpgsqlConnection connection, string tenant, RunId run, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Statements.LockRuns, connection);
        command.Parameters.Texts([tenant]).Uuids([run.Value]);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? (StateWords.RunStateOf(row.GetString(2)), row.GetInt32(3), row.IsDBNull(4) ? null : row.GetInt32(4))
            : null;
    }

    public static async Task WriteAsync(
        NpgsqlConnection connection, string tenant, JobId job, OperatorAction action, string line, CancellationToken cancellationToken)
    {
        var word = action switch
        {
            OperatorAction.Delete => "delete",
            OperatorAction.BringForward => "bring_forward",
            _ => "requeue",
        };
        await using var command = new NpgsqlCommand(SqlText.Load("LogAction"), connection);
        command.Parameters.One(tenant).One(job.Run.Value).One(job.Value).One(StorableText.Of(line));
        command.Parameters.Add(new NpgsqlParameter
        {
            Value = Value.Object(("action", word), ("by", HangfireActions.Actor)).ToJson(),
            NpgsqlDbType = NpgsqlDbType.Jsonb,
        });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
