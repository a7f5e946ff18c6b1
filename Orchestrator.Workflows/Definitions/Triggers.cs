using Orchestrator.Shared.Cron;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Workflows.Definitions;

/// <summary>What starts a run of a workflow. A <c>cron_or_event</c> of the file becomes one of each.</summary>
public abstract record Trigger;

/// <summary>Dispatch by REST, command or code; always possible.</summary>
public sealed record ManualTrigger : Trigger;

/// <summary>A schedule.</summary>
/// <param name="Expression">Cron's language, in five or six fields.</param>
/// <param name="TimeZone">An IANA id.</param>
/// <param name="Misfire">What becomes of occurrences that came while nothing ran.</param>
public sealed record CronTrigger(string Expression, string TimeZone, Misfire Misfire = Misfire.Once) : Trigger
{
    /// <summary>Looked through backwards, each from its end: occurrences are found near, and few lie in a span before that had none.</summary>
    private static readonly TimeSpan[] Spans =
        [TimeSpan.FromMinutes(1), TimeSpan.FromHours(1), TimeSpan.FromDays(1), TimeSpan.FromDays(32), TimeSpan.FromDays(366), TimeSpan.FromDays(10 * 366)];

    /// <summary>The newest occurrence at a moment or before it (UTC); null: there was none in ten years.</summary>
    public DateTime? LastUntil(DateTime moment)
    {
        foreach (var span in Spans)
        {
            if (Between(moment - span, moment) is [.., var last])
            {
                return last;
            }
        }

        return null;
    }

    /// <summary>The occurrences from one moment to another, both included (UTC), in their order; the newest <paramref name="limit"/>.</summary>
    public IReadOnlyList<DateTime> Between(DateTime from, DateTime to, int limit = int.MaxValue) =>
        [.. CronExpression.Parse(Expression).Between(from, to.AddTicks(1), Zone).Select(occurrence => occurrence.UtcDateTime).TakeLast(limit)];

    /// <summary>The first occurrence after a moment (UTC); null: there is none ever.</summary>
    public DateTime? NextAfter(DateTime moment) => CronExpression.Parse(Expression).Next(moment, Zone)?.UtcDateTime;

    private TimeZoneInfo Zone => TimeZoneInfo.FindSystemTimeZoneById(TimeZone);
}

/// <summary>What becomes of a schedule's occurrences that came while nothing ran.</summary>
public enum Misfire
{
    /// <summary>One run for all of them.</summary>
    Once,

    /// <summary>A run for each.</summary>
    All,

    /// <summary>None: the next occurrence is waited for.</summary>
    Skip,
}

/// <summary>
/// An intent event of one of these types, for which <paramref name="Match"/>, where there is one, is true. The ends of
/// other workflows' runs are events too (<see cref="RunEnd"/>).
/// </summary>
/// <param name="EventTypes">Any of these.</param>
/// <param name="Match">Sees the event as <c>event</c>.</param>
/// <param name="Collecting">Null: each event starts a run.</param>
public sealed record EventTrigger(IReadOnlyList<string> EventTypes, Expression? Match = null, Collecting? Collecting = null) : Trigger;

/// <summary>A signed request. <paramref name="Secret"/> is the name of the configured secret that signs it, never the secret.</summary>
public sealed record WebhookTrigger(string Secret) : Trigger;
