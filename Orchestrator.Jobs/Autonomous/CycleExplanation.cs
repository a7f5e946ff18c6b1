using System.Globalization;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Autonomous;

/// <summary>Why a workflow was started, or was not, for an agent in a cycle.</summary>
internal sealed record CycleExplanation
{
    /// <summary>Whether it was started.</summary>
    public required bool Started { get; init; }

    /// <summary>In words, with the numbers.</summary>
    public required string Reason { get; init; }

    public EvaluationView? Evaluation { get; init; }

    /// <summary>Its entry in the evaluation: <c>{type, order, base_threshold, score, threshold, eligible, error}</c>.</summary>
    public Value Workflow { get; init; }

    public ExecutionView? Execution { get; init; }
}

/// <summary>Answers 'why was this workflow not started for this agent?' from what a cycle has written.</summary>
internal sealed class CycleExplainer(CycleQueries queries)
{
    public async Task<CycleExplanation> ExplainAsync(string tenant, CycleView cycle, long agent, string workflow, CancellationToken cancellationToken)
    {
        var evaluation = await queries.EvaluationAsync(tenant, cycle.Id, agent, cancellationToken);
        if (evaluation is null)
        {
            return No(NotEvaluated(cycle, agent, await queries.AgentStatusAsync(tenant, agent, cancellationToken)));
        }

        if (evaluation.EvaluationStatus != "completed")
        {
            return No(evaluation.EvaluationStatus switch
            {
                "pending" => "The agent is not evaluated yet.",
                "skipped" => $"The agent was not evaluated: {evaluation.ErrorMessage}",
                _ => $"The agent could not be evaluated: {evaluation.ErrorMessage}",
            }) with
            { Evaluation = evaluation };
        }

        var scored = Value.Parse(evaluation.Workflows ?? "[]").AsArray().FirstOrDefault(one => one["type"].ToText() == workflow);
        var execution = await queries.ExecutionAsync(tenant, cycle.Id, agent, workflow, cancellationToken);
        return new CycleExplanation
        {
            Started = execution?.WorkflowRunId is not null,
            Reason = scored.IsNullish
                ? $"'{workflow}' was no workflow with a readiness block when the cycle started. Those that were: {Keys(cycle)}."
                : execution is null ? NotEligible(scored, evaluation, cycle) : Of(execution),
            Evaluation = evaluation,
            Workflow = scored,
            Execution = execution,
        };
    }

    private static CycleExplanation No(string reason) => new() { Started = false, Reason = reason };

    private static string NotEvaluated(CycleView cycle, long agent, string? status) => status switch
    {
        null => $"There is no agent {agent}.",
        "retired" => "The agent is retired.",
        _ when cycle.Phase == "fan_out" => "The cycle has not come to the agent yet.",
        _ => "The agent was not there, or was retired, when the cycle started.",
    };

    private static string NotEligible(Value scored, EvaluationView evaluation, CycleView cycle)
    {
        if (!scored["error"].IsNullish)
        {
            return $"Its score could not be calculated: {scored["error"].ToText()}";
        }

        var (score, threshold) = (scored["score"].AsNumber(), scored["threshold"].AsNumber());
        return score >= threshold
            ? cycle.Status == "failed" ? "The cycle was given up before." : "It is eligible; the cycle has not planned it yet."
            : $"Its score {Text(score)} is below its threshold {Text(threshold)}, which is {Text(scored["base_threshold"].AsNumber())}"
                + $" × (1 + ({Text(evaluation.OverallReadinessScore)} − 0.5)).";
    }

    private static string Of(ExecutionView execution) => execution switch
    {
        { State: "skipped" } => $"It was eligible and was not started: {execution.ErrorMessage}",
        { State: "queued", DueAt: { } due } => $"It is eligible and starts at {due:O}.",
        { State: "queued", Place: > 1 } => "It is eligible and waits for the agent's workflows before it.",
        { State: "queued" } => $"It is eligible and waits for the agent's turn; {execution.AgentsBefore} agents are before it.",
        _ => $"It was started: run {execution.WorkflowRunId} ({execution.ExecutionStatus}).",
    };

    private static string Keys(CycleView cycle) => string.Join(", ", CycleWorkflows.Versions(cycle.Workflows).Keys) is { Length: > 0 } keys ? keys : "none";

    private static string Text(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
