using Hangfire.Common;

namespace Hangfire;

/// <summary>Keeps jobs that are made again and again.</summary>
public interface IRecurringJobManager
{
    /// <summary>Adds a recurring job, or changes the one of that id. A schedule that stays the same keeps what is due.</summary>
    /// <exception cref="ArgumentException">The cron expression is none; the message says where.</exception>
    void AddOrUpdate(string recurringJobId, Job job, string cronExpression, RecurringJobOptions options);

    /// <summary>Makes a job of it now, if there is such a recurring job.</summary>
    void Trigger(string recurringJobId);

    void RemoveIfExists(string recurringJobId);
}

/// <summary>Tells which job was made.</summary>
public interface IRecurringJobManagerV2 : IRecurringJobManager
{
    JobStorage Storage { get; }

    /// <summary>Makes a job of it now and returns the job's id; null: there is no such recurring job, or a filter has prevented it.</summary>
    string? TriggerJob(string recurringJobId);
}
