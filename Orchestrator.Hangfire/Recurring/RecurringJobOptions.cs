using Hangfire.Common;
using Hangfire.States;

namespace Hangfire;

/// <summary>Settings of a recurring job.</summary>
public class RecurringJobOptions
{
    private TimeZoneInfo timeZone = TimeZoneInfo.Utc;
    private string queueName = EnqueuedState.DefaultQueue;
    private MisfireHandlingMode misfireHandling = MisfireHandlingMode.Relaxed;

    /// <summary>The zone whose wall clock the cron expression is read on. Default: UTC.</summary>
    public TimeZoneInfo TimeZone
    {
        get => timeZone;
        set
        {
            ArgumentNullException.ThrowIfNull(value, nameof(TimeZone));
            timeZone = value;
        }
    }

    /// <summary>The queue of jobs that don't ask for one themselves. Default: <c>default</c>.</summary>
    [Obsolete("Give the queue to AddOrUpdate.")]
    public string QueueName
    {
        get => queueName;
        set
        {
            JobValidation.ThrowIfNotQueueName(value, nameof(QueueName));
            queueName = value;
        }
    }

    /// <summary>Default: <see cref="MisfireHandlingMode.Relaxed"/>.</summary>
    public MisfireHandlingMode MisfireHandling
    {
        get => misfireHandling;
        set
        {
            if (!Enum.IsDefined(value)) throw new ArgumentOutOfRangeException(nameof(MisfireHandling), value, "It is Relaxed, Strict or Ignorable.");
            misfireHandling = value;
        }
    }

    internal string Queue => queueName;
}
