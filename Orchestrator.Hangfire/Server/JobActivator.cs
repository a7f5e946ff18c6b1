using Hangfire.Common;
using Hangfire.Server;
using Hangfire.Storage;

namespace Hangfire;

/// <summary>Makes the objects whose methods are jobs; this one by their constructor without parameters.</summary>
public class JobActivator
{
    private static JobActivator current = new();

    /// <summary>The activator of servers that are given none.</summary>
    public static JobActivator Current
    {
        get => current;
        set => current = value ?? throw new ArgumentNullException(nameof(value));
    }

    public virtual object? ActivateJob(Type jobType) => Activator.CreateInstance(jobType);

    [Obsolete("Implement BeginScope(JobActivatorContext).")]
    public virtual JobActivatorScope BeginScope() => new SimpleScope(this);

#pragma warning disable CS0618 // An activator of an application's own may implement the obsolete form alone.
    public virtual JobActivatorScope BeginScope(JobActivatorContext context) => BeginScope();
#pragma warning restore CS0618

    /// <summary>What one job needs, disposed after it.</summary>
    public virtual JobActivatorScope BeginScope(PerformContext context) =>
        BeginScope(new JobActivatorContext(context.Connection, context.BackgroundJob, context.CancellationToken));

    private sealed class SimpleScope(JobActivator activator) : JobActivatorScope
    {
        private readonly List<IDisposable> disposables = [];

        public override object? Resolve(Type type)
        {
            var instance = activator.ActivateJob(type);
            if (instance is IDisposable disposable) disposables.Add(disposable);
            return instance;
        }

        public override void DisposeScope()
        {
            foreach (var disposable in disposables) disposable.Dispose();
        }
    }
}

/// <summary>A job for which objects are made.</summary>
public class JobActivatorContext(IStorageConnection connection, BackgroundJob backgroundJob, IJobCancellationToken cancellationToken)
{
    public IStorageConnection Connection { get; } = connection;

    public BackgroundJob BackgroundJob { get; } = backgroundJob;

    public IJobCancellationToken CancellationToken { get; } = cancellationToken;

    /// <summary>Stores a parameter with the job.</summary>
    public void SetJobParameter(string name, object? value) =>
        Connection.SetJobParameter(BackgroundJob.Id, name, SerializationHelper.Serialize(value, value?.GetType(), SerializationOption.User));

    public T? GetJobParameter<T>(string name) => GetJobParameter<T>(name, allowStale: false);

    /// <summary>A parameter of the job; a stale one is what it was when the job was taken.</summary>
    public T? GetJobParameter<T>(string name, bool allowStale) =>
        JobParameters.Get<T>(Connection, BackgroundJob, name, allowStale);
}

/// <summary>The objects of one job.</summary>
public abstract class JobActivatorScope : IDisposable
{
    private static readonly AsyncLocal<JobActivatorScope?> Ambient = new();

    protected JobActivatorScope() => Ambient.Value = this;

    /// <summary>The scope of the job that is performed here; null: none is.</summary>
    public static JobActivatorScope? Current => Ambient.Value;

    [Obsolete("Keep it in a field of your own.")]
    public object? InnerScope { get; set; }

    public abstract object? Resolve(Type type);

    public virtual void DisposeScope()
    {
        // A scope that made nothing to dispose of has nothing to do.
    }

    public void Dispose()
    {
        try
        {
            DisposeScope();
        }
        finally
        {
            Ambient.Value = null;
            GC.SuppressFinalize(this);
        }
    }
}
