using Hangfire.Common;
using Hangfire.States;

namespace Hangfire;

/// <summary>Makes jobs and moves them.</summary>
public interface IBackgroundJobClient
{
    /// <summary>Stores a job in a state and returns its id; null: a filter has prevented it.</summary>
    string? Create(Job job, IState state);

    /// <summary>Moves a job, if it is in <paramref name="expectedState"/> (null: in whichever); false: it was left alone.</summary>
    bool ChangeState(string jobId, IState state, string? expectedState);
}

/// <summary>Makes jobs with parameters.</summary>
public interface IBackgroundJobClientV2 : IBackgroundJobClient
{
    JobStorage Storage { get; }

    /// <summary>Stores a job with parameters in a state and returns its id; null: a filter has prevented it.</summary>
    string? Create(Job job, IState state, IDictionary<string, object?>? parameters);
}
