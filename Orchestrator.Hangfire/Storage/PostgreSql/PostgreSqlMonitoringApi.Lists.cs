using Hangfire.States;
using Hangfire.Storage.Monitoring;

namespace Hangfire.PostgreSql;

/// <summary>Lists of jobs by state and by queue.</summary>
public partial class PostgreSqlMonitoringApi
{
    public JobList<EnqueuedJobDto> EnqueuedJobs(string queue, int from, int perPage) => ById(
        Monitor(queue).GetEnqueuedJobIds(queue, from, perPage),
        static job => new EnqueuedJobDto
        {
            Job = job.Job,
            LoadException = job.LoadException,
            InvocationData = job.Invocation,
            State = job.State,
            StateData = job.Data,
            InEnqueuedState = job.State == EnqueuedState.StateName,
            EnqueuedAt = job.State == EnqueuedState.StateName ? job.Time("EnqueuedAt") : null,
        });

    public JobList<FetchedJobDto> FetchedJobs(string queue, int from, int perPage) => ById(
        Monitor(queue).GetFetchedJobIds(queue, from, perPage),
        static job => new FetchedJobDto
        {
            Job = job.Job,
            LoadException = job.LoadException,
            InvocationData = job.Invocation,
            State = job.State,
            FetchedAt = job.FetchedAt,
        });

    public JobList<ProcessingJobDto> ProcessingJobs(int from, int count) => ByState(
        ProcessingState.StateName,
        from,
        count,
        static job => new ProcessingJobDto
        {
            Job = job.Job,
            LoadException = job.LoadException,
            InvocationData = job.Invocation,
            StateData = job.Data,
            InProcessingState = true,
            ServerId = job.Value("ServerId"),
            StartedAt = job.Time("StartedAt"),
        });

    public JobList<ScheduledJobDto> ScheduledJobs(int from, int count) => ByState(
        ScheduledState.StateName,
        from,
        count,
        static job => new ScheduledJobDto
        {
            Job = job.Job,
            LoadException = job.LoadException,
            InvocationData = job.Invocation,
            StateData = job.Data,
            InScheduledState = true,
            EnqueueAt = job.Time("EnqueueAt") ?? default,
            ScheduledAt = job.Time("ScheduledAt"),
        });

    public JobList<SucceededJobDto> SucceededJobs(int from, int count) => ByState(
        SucceededState.StateName,
        from,
        count,
        static job => new SucceededJobDto
        {
            Job = job.Job,
            LoadException = job.LoadException,
            InvocationData = job.Invocation,
            StateData = job.Data,
            InSucceededState = true,
            Result = job.Value("Result"),
            TotalDuration = job.Number("PerformanceDuration") + job.Number("Latency"),
            SucceededAt = job.Time("SucceededAt"),
        });

    public JobList<FailedJobDto> FailedJobs(int from, int count) => ByState(
        FailedState.StateName,
        from,
        count,
        static job => new FailedJobDto
        {
            Job = job.Job,
            LoadException = job.LoadException,
            InvocationData = job.Invocation,
            StateData = job.Data,
            InFailedState = true,
            Reason = job.Reason,
            ExceptionType = job.Value("ExceptionType"),
            ExceptionMessage = job.Value("ExceptionMessage"),
            ExceptionDetails = job.Value("ExceptionDetails"),
            FailedAt = job.Time("FailedAt"),
        });

    public JobList<DeletedJobDto> DeletedJobs(int from, int count) => ByState(
        DeletedState.StateName,
        from,
        count,
        static job => new DeletedJobDto
        {
            Job = job.Job,
            LoadException = job.LoadException,
            InvocationData = job.Invocation,
            StateData = job.Data,
            InDeletedState = true,
            DeletedAt = job.Time("DeletedAt"),
        });

    private JobList<TDto> ByState<TDto>(string stateName, int from, int count, Func<MonitoredJob, TDto> map) =>
        List(JobsByState(stateName, from, count), map);

    private JobList<TDto> ById<TDto>(IEnumerable<long> ids, Func<MonitoredJob, TDto> map) =>
        List(database.Query("GetJobsById", MonitoredJob.Read, ids.ToArray()), map);

    private static JobList<TDto> List<TDto>(IEnumerable<MonitoredJob> jobs, Func<MonitoredJob, TDto> map) =>
        new(jobs.Select(job => KeyValuePair.Create(job.Id, map(job))));
}
