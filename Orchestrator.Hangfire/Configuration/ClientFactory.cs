using Hangfire.Client;
using Hangfire.States;

namespace Hangfire;

/// <summary>Makes clients of a storage that is not the host's own.</summary>
public interface IBackgroundJobClientFactory
{
    IBackgroundJobClient GetClient(JobStorage storage);
}

/// <summary>Makes clients that know parameters.</summary>
public interface IBackgroundJobClientFactoryV2 : IBackgroundJobClientFactory
{
    IBackgroundJobClientV2 GetClientV2(JobStorage storage);
}

/// <summary>Makes managers of the recurring jobs of a storage.</summary>
public interface IRecurringJobManagerFactory
{
    IRecurringJobManager GetManager(JobStorage storage);
}

/// <summary>Makes managers that tell which job was made.</summary>
public interface IRecurringJobManagerFactoryV2 : IRecurringJobManagerFactory
{
    IRecurringJobManagerV2 GetManagerV2(JobStorage storage);
}

/// <summary>Clients and managers with a host's services.</summary>
internal sealed class ClientFactory(IBackgroundJobFactory factory, IBackgroundJobStateChanger stateChanger, ITimeZoneResolver timeZoneResolver)
    : IBackgroundJobClientFactoryV2, IRecurringJobManagerFactoryV2
{
    public IBackgroundJobClient GetClient(JobStorage storage) => GetClientV2(storage);

    public IBackgroundJobClientV2 GetClientV2(JobStorage storage) => new BackgroundJobClient(storage, factory, stateChanger);

    public IRecurringJobManager GetManager(JobStorage storage) => GetManagerV2(storage);

    public IRecurringJobManagerV2 GetManagerV2(JobStorage storage) => new RecurringJobManager(storage, factory, timeZoneResolver);
}
