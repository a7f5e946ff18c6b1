using Hangfire.PostgreSql;
using Npgsql;
using Orchestrator.Shared;

namespace Hangfire.Server;

/// <summary>The end of a job as one row of a statement. Without a state it only asks whether the job is still ours.</summary>
internal sealed record FinishRequest(ClaimedJob Claimed)
{
    public string? Name { get; init; }

    public string? Reason { get; init; }

    public string? Data { get; init; }

    public TimeSpan? ExpireIn { get; init; }

    public IReadOnlyList<Operation.Count> Counters { get; init; } = [];
}

/// <summary>
/// Records the ends of jobs, those of the same moment in one statement. The answer is whether the job was still its
/// worker's; where it was not, nothing is left to do.
/// </summary>
internal sealed class JobFinisher
{
    private const int MaxBatch = 500, Lanes = 2;

    private readonly Database database;
    private readonly Coalescer<FinishRequest, bool> coalescer;

    public JobFinisher(Database database)
    {
        this.database = database;
        coalescer = new(FinishAsync, MaxBatch, Lanes, static failure => failure is PostgresException { SqlState: ['2', '2' or '3', ..] });
    }

    public Task<bool> FinishAsync(FinishRequest request) => coalescer.SubmitAsync(request);

    private async Task<IReadOnlyList<bool>> FinishAsync(IReadOnlyList<FinishRequest> requests)
    {
        var counters = requests.SelectMany(static (request, index) => request.Counters.Select(counter => (Row: index + 1L, counter))).ToArray();
        return await database.QueryAsync(
            "FinishJobs",
            static row => row.GetBoolean(0),
            CancellationToken.None,
            Column(requests, static request => request.Claimed.QueueId),
            Column(requests, static request => request.Claimed.JobId),
            Column(requests, static request => request.Claimed.Fence),
            Column(requests, static request => request.Name),
            Column(requests, static request => request.Reason),
            Column(requests, static request => request.Data),
            Column(requests, static request => request.ExpireIn?.TotalSeconds),
            Array.ConvertAll(counters, static each => each.Row),
            Array.ConvertAll(counters, static each => each.counter.Key),
            Array.ConvertAll(counters, static each => (long)each.counter.Value),
            Array.ConvertAll(counters, static each => each.counter.ExpireIn?.TotalSeconds)).ConfigureAwait(false);
    }

    private static T[] Column<T>(IReadOnlyList<FinishRequest> requests, Func<FinishRequest, T> select)
    {
        var column = new T[requests.Count];
        for (var i = 0; i < column.Length; i++) column[i] = select(requests[i]);
        return column;
    }
}
