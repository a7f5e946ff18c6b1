using Hangfire.Common;

namespace Hangfire.Storage;

/// <summary>A stored job.</summary>
public class JobData
{
    /// <summary>Name of its state; null: it has none yet.</summary>
    public string? State { get; set; }

    /// <summary>The call; null when it could not be loaded, see <see cref="LoadException"/>.</summary>
    public Job? Job { get; set; }

    public InvocationData? InvocationData { get; set; }

    public DateTime CreatedAt { get; set; }

    public IReadOnlyDictionary<string, string?>? ParametersSnapshot { get; set; }

    public JobLoadException? LoadException { get; set; }

    /// <summary>The row of its state, which fences what is decided on this reading.</summary>
    internal long? StateId { get; set; }

    /// <summary>Throws <see cref="LoadException"/>, if there is one.</summary>
    /// <exception cref="JobLoadException">The call could not be loaded.</exception>
    public void EnsureLoaded()
    {
        if (LoadException is not null) throw LoadException;
    }
}

/// <summary>The state that a job is in.</summary>
public class StateData
{
    public string Name { get; set; } = "";

    public string? Reason { get; set; }

    public IDictionary<string, string> Data { get; set; } = new Dictionary<string, string>();
}
