using System.Globalization;
using Hangfire.Common;
using Hangfire.Storage;
using Npgsql;

namespace Hangfire.PostgreSql;

/// <summary>A job as lists show it: call, state, what is stored with the state.</summary>
internal sealed class MonitoredJob
{
    public required string Id { get; init; }

    public required string? State { get; init; }

    public required InvocationData? Invocation { get; init; }

    public Job? Job { get; private set; }

    public JobLoadException? LoadException { get; private set; }

    public required string? Reason { get; init; }

    public required IDictionary<string, string> Data { get; init; }

    public required DateTime? StateChangedAt { get; init; }

    public required DateTime? FetchedAt { get; init; }

    public static MonitoredJob Read(NpgsqlDataReader row)
    {
        var job = new MonitoredJob
        {
            Id = row.GetInt64(0).ToString(CultureInfo.InvariantCulture),
            State = JobRow.TextOrNull(row, 1),
            Invocation = ReadInvocation(row),
            Reason = JobRow.TextOrNull(row, 4),
            Data = SerializationHelper.Deserialize<Dictionary<string, string>>(JobRow.TextOrNull(row, 5)) ?? [],
            StateChangedAt = row.IsDBNull(6) ? null : row.GetDateTime(6),
            FetchedAt = row.IsDBNull(7) ? null : row.GetDateTime(7),
        };
        job.Load();
        return job;
    }

    public string? Value(string name) => Data.TryGetValue(name, out var value) ? value : null;

    /// <summary>A time of the state, or when it was entered.</summary>
    public DateTime? Time(string name) => JobHelper.DeserializeNullableDateTime(Value(name)) ?? StateChangedAt;

    public long? Number(string name) =>
        long.TryParse(Value(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static InvocationData? ReadInvocation(NpgsqlDataReader row)
    {
        try
        {
            return JobRow.Invocation(row.GetString(2), row.GetString(3));
        }
        catch (Newtonsoft.Json.JsonException)
        {
            return null;
        }
    }

    private void Load()
    {
        try
        {
            Job = Invocation?.DeserializeJob();
        }
        catch (JobLoadException failure)
        {
            LoadException = failure;
        }
    }
}
