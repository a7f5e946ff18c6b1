using System.Globalization;
using Hangfire.Common;
using Hangfire.PostgreSql;
using Npgsql;

namespace Hangfire.Server;

/// <summary>A job that this server has taken and moved to Processing.</summary>
internal sealed record ClaimedJob
{
    /// <summary>Its place in the queue.</summary>
    public required long QueueId { get; init; }

    public required long JobId { get; init; }

    public required string Queue { get; init; }

    /// <summary>The row of the Processing state that was written for this performance: whoever finds another one lost the job.</summary>
    public required long Fence { get; init; }

    /// <summary>The state that it was in before.</summary>
    public required string OldState { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required string WorkerId { get; init; }

    public required DateTime StartedAt { get; init; }

    private string InvocationData { get; init; } = "";

    private string Arguments { get; init; } = "";

    private string? Parameters { get; init; }

    public static ClaimedJob Read(NpgsqlDataReader row, IReadOnlyList<string> workers, DateTime startedAt) => new()
    {
        WorkerId = workers[(int)row.GetInt64(0) - 1],
        QueueId = row.GetInt64(1),
        JobId = row.GetInt64(2),
        Queue = row.GetString(3),
        Fence = row.GetInt64(4),
        OldState = row.GetString(5),
        CreatedAt = row.GetDateTime(6),
        InvocationData = row.GetString(7),
        Arguments = row.GetString(8),
        Parameters = JobRow.TextOrNull(row, 9),
        StartedAt = startedAt,
    };

    /// <summary>The job, and why its call can't be loaded, if it can't.</summary>
    public (BackgroundJob Job, Exception? LoadException) Load()
    {
        var parameters = SerializationHelper.Deserialize<Dictionary<string, string?>>(Parameters) ?? [];
        var id = JobId.ToString(CultureInfo.InvariantCulture);
        try
        {
            var call = JobRow.Invocation(InvocationData, Arguments).DeserializeJob();
            return (new(id, call, CreatedAt, parameters), null);
        }
        catch (Exception failure) when (failure is JobLoadException or Newtonsoft.Json.JsonException)
        {
            return (new(id, job: null, CreatedAt, parameters), failure);
        }
    }
}
