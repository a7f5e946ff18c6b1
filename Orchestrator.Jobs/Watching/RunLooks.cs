using Npgsql;
using NpgsqlTypes;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Watching;

/// <summary>Something that has changed in a run.</summary>
/// <param name="Name"><c>run</c>, <c>step</c>, <c>attempt</c> or <c>log</c>.</param>
/// <param name="StepId">The step that it concerns; null: the run.</param>
/// <param name="IsRunning">A step under way: its row also changes when its lease is renewed.</param>
/// <param name="Data">A JSON object, on one line.</param>
internal sealed record RunEvent(string Name, string? StepId, bool IsRunning, string Data);

/// <summary>One look at a run.</summary>
/// <param name="Position">Where it stands.</param>
/// <param name="Status">The run's state.</param>
/// <param name="HasEnded">The run and all of its steps have.</param>
/// <param name="Events">What has changed since the look before, in order.</param>
internal sealed record RunLook(WatchPosition Position, string Status, bool HasEnded, IReadOnlyList<RunEvent> Events);

/// <summary>Reads what has changed in a run; costs nothing but when somebody looks.</summary>
internal sealed class RunLooks(Database database)
{
    /// <summary>What is new since <paramref name="known"/>; everything where that is null. Null: there is no such run.</summary>
    public async Task<RunLook?> LookAsync(string tenant, RunId run, WatchPosition? known, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(SqlText.Load("LookAtRun"));
        command.Parameters.One(tenant).One(run.Value).One(run.LastJob.Value);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)known?.Oldest ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint });
        command.Parameters.One(known?.Seen.ToArray() ?? []);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);

        // Where the look stands comes first.
        if (!await row.ReadAsync(cancellationToken))
        {
            return null;
        }

        var (position, status, hasEnded) = (new WatchPosition(row.GetInt64(4), row.GetFieldValue<long[]>(5)), row.GetString(0), row.GetBoolean(6));
        var events = new List<RunEvent>();
        while (await row.ReadAsync(cancellationToken))
        {
            events.Add(new RunEvent(row.GetString(0), row.IsDBNull(1) ? null : row.GetString(1), row.GetBoolean(2), row.GetString(3)));
        }

        return new RunLook(position, status, hasEnded, events);
    }
}
