using Hangfire.Common;
using Hangfire.Storage;

namespace Hangfire.Server;

/// <summary>A job that is performed.</summary>
public class PerformContext
{
    /// <summary>The same performance, seen by the next one.</summary>
    public PerformContext(PerformContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        Storage = context.Storage;
        Connection = context.Connection;
        BackgroundJob = context.BackgroundJob;
        CancellationToken = context.CancellationToken;
        Items = context.Items;
        Performer = context.Performer;
        ServerId = context.ServerId;
    }

    /// <summary>A performance that begins.</summary>
    public PerformContext(JobStorage storage, IStorageConnection connection, BackgroundJob backgroundJob, IJobCancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(backgroundJob);
        ArgumentNullException.ThrowIfNull(cancellationToken);
        Storage = storage;
        Connection = connection;
        BackgroundJob = backgroundJob;
        CancellationToken = cancellationToken;
        Items = new Dictionary<string, object?>();
    }

    public JobStorage Storage { get; }

    public IStorageConnection Connection { get; }

    public BackgroundJob BackgroundJob { get; }

    [Obsolete("Use BackgroundJob.Id.")]
    public string JobId => BackgroundJob.Id;

    [Obsolete("Use BackgroundJob.Job.")]
    public Job? Job => BackgroundJob.Job;

    [Obsolete("Use BackgroundJob.CreatedAt.")]
    public DateTime CreatedAt => BackgroundJob.CreatedAt;

    public IJobCancellationToken CancellationToken { get; }

    /// <summary>What filters keep for one another.</summary>
    public IDictionary<string, object?> Items { get; }

    public IBackgroundJobPerformer? Performer { get; internal init; }

    public string? ServerId { get; internal init; }

    /// <summary>Stores a parameter with the job.</summary>
    public void SetJobParameter(string name, object? value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Connection.SetJobParameter(BackgroundJob.Id, name, SerializationHelper.Serialize(value, value?.GetType(), SerializationOption.User));
    }

    public T? GetJobParameter<T>(string name) => GetJobParameter<T>(name, allowStale: false);

    /// <summary>A parameter of the job; a stale one is what it was when the job was taken.</summary>
    public T? GetJobParameter<T>(string name, bool allowStale) =>
        JobParameters.Get<T>(Connection, BackgroundJob, name, allowStale);
}

/// <summary>A job is about to be performed.</summary>
public class PerformingContext(PerformContext context) : PerformContext(context)
{
    /// <summary>Set it, and the job is not performed.</summary>
    public bool Canceled { get; set; }
}

/// <summary>A job was performed, or was not.</summary>
public class PerformedContext(PerformContext context, object? result, bool canceled, Exception? exception)
    : PerformContext(context)
{
    public object? Result { get; } = result;

    /// <summary>Whether a filter has prevented it.</summary>
    public bool Canceled { get; } = canceled;

    public Exception? Exception { get; } = exception;

    /// <summary>Set it, and the exception counts as none.</summary>
    public bool ExceptionHandled { get; set; }
}

/// <summary>A job or one of its filters has thrown.</summary>
public class ServerExceptionContext(PerformContext context, Exception exception) : PerformContext(context)
{
    public Exception Exception { get; } = exception;

    /// <summary>Set it, and the exception counts as none.</summary>
    public bool ExceptionHandled { get; set; }
}
