using Hangfire;
using Hangfire.Server;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Execution;

/// <summary>
/// The Hangfire job that carries a step to a worker: its id and no state. However often it comes, and however late,
/// what happens is decided by the step's row; a step's failure is an outcome, not an exception, so Hangfire retries
/// nothing by itself.
/// </summary>
[AutomaticRetry(Attempts = 0)]
public sealed class StepJob
{
    private readonly StepRunner _runner;
    private readonly Drain _drain;

    internal StepJob(StepRunner runner, Drain drain) => (_runner, _drain) = (runner, drain);

    /// <summary>Makes an attempt of the step, and goes on with the run while it may.</summary>
    /// <param name="tenant">Whose run it is.</param>
    /// <param name="job">The step's job, a UUID.</param>
    /// <param name="context">Given by Hangfire.</param>
    public Task Run(string tenant, string job, PerformContext context) =>
        _runner.RunAsync(tenant, new JobId(Guid.Parse(job)), context.ServerId ?? "", _drain);
}
