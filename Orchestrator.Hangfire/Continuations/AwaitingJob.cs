using System.Globalization;
using Hangfire.Common;
using Hangfire.PostgreSql;
using Hangfire.States;
using Hangfire.Storage;

namespace Hangfire.Continuations;

/// <summary>A job in the Awaiting state, with what is stored about it.</summary>
internal sealed class AwaitingJob
{
    private AwaitingJob(string id, JobData data, string? stateData) => (Id, Data, StateData) = (id, data, stateData);

    public string Id { get; }

    public JobData Data { get; }

    private string? StateData { get; }

    /// <summary>Those of the jobs that await this parent now.</summary>
    public static List<AwaitingJob> Read(PostgreSqlStorage storage, string parentId, IEnumerable<string> ids) => storage.Database.Query(
        "GetAwaitingJobs",
        static row => new AwaitingJob(row.GetInt64(0).ToString(CultureInfo.InvariantCulture), JobRow.Read(row, 1), JobRow.TextOrNull(row, 7)),
        parentId,
        ids.Select(static id => long.Parse(id, CultureInfo.InvariantCulture)).ToArray());

    /// <summary>The state that it was to enter; one that was not stored is the default queue.</summary>
    /// <exception cref="Newtonsoft.Json.JsonException">It is no state that can be stored.</exception>
    public IState NextState()
    {
        var data = SerializationHelper.Deserialize<Dictionary<string, string>>(StateData);
        return data?.GetValueOrDefault("NextState") is { } next && SerializationHelper.Deserialize<IState>(next, SerializationOption.TypedInternal) is { } state
            ? state
            : new EnqueuedState();
    }

    public BackgroundJob ToBackgroundJob() => new(Id, Data.Job, Data.CreatedAt, Data.ParametersSnapshot);
}
