using System.Globalization;
using Hangfire;
using Hangfire.Storage;
using Microsoft.Extensions.Logging;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Jobs.Dispatch;

/// <summary>A run that a due occurrence has started.</summary>
internal sealed record CaughtUp(string WorkflowKey, RunId Run, DateTime Occurrence);

/// <summary>
/// Dispatches at once what a tenant's cron triggers owe, besides Hangfire's scheduler: for callers that bring a cron of their
/// own, and for a service without a scheduler. Each occurrence goes under the key that its Hangfire job uses, and the
/// recurring job is moved on afterwards. A crash in between, or a scheduler at the same moment, makes a replay.
/// </summary>
internal sealed class CronCatchUp(
    JobStorage storage, WorkflowCatalog workflows, Dispatcher dispatcher, Database database, ILogger<CronCatchUp> log)
{
    /// <summary>Occurrences of one trigger with <c>misfire: all</c> in one call; the newest.</summary>
    private const int MaxOccurrences = 1000;

    /// <summary>An occurrence that is later than this was missed.</summary>
    private static readonly TimeSpan MissedAfter = TimeSpan.FromMinutes(1);

    public async Task<IReadOnlyList<CaughtUp>> RunAsync(string tenant, CancellationToken cancellationToken)
    {
        var now = await NowAsync(cancellationToken);
        var started = new List<CaughtUp>();
        foreach (var job in DueJobs(tenant, now))
        {
            var (key, number) = CronTriggers.TriggerOf(tenant, job.Id)!.Value;
            var workflow = await workflows.FindAsync(tenant, key, null, cancellationToken);
            if (workflow?.Definition.Triggers.OfType<CronTrigger>().ElementAtOrDefault(number) is not { } trigger)
            {
                continue;
            }

            var due = job.NextExecution!.Value;
            if (await DispatchAsync(tenant, key, number, Owed(trigger, due, now), started, cancellationToken))
            {
                await MoveAsync(job.Id, due, trigger.NextAfter(now), now, cancellationToken);
            }
        }

        return started;
    }

    private static IReadOnlyList<DateTime> Owed(CronTrigger trigger, DateTime due, DateTime now) => trigger.Misfire switch
    {
        Misfire.All => trigger.Between(due, now, MaxOccurrences),
        Misfire.Skip => trigger.LastUntil(now) is { } last && now - last <= MissedAfter ? [last] : [],
        _ => trigger.LastUntil(now) is { } last ? [last] : [],
    };

    private List<RecurringJobDto> DueJobs(string tenant, DateTime now)
    {
        using var connection = storage.GetConnection();
        return [.. connection.GetRecurringJobs().Where(job => job.NextExecution <= now && CronTriggers.TriggerOf(tenant, job.Id) is not null)];
    }

    /// <summary>False: it was refused; Hangfire's own job will show why.</summary>
    private async Task<bool> DispatchAsync(
        string tenant, string key, int trigger, IReadOnlyList<DateTime> occurrences, List<CaughtUp> started, CancellationToken cancellationToken)
    {
        foreach (var occurrence in occurrences)
        {
            switch (await dispatcher.DispatchAsync(CronOccurrence.Request(tenant, key, trigger, occurrence), cancellationToken))
            {
                case Dispatched { IsReplay: false } dispatched:
                    started.Add(new CaughtUp(key, dispatched.Run, occurrence));
                    break;
                case DispatchRefused refused:
                    Log.CronRefused(log, key, occurrence, refused.Message);
                    return false;
            }
        }

        return true;
    }

    private async Task MoveAsync(string id, DateTime due, DateTime? next, DateTime now, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(SqlText.Load("MoveRecurringJob"));
        command.Parameters.One(id).One(Seconds(due)).One(next is { } time ? Seconds(time) : -1).One(next is { } at ? Text(at) : "").One(Text(now));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<DateTime> NowAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand("select clock_timestamp()");
        return (DateTime)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static double Seconds(DateTime time) => Math.Floor((time - DateTime.UnixEpoch).TotalSeconds);

    private static string Text(DateTime time) => time.ToString("O", CultureInfo.InvariantCulture);
}
