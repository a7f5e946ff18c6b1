using Hangfire;

namespace Orchestrator.Jobs.Autonomous;

/// <summary>
/// Evaluates one agent in a cycle: a Hangfire job each. Made twice or late, it changes nothing; one that is lost is made again
/// by the cycle.
/// </summary>
[AutomaticRetry(Attempts = 10)]
public sealed class EvaluationJob
{
    private readonly Evaluator _evaluator;

    internal EvaluationJob(Evaluator evaluator) => _evaluator = evaluator;

    /// <summary>Evaluates it together with others of the same moment.</summary>
    /// <param name="tenant">Whose agent.</param>
    /// <param name="cycle">The cycle's id.</param>
    /// <param name="agent">The agent's id.</param>
    public Task Run(string tenant, long cycle, long agent) => _evaluator.EvaluateAsync(tenant, cycle, agent);
}
