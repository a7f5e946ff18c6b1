using Hangfire.Common;
using Hangfire.Storage;

namespace Hangfire.Recurring;

/// <summary>Reads a recurring job for display.</summary>
internal static class RecurringJobReader
{
    public static RecurringJobDto Read(string id, Dictionary<string, string>? fields, string? lastJobState)
    {
        if (fields is null or { Count: 0 }) return new() { Id = id, Removed = true };
        var entity = RecurringJobEntity.Read(id, score: null, fields);
        var shown = new RecurringJobDto
        {
            Id = id,
            Cron = entity.Cron,
            Queue = entity.Queue,
            NextExecution = entity.NextExecution,
            LastJobId = string.IsNullOrEmpty(entity.LastJobId) ? null : entity.LastJobId,
            LastJobState = lastJobState,
            LastExecution = entity.LastExecution,
            CreatedAt = entity.CreatedAt,
            TimeZoneId = entity.TimeZoneId,
            Error = string.IsNullOrEmpty(entity.Error) ? null : entity.Error,
            RetryAttempt = entity.RetryAttempt,
        };
        try
        {
            shown.Job = entity.LoadJob();
        }
        catch (JobLoadException failure)
        {
            shown.LoadException = failure;
        }
        catch (Newtonsoft.Json.JsonException failure)
        {
            shown.LoadException = new("Could not read the stored job.", failure);
        }

        return shown;
    }
}
