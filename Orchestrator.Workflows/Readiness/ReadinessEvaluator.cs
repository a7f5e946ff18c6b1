using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Expressions.Functions.Dates;

namespace Orchestrator.Workflows.Readiness;

/// <summary>Works out how ready an agent is (seed 000). Pure: everything, the time too, is given.</summary>
public static class ReadinessEvaluator
{
    /// <summary>How many of an agent's events are looked at (seed 000).</summary>
    public const int NewestEvents = 50;

    /// <summary>Evaluates one agent against every workflow.</summary>
    /// <param name="activity">The agent and its newest events.</param>
    /// <param name="now">In UTC.</param>
    /// <param name="settings">How its readiness is worked out.</param>
    /// <param name="workflows">In any order.</param>
    /// <exception cref="EvaluationException">A formula of the settings fails or gives no number. One of a workflow is the error of that workflow alone.</exception>
    public static ReadinessEvaluation Evaluate(
        AgentActivity activity, DateTime now, ReadinessSettings settings, IReadOnlyList<AgentWorkflow> workflows)
    {
        var scope = new ReadinessScope(activity, now);
        var evaluation = new ReadinessEvaluation
        {
            LastActivityCount = activity.Events.Count,
            HoursSinceLast = scope.Ages is [var newest, ..] ? newest / Calendar.MillisecondsPerHour : null,
            Freshness = Math.Clamp(Number(settings.ActivityFreshness, scope), 0, 1),
            OnlineProbability = Math.Clamp(Number(settings.OnlineProbability, scope), 0, 1),
            Workflows = [],
        };
        return evaluation with
        {
            Workflows =
            [
                .. workflows.OrderBy(one => one.Rule.Order).ThenBy(one => one.Key, StringComparer.Ordinal)
                    .Select(one => Evaluate(one, evaluation.Readiness, scope)),
            ],
        };
    }

    private static WorkflowReadiness Evaluate(AgentWorkflow workflow, double readiness, ReadinessScope scope)
    {
        var result = new WorkflowReadiness
        {
            Type = workflow.Key,
            Order = workflow.Rule.Order,
            BaseThreshold = workflow.Rule.BaseThreshold,
            Threshold = workflow.Rule.BaseThreshold * (1 + (readiness - 0.5)),
        };
        try
        {
            return result with { Score = Number(workflow.Rule.Score, scope) };
        }
        catch (EvaluationException problem)
        {
            return result with { Error = problem.Message };
        }
    }

    private static double Number(Expression formula, ReadinessScope scope)
    {
        var value = formula.Evaluate(scope);
        return value.Kind == ValueKind.Number && double.IsFinite(value.AsNumber())
            ? value.AsNumber()
            : throw new EvaluationException($"a finite number is needed, found {Shown(value)}", formula.Source, 0);
    }

    private static string Shown(Value value) =>
        value.Kind is ValueKind.Array or ValueKind.Object ? ValueText.Name(value.Kind) : ValueText.Of(value);
}
