using Hangfire.Common;

namespace Hangfire.States;

/// <summary>What the contexts of a state change have in common.</summary>
[Obsolete("Use the contexts that derive from it; their members are the same.")]
public abstract class StateContext
{
    public abstract BackgroundJob BackgroundJob { get; }

    [Obsolete("Use BackgroundJob.Id.")]
    public string JobId => BackgroundJob.Id;

    [Obsolete("Use BackgroundJob.Job.")]
    public Job? Job => BackgroundJob.Job;

    [Obsolete("Use BackgroundJob.CreatedAt.")]
    public DateTime CreatedAt => BackgroundJob.CreatedAt;
}
