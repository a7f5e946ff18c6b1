using Hangfire.PostgreSql;
using Hangfire.States;
using Npgsql;
using Orchestrator.Shared;

namespace Hangfire.Server;

/// <summary>Records the ends of jobs and starts their children; the ends of the same moment in one statement.</summary>
internal sealed class JobFinisher
{
    private const int MaxBatch = 500, Lanes = 2;

    /// <summary>What the statement says of a job that was moved while it was performed, and is enqueued anew.</summary>
    private const int Requeued = 3;

    private readonly PostgreSqlStorage storage;
    private readonly Coalescer<FinishRequest, FinishOutcome> coalescer;

    public JobFinisher(PostgreSqlStorage storage)
    {
        this.storage = storage;
        coalescer = new(FinishAsync, MaxBatch, Lanes, static failure => failure is PostgresException { SqlState: ['2', '2' or '3', ..] });
    }

    public Task<FinishOutcome> FinishAsync(FinishRequest request) => coalescer.SubmitAsync(request);

    private async Task<IReadOnlyList<FinishOutcome>> FinishAsync(IReadOnlyList<FinishRequest> requests)
    {
        (long Row, Operation.Count Counter)[] counters =
            [.. requests.SelectMany(static (request, index) => request.Counters.Select(counter => (index + 1L, counter)))];
        (long Row, StartedChild Child)[] children =
            [.. requests.SelectMany(static (request, index) => request.Children.Select(child => (index + 1L, child)))];
        string[] queues = [.. children.Select(static each => each.Child.Queue!).Distinct()];
        var outcomes = await storage.Database.QueryAfterAsync(
            [("FindByKey", []), ("LockJobs", [requests.Where(static each => each.ContinuationsLength is not null).Select(static each => each.Claimed.JobId).ToArray()])],
            "FinishJobs",
            static row => row.GetInt32(0),
            CancellationToken.None,
            Column(requests, static request => request.Claimed.QueueId),
            Column(requests, static request => request.Claimed.JobId),
            Column(requests, static request => request.Claimed.Fence),
            Column(requests, static request => request.Name),
            Column(requests, static request => request.Reason),
            Column(requests, static request => request.Data),
            Column(requests, static request => request.ExpireIn?.TotalSeconds),
            Array.ConvertAll(counters, static each => each.Row),
            Array.ConvertAll(counters, static each => each.Counter.Key),
            Array.ConvertAll(counters, static each => (long)each.Counter.Value),
            Array.ConvertAll(counters, static each => each.Counter.ExpireIn?.TotalSeconds),
            Column(requests, static request => request.ContinuationsLength),
            Array.ConvertAll(children, static each => each.Row),
            Array.ConvertAll(children, static each => each.Child.JobId),
            Array.ConvertAll(children, static each => each.Child.Fence),
            Array.ConvertAll(children, static each => StateRow.Data(each.Child.State!)),
            Array.ConvertAll(children, static each => each.Child.Queue),
            Array.ConvertAll(children, static each => StateRow.Reason(each.Child.State!)),
            storage.Signals.Notification(queues)).ConfigureAwait(false);
        foreach (var queue in queues) storage.Signals.Wake(queue);

        // Who looked for jobs while its row was locked here has left it for the next time: that is now.
        if (outcomes.Contains(Requeued)) storage.Signals.WakeAll();
        return [.. outcomes.Select(static outcome => outcome == Requeued ? FinishOutcome.Lost : (FinishOutcome)outcome)];
    }

    private static T[] Column<T>(IReadOnlyList<FinishRequest> requests, Func<FinishRequest, T> select)
    {
        var column = new T[requests.Count];
        for (var i = 0; i < column.Length; i++) column[i] = select(requests[i]);
        return column;
    }
}
