using Hangfire.Common;

namespace Hangfire;

/// <summary>A stored job as filters and workers see it; its static members are the shortest way to make one.</summary>
public partial class BackgroundJob
{
    public BackgroundJob(string id, Job? job, DateTime createdAt)
        : this(id, job, createdAt, parametersSnapshot: null)
    {
    }

    /// <summary>A job with the parameters that it had when it was read.</summary>
    public BackgroundJob(string id, Job? job, DateTime createdAt, IReadOnlyDictionary<string, string?>? parametersSnapshot)
    {
        ArgumentNullException.ThrowIfNull(id);
        Id = id;
        Job = job;
        CreatedAt = createdAt;
        HasSnapshot = parametersSnapshot is not null;
        ParametersSnapshot = parametersSnapshot ?? new Dictionary<string, string?>();
    }

    public string Id { get; }

    /// <summary>The call; null when this process could not load it.</summary>
    public Job? Job { get; }

    /// <summary>When it was made (UTC).</summary>
    public DateTime CreatedAt { get; }

    public IReadOnlyDictionary<string, string?> ParametersSnapshot { get; }

    /// <summary>Whether the parameters were read with the job: then one that is not among them was not set.</summary>
    internal bool HasSnapshot { get; }
}
