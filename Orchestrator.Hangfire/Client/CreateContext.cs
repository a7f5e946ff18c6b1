using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;

namespace Hangfire.Client;

/// <summary>A job that is made.</summary>
public class CreateContext
{
    /// <summary>The same making, seen by the next one.</summary>
    public CreateContext(CreateContext context)
        : this(context.Storage, context.Connection, context.Job, context.InitialState, context.Parameters)
    {
        Items = context.Items;
        Factory = context.Factory;
        Joined = context.Joined;
    }

    public CreateContext(JobStorage storage, IStorageConnection connection, Job job, IState? initialState)
        : this(storage, connection, job, initialState, parameters: null)
    {
    }

    /// <summary>A job that is to be made with these parameters, in <paramref name="initialState"/> or in none.</summary>
    public CreateContext(JobStorage storage, IStorageConnection connection, Job job, IState? initialState, IDictionary<string, object?>? parameters)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(job);
        Storage = storage;
        Connection = connection;
        Job = job;
        InitialState = initialState;
        Items = new Dictionary<string, object?>();
        Parameters = parameters ?? new Dictionary<string, object?>();
    }

    public JobStorage Storage { get; }

    public IStorageConnection Connection { get; }

    /// <summary>What filters keep for one another.</summary>
    public IDictionary<string, object?> Items { get; }

    public virtual IDictionary<string, object?> Parameters { get; }

    public Job Job { get; }

    public IState? InitialState { get; }

    public IBackgroundJobFactory? Factory { get; internal init; }

    /// <summary>What is committed with the job.</summary>
    internal JoinedWrites? Joined { get; init; }
}

/// <summary>A job is about to be made.</summary>
public class CreatingContext(CreateContext context) : CreateContext(context)
{
    /// <summary>Set it, and the job is not made.</summary>
    public bool Canceled { get; set; }

    /// <summary>Gives the job a parameter.</summary>
    public void SetJobParameter(string name, object? value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Parameters[name] = value;
    }

    /// <summary>A parameter that was given to the job, or the default value.</summary>
    public T? GetJobParameter<T>(string name) => Parameters.TryGetValue(name, out var value) ? (T?)value : default;
}

/// <summary>A job was made, or was not.</summary>
public class CreatedContext(CreateContext context, BackgroundJob? backgroundJob, bool canceled, Exception? exception)
    : CreateContext(context)
{
    public BackgroundJob? BackgroundJob { get; } = backgroundJob;

    [Obsolete("Use BackgroundJob.Id.")]
    public string? JobId => BackgroundJob?.Id;

    /// <summary>Whether a filter has prevented it.</summary>
    public bool Canceled { get; } = canceled;

    public Exception? Exception { get; } = exception;

    /// <summary>Set it, and the exception counts as none.</summary>
    public bool ExceptionHandled { get; set; }

    /// <summary>A copy: the job is stored.</summary>
    public override IDictionary<string, object?> Parameters => new Dictionary<string, object?>(base.Parameters);
}

/// <summary>Making a job, or one of its filters, has thrown.</summary>
public class ClientExceptionContext(CreateContext createContext, Exception exception) : CreateContext(createContext)
{
    public Exception Exception { get; } = exception;

    /// <summary>Set it, and the exception counts as none.</summary>
    public bool ExceptionHandled { get; set; }
}
