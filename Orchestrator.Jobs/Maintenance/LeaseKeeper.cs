using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Limits;
using Orchestrator.Jobs.Operators;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Maintenance;

/// <summary>
/// Keeps what this process works on: renews leases and locks, and stops attempts whose step is not theirs any more. Apart from
/// the sweeper: whatever a sweep comes to, and however long it takes, no step is lost to it. Asks nothing while nothing is held.
/// </summary>
internal sealed class LeaseKeeper(
    Database database, Leases leases, ExclusiveLocks locks, HangfireActions operators, OrchestratorOptions options, TimeProvider time, ILogger<LeaseKeeper> log) : BackgroundService
{
    private long _lastRenewal = time.GetTimestamp();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failure = new SaidFailure();
        try
        {
            while (true)
            {
                try
                {
                    await KeepAsync(stoppingToken);
                    failure.IsOver(() => Log.LeasesKept(log));
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    failure.Say(e, (message, error) => Log.LeasesNotKept(log, message, error));
                }

                await Task.Delay(options.SweepInterval < options.Lease / 8 ? options.SweepInterval : options.Lease / 8, stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // What is under way ends with the drain.
        }
    }

    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        if (leases.Held is not { Count: > 0 } held)
        {
            return;
        }

        if (time.GetElapsedTime(_lastRenewal) > options.Lease / 4)
        {
            _lastRenewal = time.GetTimestamp();
            await RenewAsync(held, cancellationToken);
            await RenewLocksAsync([.. held.Where(attempt => attempt.Lock is not null)], cancellationToken);
        }

        foreach (var (attempt, isLost) in await LookAsync(held, cancellationToken))
        {
            if (isLost)
            {
                attempt.Stop();
            }
            else
            {
                await operators.ReactAsync(attempt.Tenant, attempt.Job, cancellationToken);
            }
        }
    }

    private async Task RenewAsync(IReadOnlyList<HeldAttempt> held, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(SqlText.Load("RenewLeases"));
        command.Parameters
            .One(options.Lease).Texts([.. held.Select(attempt => attempt.Tenant)]).Uuids([.. held.Select(attempt => attempt.Job.Value)]).Ints([.. held.Select(attempt => attempt.Worker)]);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>An attempt whose lock is another's by now, since this process stood still, is stopped.</summary>
    private async Task RenewLocksAsync(IReadOnlyList<HeldAttempt> held, CancellationToken cancellationToken)
    {
        var wanted = held.Select(attempt => (Attempt: attempt, attempt.Lock)).Where(one => one.Lock is not null).ToArray();
        if (wanted.Length == 0)
        {
            return;
        }

        var renewed = await locks.RenewAsync([.. wanted.Select(one => one.Lock!)], cancellationToken);
        foreach (var (attempt, _) in wanted.Where(one => !renewed.Contains(one.Lock!) && one.Attempt.Lock == one.Lock))
        {
            Log.LockLost(log, attempt.Job.Run, attempt.Job.StepIndex);
            attempt.Stop();
        }
    }

    /// <summary>Attempts that have lost their step, and those whose Hangfire job an operator has deleted.</summary>
    private async Task<IReadOnlyList<(HeldAttempt Attempt, bool IsLost)>> LookAsync(IReadOnlyList<HeldAttempt> held, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(SqlText.Load("HeldSteps"));
        command.Parameters
            .Texts([.. held.Select(attempt => attempt.Tenant)]).Uuids([.. held.Select(attempt => attempt.Job.Value)]).Ints([.. held.Select(attempt => attempt.Worker)]);
        var found = new List<(HeldAttempt, bool)>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            found.Add((held[row.GetInt32(0)], row.GetBoolean(1)));
        }

        return found;
    }
}
