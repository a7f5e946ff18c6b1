using Hangfire.Common;
using Hangfire.States;
using Npgsql;
using Orchestrator.Shared;

namespace Hangfire.PostgreSql;

/// <summary>Stores new jobs; those that callers make at the same moment in one statement.</summary>
internal sealed class JobCreator
{
    private const int MaxBatch = 500, Lanes = 2;

    private readonly Database database;
    private readonly WorkerSignals signals;
    private readonly Coalescer<NewJob, bool> coalescer;

    public JobCreator(Database database, WorkerSignals signals)
    {
        this.database = database;
        this.signals = signals;

        // Callers of the API block their threads: were those the pool's, a lane that waits for one might wait long.
        coalescer = new(
            batch => Task.FromResult(Create(batch)), MaxBatch, Lanes, IsDataFault, static lane => ElasticThreads.Shared.Run(lane));
    }

    /// <summary>Stores a job and returns when it is committed.</summary>
    public void Create(NewJob job) => coalescer.SubmitAsync(job).GetAwaiter().GetResult();

    /// <summary>Text that the database refuses is the fault of one job, not of those stored together with it.</summary>
    private static bool IsDataFault(Exception failure) =>
        failure is PostgresException { SqlState: ['2', '2' or '3', ..] } or ArgumentException;

    private IReadOnlyList<bool> Create(IReadOnlyList<NewJob> jobs)
    {
        (long JobId, string Name, string? Value)[] parameters =
            [.. jobs.SelectMany(static job => job.Parameters.Select(each => (job.Id, each.Key, each.Value)))];
        database.Execute(
            "CreateJobs",
            Column(jobs, static job => job.Id),
            Column(jobs, static job => job.Invocation.SerializePayload()),
            Column(jobs, static job => job.Invocation.Arguments),
            Column(jobs, static job => job.CreatedAt),
            Column(jobs, static job => job.State.Name),
            Column(jobs, static job => StateRow.Reason(job.State)),
            Column(jobs, static job => StateRow.Data(job.State)),
            Column(jobs, static job => job.Queue),
            Column(jobs, static job => job.DueAt),
            Array.ConvertAll(parameters, static each => each.JobId),
            Array.ConvertAll(parameters, static each => each.Name),
            Array.ConvertAll(parameters, static each => each.Value),
            signals.Notification(jobs.Select(static job => job.Queue)));
        signals.Wake(jobs);
        return new bool[jobs.Count];
    }

    private static T[] Column<T>(IReadOnlyList<NewJob> jobs, Func<NewJob, T> select)
    {
        var column = new T[jobs.Count];
        for (var i = 0; i < column.Length; i++) column[i] = select(jobs[i]);
        return column;
    }
}
