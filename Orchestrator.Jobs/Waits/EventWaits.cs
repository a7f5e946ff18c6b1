using Npgsql;
using NpgsqlTypes;
using Orchestrator.Jobs.Events;
using Orchestrator.Jobs.Executors;
using Orchestrator.Jobs.Maintenance;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Waits;

/// <summary>
/// Brings events and the steps that wait for them together. A step registers and then looks; whoever brings an event
/// tells the registered steps to look, in the same transaction. A lock of the event's name, which those who bring events
/// share, makes sure that one of the two sees the other (<c>RegisterEventWait.sql</c>). A crash leaves both or neither.
/// </summary>
internal sealed class EventWaits(Database database, NearTimers timers)
{
    private const int Page = 100;

    /// <summary>A transaction is about to bring an event or a signal of this name.</summary>
    public static async Task BringsAsync(NpgsqlConnection connection, string tenant, string name, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SqlText.Load("BringsEvent"), connection);
        command.Parameters.One(tenant).One(name);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Tells the steps that wait for these events to look; whether there are any.</summary>
    public async Task<bool> WakeAsync(NpgsqlConnection connection, IReadOnlyList<IntentEvent> events, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SqlText.Load("WakeForEvents"), connection);
        command.Parameters
            .Texts([.. events.Select(one => one.Tenant)])
            .Texts([.. events.Select(one => one.Type)])
            .Texts([.. events.Select(one => one.UserId)]);
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    /// <summary>Steps were told to look, and that is committed.</summary>
    public void Committed(bool isWaitedFor)
    {
        if (isWaitedFor)
        {
            timers.Expect(TimeSpan.Zero);
        }
    }

    /// <summary>What the attempt has taken before; null: nothing.</summary>
    public async Task<IntentEvent?> FindTakenAsync(StepAttempt attempt, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(SqlText.Load("FindTakenEvent"));
        command.Parameters.One(attempt.Run.Tenant).One(Job(attempt)).One(attempt.Mark);
        return (await ReadAsync(command, attempt.Run.Tenant, cancellationToken)).FirstOrDefault();
    }

    /// <summary>The step waits for events of a name from now on.</summary>
    public async Task RegisterAsync(StepAttempt attempt, string name, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        Add(batch, "HoldsBackEvents").One(attempt.Run.Tenant).One(name);
        Add(batch, "RegisterEventWait").One(attempt.Run.Tenant).One(Job(attempt)).One(name)
            .Add(new NpgsqlParameter { Value = (object?)attempt.Run.UserId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Takes the first event of a name that fits; null: there is none yet.</summary>
    /// <param name="attempt">Who takes it.</param>
    /// <param name="name">Type of events, or name of signals.</param>
    /// <param name="since">What came earlier does not count.</param>
    /// <param name="fits">Whether it is one that the step waits for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IntentEvent?> TakeAsync(
        StepAttempt attempt, string name, DateTime since, Func<IntentEvent, bool> fits, CancellationToken cancellationToken)
    {
        var (time, id) = (since, Guid.Empty);
        while (true)
        {
            var page = await ListAsync(attempt, name, since, time, id, cancellationToken);
            foreach (var one in page)
            {
                if (fits(one) && await TakeAsync(attempt, one.Id, cancellationToken))
                {
                    return one;
                }

                (time, id) = (one.CreatedAt, one.Id);
            }

            if (page.Count < Page)
            {
                // A worker that was taken for dead may have taken one meanwhile.
                return await FindTakenAsync(attempt, cancellationToken);
            }
        }
    }

    private async Task<List<IntentEvent>> ListAsync(
        StepAttempt attempt, string name, DateTime since, DateTime time, Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(SqlText.Load("EventsForStep"));
        command.Parameters.One(attempt.Run.Tenant).One(name).One(since)
            .Add(new NpgsqlParameter { Value = (object?)attempt.Run.UserId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.One(attempt.Run.Id.Value).One(time).One(id).One(Page);
        return await ReadAsync(command, attempt.Run.Tenant, cancellationToken);
    }

    private async Task<bool> TakeAsync(StepAttempt attempt, Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(SqlText.Load("TakeEvent"));
        command.Parameters.One(attempt.Run.Tenant).One(attempt.Run.Id.Value).One(id).One(Job(attempt)).One(attempt.Mark);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private static Guid Job(StepAttempt attempt) => attempt.Run.Id.Job(attempt.StepNumber).Value;

    private static NpgsqlParameterCollection Add(NpgsqlBatch batch, string statement)
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = SqlText.Load(statement);
        batch.BatchCommands.Add(command);
        return command.Parameters;
    }

    private static async Task<List<IntentEvent>> ReadAsync(NpgsqlCommand command, string tenant, CancellationToken cancellationToken)
    {
        var events = new List<IntentEvent>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            events.Add(new IntentEvent
            {
                Tenant = tenant,
                Id = row.GetGuid(0),
                Type = row.GetString(1),
                Payload = EventReader.ReadPayload(row.GetString(2)),
                CreatedAt = row.GetDateTime(3),
                UserId = row.IsDBNull(4) ? null : row.GetString(4),
                IntentId = row.IsDBNull(5) ? null : row.GetString(5),
            });
        }

        return events;
    }
}
