using Npgsql;
using NpgsqlTypes;
using Orchestrator.Jobs.Maintenance;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.States;

namespace Orchestrator.Jobs.Waits;

/// <summary>Signals: events for one run alone. One that is sent before a step waits for it is kept.</summary>
internal sealed class Signals(Database database, NearTimers timers, TimeProvider time)
{
    /// <summary>To one run.</summary>
    public const int MaxSignals = 10_000;

    /// <summary>A new signal's id: UUID v7, or what the caller's key stands for.</summary>
    public Guid NewId(string tenant, RunId run, string? idempotencyKey) => idempotencyKey is null
        ? Guid.CreateVersion7(time.GetUtcNow())
        : StableId.Of($"{tenant}:signal:{run}:{idempotencyKey}");

    /// <summary>Sends it, once for each id.</summary>
    public async Task<SignalOutcome> SendAsync(Signal signal, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await EventWaits.BringsAsync(connection, signal.Tenant, signal.Name, cancellationToken);
        if (await FindAsync(connection, signal, cancellationToken) is { } stored)
        {
            return stored.Name == signal.Name && stored.Payload == signal.Payload ? new SignalSent(signal.Id, IsReplay: true) : new SignalReused();
        }

        if (await RefusalAsync(connection, signal, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        await using var insert = new NpgsqlCommand(SqlText.Load("InsertSignal"), connection);
        insert.Parameters.One(signal.Tenant).One(signal.Run.Value).One(signal.Id).One(signal.Name);
        insert.Parameters.Add(new NpgsqlParameter { Value = signal.Payload.ToJson(), NpgsqlDbType = NpgsqlDbType.Jsonb });
        insert.Parameters.One(signal.By);
        if (await insert.ExecuteNonQueryAsync(cancellationToken) == 0)
        {
            // Another request with the same key was first, at the same moment.
            await transaction.RollbackAsync(cancellationToken);
            return await SendAsync(signal, cancellationToken);
        }

        await using var wake = new NpgsqlCommand(SqlText.Load("WakeForSignal"), connection);
        wake.Parameters.One(signal.Tenant).One(signal.Name).One(signal.Run.Value).One(signal.Run.LastJob.Value);
        var isWaitedFor = await wake.ExecuteNonQueryAsync(cancellationToken) > 0;
        await transaction.CommitAsync(cancellationToken);
        if (isWaitedFor)
        {
            timers.Expect(TimeSpan.Zero);
        }

        return new SignalSent(signal.Id, IsReplay: false);
    }

    private static async Task<(string Name, Value Payload)?> FindAsync(NpgsqlConnection connection, Signal signal, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SqlText.Load("FindSignal"), connection);
        command.Parameters.One(signal.Tenant).One(signal.Run.Value).One(signal.Id);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? (row.GetString(0), Value.Parse(row.GetString(1))) : null;
    }

    private static async Task<SignalOutcome?> RefusalAsync(NpgsqlConnection connection, Signal signal, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SqlText.Load("CountSignals"), connection);
        command.Parameters.One(signal.Tenant).One(signal.Run.Value);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
        {
            return new SignalUnknownRun();
        }

        var state = StateWords.RunStateOf(row.GetString(0));
        return state.IsTerminal() ? new SignalRefused($"Run {signal.Run} is {state.Word()}: no step of it waits any more.")
            : row.GetInt32(1) >= MaxSignals ? new SignalRefused($"Run {signal.Run} was sent {MaxSignals} signals, and takes no more.")
            : null;
    }
}

/// <summary>Something that a run is told.</summary>
internal sealed record Signal(string Tenant, RunId Run, Guid Id, string Name, Value Payload, string By);

/// <summary>What became of a signal. A closed set.</summary>
internal abstract record SignalOutcome;

/// <param name="Id">The signal's.</param>
/// <param name="IsReplay">It was sent before.</param>
internal sealed record SignalSent(Guid Id, bool IsReplay) : SignalOutcome;

internal sealed record SignalUnknownRun : SignalOutcome;

/// <summary>The id belongs to a signal with another content.</summary>
internal sealed record SignalReused : SignalOutcome;

internal sealed record SignalRefused(string Message) : SignalOutcome;
