namespace Hangfire;

/// <summary>
/// The configuration of one host. What is set in it is also set for the process, as the API has it; the host keeps what
/// is its own, so that several hosts in one process don't take each other's.
/// </summary>
internal sealed class HostConfiguration : IGlobalConfiguration, IDisposable
{
    private readonly List<IDisposable> owned = [];

    public JobStorage? Storage { get; set; }

    public JobActivator? Activator { get; set; }

    /// <summary>The host's configuration, through what was chained to it; null: it is the process's.</summary>
    public static HostConfiguration? Of(IGlobalConfiguration configuration) => configuration switch
    {
        HostConfiguration host => host,
        IChained chained => Of(chained.Previous),
        _ => null,
    };

    /// <summary>Disposes of something with the host.</summary>
    public void Own(IDisposable disposable) => owned.Add(disposable);

    public void Dispose()
    {
        foreach (var disposable in owned) disposable.Dispose();
    }

    /// <summary>A configuration that remembers whose it is.</summary>
    public interface IChained
    {
        IGlobalConfiguration Previous { get; }
    }
}

internal sealed class ChainedConfiguration<T>(IGlobalConfiguration previous, T entry) : IGlobalConfiguration<T>, HostConfiguration.IChained
{
    public T Entry => entry;

    public IGlobalConfiguration Previous => previous;
}
