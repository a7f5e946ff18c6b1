using Orchestrator.Shared.Cron;

namespace Hangfire.Recurring;

/// <summary>The occurrences of a recurring job.</summary>
internal sealed class RecurringSchedule
{
    private readonly CronExpression cron;
    private readonly TimeZoneInfo zone;

    private RecurringSchedule(CronExpression cron, TimeZoneInfo zone) => (this.cron, this.zone) = (cron, zone);

    /// <summary>The schedule of such fields.</summary>
    /// <exception cref="ArgumentException">The cron expression is none, or the zone is not known.</exception>
    public static RecurringSchedule Create(string? cron, string? timeZoneId, ITimeZoneResolver resolver)
    {
        if (!CronExpression.TryParse(cron, out var expression, out var error))
            throw new ArgumentException($"'{cron}' is no cron expression: {error}.", nameof(cron));
        try
        {
            return new(expression, string.IsNullOrEmpty(timeZoneId) ? TimeZoneInfo.Utc : resolver.GetTimeZoneById(timeZoneId));
        }
        catch (Exception failure)
        {
            throw new ArgumentException($"The time zone '{timeZoneId}' is not known here.", nameof(timeZoneId), failure);
        }
    }

    /// <summary>The first occurrence after a moment (UTC); null: there is none ever.</summary>
    public DateTime? After(DateTime moment) => cron.Next(new(DateTime.SpecifyKind(moment, DateTimeKind.Utc)), zone)?.UtcDateTime;
}
