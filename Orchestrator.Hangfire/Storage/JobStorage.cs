using Hangfire.Logging;
using Hangfire.Server;
using Hangfire.States;
using Hangfire.Storage;

namespace Hangfire;

/// <summary>Where jobs are stored.</summary>
public abstract class JobStorage
{
    private static JobStorage? current;

    private TimeSpan jobExpirationTimeout = TimeSpan.FromDays(1);

    /// <summary>The storage that the static members of this API use.</summary>
    /// <exception cref="InvalidOperationException">None was set.</exception>
    public static JobStorage Current
    {
        get => Volatile.Read(ref current)
            ?? throw new InvalidOperationException("JobStorage.Current is not set: configure a storage first, as with AddHangfire(c => c.UsePostgreSqlStorage(…)).");
        set => Volatile.Write(ref current, value);
    }

    /// <summary>How long ended jobs are kept. Default: one day.</summary>
    public TimeSpan JobExpirationTimeout
    {
        get => jobExpirationTimeout;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            jobExpirationTimeout = value;
        }
    }

    /// <summary>Whether a read sees every write that was committed before it.</summary>
    public virtual bool LinearizableReads => false;

    public abstract IMonitoringApi GetMonitoringApi();

    public abstract IStorageConnection GetConnection();

    public virtual IStorageConnection GetReadOnlyConnection() => GetConnection();

#pragma warning disable CS0618 // IServerComponent is obsolete for others; the member stays, as in the API that is supplied here.
    [Obsolete("Use GetServerRequiredProcesses and GetStorageWideProcesses.")]
    public virtual IEnumerable<IServerComponent> GetComponents() => [];
#pragma warning restore CS0618

    /// <summary>What each server of this storage runs besides its workers.</summary>
    public virtual IEnumerable<IBackgroundProcess> GetServerRequiredProcesses() => [];

    /// <summary>What any server of this storage may run for all.</summary>
    public virtual IEnumerable<IBackgroundProcess> GetStorageWideProcesses() => [];

    public virtual IEnumerable<IStateHandler> GetStateHandlers() => [];

    /// <summary>Whether the storage has a feature of <see cref="JobStorageFeatures"/>.</summary>
    public virtual bool HasFeature(string featureId)
    {
        ArgumentNullException.ThrowIfNull(featureId);
        return false;
    }

    public virtual void WriteOptionsToLog(ILog logger)
    {
        // A storage without options has nothing to say.
    }
}
