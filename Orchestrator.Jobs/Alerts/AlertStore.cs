using Dapper;
using Npgsql;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Alerts;

/// <summary>The rows of <c>alerts</c>.</summary>
internal sealed class AlertStore(Database database)
{
    /// <summary>Raises an alert in the caller's transaction. False: it has been raised before, and stays as it is.</summary>
    public static async Task<bool> InsertAsync(NpgsqlConnection connection, NewAlert alert, CancellationToken cancellationToken)
    {
        return await connection.ExecuteAsync(new CommandDefinition(
            SqlText.Load("InsertAlert"),
            alert with { Message = NewAlert.Shortened(alert.Message) },
            cancellationToken: cancellationToken)) > 0;
    }

    /// <summary>The same in a transaction of its own.</summary>
    public async Task<bool> InsertAsync(NewAlert alert, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await InsertAsync(connection, alert, cancellationToken);
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<AlertRow>> ListAsync(AlertFilter filter, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<AlertRow>(new CommandDefinition(SqlText.Load("ListAlerts"), filter, cancellationToken: cancellationToken))];
    }

    /// <summary>Notes who has seen it. Null: there is none.</summary>
    public async Task<AlertRow?> AcknowledgeAsync(string tenant, Guid id, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<AlertRow>(new CommandDefinition(
            SqlText.Load("AcknowledgeAlert"), new { tenant, id, actor }, cancellationToken: cancellationToken));
    }
}
