using Hangfire.Storage.Monitoring;

namespace Hangfire.Storage;

/// <summary>What a dashboard reads.</summary>
public interface IMonitoringApi
{
    /// <summary>Queues with jobs, each with its first five.</summary>
    IList<QueueWithTopEnqueuedJobsDto> Queues();

    IList<ServerDto> Servers();

    /// <summary>The job with its history; null: there is none.</summary>
    JobDetailsDto? JobDetails(string jobId);

    StatisticsDto GetStatistics();

    JobList<EnqueuedJobDto> EnqueuedJobs(string queue, int from, int perPage);

    JobList<FetchedJobDto> FetchedJobs(string queue, int from, int perPage);

    JobList<ProcessingJobDto> ProcessingJobs(int from, int count);

    JobList<ScheduledJobDto> ScheduledJobs(int from, int count);

    JobList<SucceededJobDto> SucceededJobs(int from, int count);

    JobList<FailedJobDto> FailedJobs(int from, int count);

    JobList<DeletedJobDto> DeletedJobs(int from, int count);

    long ScheduledCount();

    long EnqueuedCount(string queue);

    long FetchedCount(string queue);

    long FailedCount();

    long ProcessingCount();

    long SucceededListCount();

    long DeletedListCount();

    /// <summary>By day, the last seven.</summary>
    IDictionary<DateTime, long> SucceededByDatesCount();

    IDictionary<DateTime, long> FailedByDatesCount();

    /// <summary>By hour, the last 24.</summary>
    IDictionary<DateTime, long> HourlySucceededJobs();

    IDictionary<DateTime, long> HourlyFailedJobs();
}
