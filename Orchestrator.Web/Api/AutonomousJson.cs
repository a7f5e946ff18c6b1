using System.Text.Json;
using Orchestrator.Jobs.Autonomous;
using Orchestrator.Workflows.Readiness;

namespace Orchestrator.Web.Api;

/// <summary>Seed 000's answer to a trigger.</summary>
internal sealed record CycleTriggered(bool Success, string Message, long JobId);

/// <summary>A cycle (seed 000's <c>autonomous_jobs</c>).</summary>
internal sealed record CycleJson
{
    public required long Id { get; init; }

    /// <summary>scheduled, manual or triggered.</summary>
    public required string JobType { get; init; }

    /// <summary>pending, running, completed or failed.</summary>
    public required string Status { get; init; }

    /// <summary>fan_out, evaluating, planning, executing or ended.</summary>
    public required string Phase { get; init; }

    /// <summary>Higher is sooner.</summary>
    public required int Priority { get; init; }

    public required DateTime ScheduledAt { get; init; }

    public DateTime? StartedAt { get; init; }

    public DateTime? CompletedAt { get; init; }

    public required int TotalAgentsProcessed { get; init; }

    public required int TotalWorkflowsEvaluated { get; init; }

    public required int TotalWorkflowsExecuted { get; init; }

    public required long ExecutionTimeMs { get; init; }

    public string? ErrorMessage { get; init; }

    public JsonElement? Metadata { get; init; }

    /// <summary>The workflows that it scores: [{key, version}].</summary>
    public JsonElement? Workflows { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required DateTime UpdatedAt { get; init; }

    public static CycleJson Of(CycleView cycle) => new()
    {
        Id = cycle.Id,
        JobType = cycle.JobType,
        Status = cycle.Status,
        Phase = cycle.Phase,
        Priority = cycle.Priority,
        ScheduledAt = cycle.ScheduledAt,
        StartedAt = cycle.StartedAt,
        CompletedAt = cycle.CompletedAt,
        TotalAgentsProcessed = cycle.TotalAgentsProcessed,
        TotalWorkflowsEvaluated = cycle.TotalWorkflowsEvaluated,
        TotalWorkflowsExecuted = cycle.TotalWorkflowsExecuted,
        ExecutionTimeMs = cycle.ExecutionTimeMs,
        ErrorMessage = cycle.ErrorMessage,
        Metadata = ApiJson.Raw(cycle.Metadata),
        Workflows = ApiJson.Raw(cycle.Workflows),
        CreatedAt = cycle.CreatedAt,
        UpdatedAt = cycle.UpdatedAt,
    };
}

/// <summary>Cycles, newest first.</summary>
internal sealed record CyclePage(IReadOnlyList<CycleJson> Items, long? NextCursor);

/// <summary>Seed 000's status: the cycle, its evaluations in numbers, its executions by workflow and state.</summary>
internal sealed record CycleStatus(CycleJson Job, CycleStats Stats, IReadOnlyList<CycleExecutions> Executions);

/// <summary>Why a workflow was started or was not.</summary>
internal sealed record CycleWhy
{
    public required long JobId { get; init; }

    public required long AgentId { get; init; }

    public required string WorkflowType { get; init; }

    public required bool Started { get; init; }

    public required string Reason { get; init; }

    public EvaluationJsonView? Evaluation { get; init; }

    public JsonElement? Workflow { get; init; }

    public ExecutionView? Execution { get; init; }

    public static CycleWhy Of(long job, long agent, string workflow, CycleExplanation why) => new()
    {
        JobId = job,
        AgentId = agent,
        WorkflowType = workflow,
        Started = why.Started,
        Reason = why.Reason,
        Evaluation = why.Evaluation is { } evaluation ? EvaluationJsonView.Of(evaluation) : null,
        Workflow = why.Workflow.IsNullish ? null : ApiJson.Raw(why.Workflow.ToJson()),
        Execution = why.Execution,
    };
}

/// <summary>An agent's evaluation with every number that led to it.</summary>
internal sealed record EvaluationJsonView
{
    public required string Status { get; init; }

    public string? Username { get; init; }

    public required int LastActivityCount { get; init; }

    /// <summary>Hours since the newest event; null: there is none.</summary>
    public double? ActivityFreshnessHours { get; init; }

    public required double ActivityFreshness { get; init; }

    public required double AgentOnlineProbability { get; init; }

    public required double OverallReadinessScore { get; init; }

    public string? ErrorMessage { get; init; }

    public required double EvaluationTimeMs { get; init; }

    public DateTime? EvaluatedAt { get; init; }

    /// <summary>[{type, order, base_threshold, score, threshold, eligible, error}]</summary>
    public JsonElement? Workflows { get; init; }

    public static EvaluationJsonView Of(EvaluationView evaluation) => new()
    {
        Status = evaluation.EvaluationStatus,
        Username = evaluation.Username,
        LastActivityCount = evaluation.LastActivityCount,
        ActivityFreshnessHours = evaluation.ActivityFreshnessHours,
        ActivityFreshness = evaluation.ActivityFreshness,
        AgentOnlineProbability = evaluation.AgentOnlineProbability,
        OverallReadinessScore = evaluation.OverallReadinessScore,
        ErrorMessage = evaluation.ErrorMessage,
        EvaluationTimeMs = evaluation.EvaluationTimeMs,
        EvaluatedAt = evaluation.EvaluatedAt,
        Workflows = ApiJson.Raw(evaluation.Workflows),
    };
}

/// <summary>What a cycle would do now.</summary>
internal sealed record SimulationJson(
    int AgentsEvaluated, bool IsPartial, IReadOnlyDictionary<string, int> WorkflowsEligible, IReadOnlyList<SimulatedAgentJson> Agents)
{
    public static SimulationJson Of(Simulation simulation) => new(
        simulation.Agents, simulation.IsPartial, simulation.Eligible, [.. simulation.Shown.Select(SimulatedAgentJson.Of)]);
}

/// <summary>An agent in a simulation, with every number.</summary>
internal sealed record SimulatedAgentJson
{
    public required long AgentId { get; init; }

    public required string Username { get; init; }

    public string? Error { get; init; }

    public int? LastActivityCount { get; init; }

    public double? ActivityFreshnessHours { get; init; }

    public double? ActivityFreshness { get; init; }

    public double? AgentOnlineProbability { get; init; }

    public double? OverallReadinessScore { get; init; }

    /// <summary>[{type, order, base_threshold, score, threshold, eligible, error}]</summary>
    public JsonElement? Workflows { get; init; }

    public static SimulatedAgentJson Of(SimulatedAgent agent) => Of(agent, agent.Evaluation);

    private static SimulatedAgentJson Of(SimulatedAgent agent, ReadinessEvaluation? evaluation) => new()
    {
        AgentId = agent.Id,
        Username = agent.Username,
        Error = agent.Error,
        LastActivityCount = evaluation?.LastActivityCount,
        ActivityFreshnessHours = evaluation?.HoursSinceLast,
        ActivityFreshness = evaluation?.Freshness,
        AgentOnlineProbability = evaluation?.OnlineProbability,
        OverallReadinessScore = evaluation?.Readiness,
        Workflows = evaluation is null ? null : ApiJson.Raw(EvaluationJson.All(evaluation)),
    };
}
