using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Jobs.Control;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Maintenance;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.States;
using Orchestrator.Workflows.Text;

namespace Orchestrator.Jobs.Limits;

/// <summary>The key that a run shares with others, and how many of them may be open.</summary>
internal sealed record RunSlot(string Key, ConcurrencyLimit Limit);

/// <summary>
/// Lets so many runs of a key be open at a time. A run is written with its steps waiting and its place in line; that, its end and
/// whatever else changes something leaves a row of <c>slot_changes</c> in the same transaction. Who finds one (the dispatcher
/// after its commit, else a sweeper) locks the key, looks at the states of its runs, and lets run, cancels or leaves in line,
/// in one transaction. A slot is free because its run has ended, so there is nothing to give back; a crash before the commit
/// leaves the row for the next look.
/// </summary>
internal sealed class RunSlots(
    Database database, RunNews news, NearTimers timers, OrchestratorOptions options, TimeProvider time, ILogger<RunSlots> log)
{
    /// <summary>Runs in line that one look at a key reads.</summary>
    private const int Line = 1000;

    private static readonly Dictionary<string, OnLimit> Words = new()
    {
        ["queue"] = OnLimit.Queue,
        ["skip"] = OnLimit.Skip,
        ["cancel_running"] = OnLimit.CancelRunning,
    };

    /// <summary>Gets runs that were written in this transaction in line.</summary>
    public static async Task EnterAsync(
        NpgsqlConnection connection, IReadOnlyList<(string Tenant, RunId Run, RunSlot Slot, int Priority, DateTime? DueAt)> runs, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SqlText.Load("EnterLine"), connection);
        command.Parameters
            .Texts([.. runs.Select(run => run.Tenant)])
            .Uuids([.. runs.Select(run => run.Run.Value)])
            .Texts([.. runs.Select(run => run.Slot.Key)])
            .Ints([.. runs.Select(run => run.Slot.Limit.Limit)])
            .Texts([.. runs.Select(run => Words.First(word => word.Value == run.Slot.Limit.OnLimit).Key)])
            .Shorts([.. runs.Select(run => (short)run.Priority)])
            .Times([.. runs.Select(run => run.DueAt)]);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The statement that gets a locked run in line again; one that has its slot keeps it, unless it had ended.</summary>
    public static NpgsqlBatchCommand EnterAgain(NpgsqlBatch batch, string tenant, RunId run, bool hadEnded)
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = SqlText.Load("EnterLineAgain");
        command.Parameters.One(tenant).One(run.Value).One(run.LastJob.Value).One(hadEnded);
        return command;
    }

    /// <summary>The same at once, of a run whose steps were written by another run's.</summary>
    public static async Task EnterAgainAsync(NpgsqlConnection connection, string tenant, RunId run, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(EnterAgain(batch, tenant, run, hadEnded: false));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Looks at a key at once, after a dispatch; where the database fails meanwhile a sweeper does it. The answer: where the run stands, and why it was cancelled.</summary>
    public async Task<(RunState State, string? Reason)> SettleAsync(string tenant, string key, RunId run, CancellationToken cancellationToken)
    {
        try
        {
            await LookAsync((tenant, key), cancellationToken);
            await using var command = database.Source.CreateCommand(SqlText.Load("EndOfChild"));
            command.Parameters.One(tenant).One(run.Value);
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            return await row.ReadAsync(cancellationToken)
                ? (StateWords.RunStateOf(row.GetString(0)), row.IsDBNull(3) ? null : row.GetString(3))
                : (RunState.Pending, null);
        }
        catch (NpgsqlException)
        {
            return (RunState.Pending, null);
        }
    }

    /// <summary>Looks at the keys where something has changed; whether something became of a run.</summary>
    public Task<bool> LookAsync(CancellationToken cancellationToken) => LookAsync(null, cancellationToken);

    /// <summary>Has every key looked at for whose slots runs wait.</summary>
    public async Task HealAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(SqlText.Load("HealSlots"));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<bool> LookAsync((string Tenant, string Key)? own, CancellationToken cancellationToken)
    {
        var (isChanged, cancelled) = (false, new List<(string Tenant, RunId Run)>());

        // A claim locks its step before its run: of that and a cancellation, one may have to try again.
        await Retry.WhileUnreachableAsync(
            async () =>
            {
                (isChanged, cancelled) = (false, []);
                await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                var keys = await TakeAsync(connection, own, cancellationToken);
                var decided = await DecideAsync(connection, keys, cancellationToken);
                isChanged = decided.Count > 0;
                var open = isChanged ? await LockAsync(connection, decided, cancellationToken) : [];
                foreach (var (tenant, decisions) in decided)
                {
                    await WriteAsync(connection, tenant, decisions, open, cancelled, cancellationToken);
                }

                await transaction.CommitAsync(cancellationToken);
            },
            options.Lease,
            time,
            (error, wait) => Log.CannotLookAtSlots(log, wait.TotalMilliseconds, error.Message));
        foreach (var runs in cancelled.GroupBy(one => one.Tenant, one => one.Run))
        {
            news.Tell(runs.Key, RunOrder.Cancel, runs.ToHashSet(), []);
        }

        if (isChanged)
        {
            timers.Expect(TimeSpan.Zero);
        }

        return isChanged;
    }

    private static async Task<List<(string Tenant, string Key)>> TakeAsync(
        NpgsqlConnection connection, (string Tenant, string Key)? own, CancellationToken cancellationToken)
    {
        var keys = new List<(string Tenant, string Key)>();
        await using (var take = new NpgsqlCommand(SqlText.Load("TakeSlotChanges"), connection))
        await using (var row = await take.ExecuteReaderAsync(cancellationToken))
        {
            while (await row.ReadAsync(cancellationToken))
            {
                keys.Add((row.GetString(0), row.GetString(1)));
            }
        }

        if (own is { } key && !keys.Contains(key))
        {
            keys.Add(key);
        }

        await using var command = new NpgsqlCommand(SqlText.Load("LockSlots"), connection);
        Keys(command.Parameters, keys);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return keys;
    }

    /// <summary>Of the keys where something becomes of a run.</summary>
    private static async Task<List<(string Tenant, SlotDecisions Decisions)>> DecideAsync(
        NpgsqlConnection connection, List<(string Tenant, string Key)> keys, CancellationToken cancellationToken)
    {
        var runs = new List<(string Tenant, string Key, SlotRun Run)>();
        await using var command = new NpgsqlCommand(SqlText.Load("ReadSlots"), connection);
        Keys(command.Parameters, keys).One(Line);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            runs.Add((row.GetString(0), row.GetString(1), new SlotRun(
                new RunId(row.GetGuid(2)), row.GetInt32(3), Words[row.GetString(4)], row.GetBoolean(5), row.GetInt64(6))));
        }

        return [.. runs.GroupBy(one => (one.Tenant, one.Key), one => one.Run)
            .Select(group => (group.Key.Tenant, Decisions: SlotLine.Decide([.. group])))
            .Where(one => one.Decisions.Runs.Any())];
    }

    /// <summary>Under the runs' locks. One that has ended or was paused meanwhile has left a row for the next look.</summary>
    private static async Task WriteAsync(
        NpgsqlConnection connection, string tenant, SlotDecisions decisions, HashSet<(string Tenant, RunId Run)> open,
        List<(string Tenant, RunId Run)> cancelled, CancellationToken cancellationToken)
    {
        foreach (var (run, holder) in decisions.Skipped)
        {
            await CancelAsync(
                connection, tenant, run.Run, "concurrency", cancelled,
                $"Skipped: as many runs of its key are open as config.concurrency allows ({run.Limit}), run {holder} among them.", cancellationToken);
        }

        foreach (var (run, successor) in decisions.Replaced)
        {
            await CancelAsync(
                connection, tenant, run, "concurrency", cancelled,
                $"Cancelled for run {successor.Run}: {successor.Limit} of its key may be open (config.concurrency, on_limit: cancel_running).", cancellationToken);
        }

        var admitted = decisions.Admitted.Where(run => open.Contains((tenant, run))).ToArray();
        if (admitted.Length > 0)
        {
            await using var admit = new NpgsqlCommand(SqlText.Load("AdmitRuns"), connection);
            Runs(admit.Parameters, tenant, admitted);
            await admit.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>All runs of the look at once, in the order in which everybody locks them; the answer: those that go on.</summary>
    private static async Task<HashSet<(string Tenant, RunId Run)>> LockAsync(
        NpgsqlConnection connection, List<(string Tenant, SlotDecisions Decisions)> decided, CancellationToken cancellationToken)
    {
        var runs = decided.SelectMany(one => one.Decisions.Runs.Select(run => (one.Tenant, Run: run))).Distinct().ToArray();
        await using var command = new NpgsqlCommand(Statements.LockRuns, connection);
        command.Parameters.Texts(Array.ConvertAll(runs, run => run.Tenant)).Uuids(Array.ConvertAll(runs, run => run.Run.Value));
        var open = new HashSet<(string Tenant, RunId Run)>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            if (StateWords.RunStateOf(row.GetString(2)) is RunState.Pending or RunState.Running)
            {
                open.Add((row.GetString(0), new RunId(row.GetGuid(1))));
            }
        }

        return open;
    }

    private static async Task CancelAsync(
        NpgsqlConnection connection, string tenant, RunId run, string by, List<(string Tenant, RunId Run)> cancelled, string why, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SqlText.Load("CancelRuns"), connection);
        Runs(command.Parameters, tenant, [run]).One(StorableText.Of(why));
        command.Parameters.Add(new NpgsqlParameter { Value = Value.Object(("action", "cancel"), ("by", by)).ToJson(), NpgsqlDbType = NpgsqlDbType.Jsonb });
        if (await command.ExecuteScalarAsync(cancellationToken) is not null)
        {
            cancelled.Add((tenant, run));
        }
    }

    private static NpgsqlParameterCollection Keys(NpgsqlParameterCollection parameters, List<(string Tenant, string Key)> keys) =>
        parameters.Texts(keys.ConvertAll(key => key.Tenant)).Texts(keys.ConvertAll(key => key.Key));

    private static NpgsqlParameterCollection Runs(NpgsqlParameterCollection parameters, string tenant, RunId[] runs) => parameters
        .Texts(Array.ConvertAll(runs, _ => tenant))
        .Uuids(Array.ConvertAll(runs, run => run.Value))
        .Uuids(Array.ConvertAll(runs, run => run.LastJob.Value));
}
