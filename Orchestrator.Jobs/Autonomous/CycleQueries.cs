using Dapper;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Autonomous;

/// <summary>A cycle as it is shown (<c>autonomous_jobs</c>, seed 000).</summary>
internal sealed record CycleView
{
    public required long Id { get; init; }

    public required string JobType { get; init; }

    public required string Status { get; init; }

    public required string Phase { get; init; }

    public required int Priority { get; init; }

    public required DateTime ScheduledAt { get; init; }

    public DateTime? StartedAt { get; init; }

    public DateTime? CompletedAt { get; init; }

    public required int TotalAgentsProcessed { get; init; }

    public required int TotalWorkflowsEvaluated { get; init; }

    public required int TotalWorkflowsExecuted { get; init; }

    public required long ExecutionTimeMs { get; init; }

    public string? ErrorMessage { get; init; }

    public string? Metadata { get; init; }

    /// <summary>[{key, version}]</summary>
    public required string Workflows { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required DateTime UpdatedAt { get; init; }
}

/// <summary>Numbers of a cycle's evaluations.</summary>
internal sealed record CycleStats
{
    public required long TotalEvaluations { get; init; }

    public required long CompletedEvaluations { get; init; }

    public required long FailedEvaluations { get; init; }

    public required long AgentsWithWorkflows { get; init; }
}

/// <summary>How many executions of a workflow stand so.</summary>
internal sealed record CycleExecutions
{
    public required string WorkflowType { get; init; }

    public required string ExecutionStatus { get; init; }

    public required long Count { get; init; }
}

/// <summary>An agent's evaluation with the numbers that led to it.</summary>
internal sealed record EvaluationView
{
    public required long AgentId { get; init; }

    public string? Username { get; init; }

    public required string AgentStatus { get; init; }

    public required string EvaluationStatus { get; init; }

    public required int LastActivityCount { get; init; }

    public double? ActivityFreshnessHours { get; init; }

    public required double ActivityFreshness { get; init; }

    public required double AgentOnlineProbability { get; init; }

    public required double OverallReadinessScore { get; init; }

    /// <summary>[{type, order, base_threshold, score, threshold, eligible, error}]; null: not evaluated yet.</summary>
    public string? Workflows { get; init; }

    public string? ErrorMessage { get; init; }

    public required double EvaluationTimeMs { get; init; }

    public DateTime? EvaluatedAt { get; init; }
}

/// <summary>What became of a workflow that an agent was to be given.</summary>
internal sealed record ExecutionView
{
    public required int Place { get; init; }

    public required string State { get; init; }

    public DateTime? DueAt { get; init; }

    public required string ExecutionStatus { get; init; }

    public string? ErrorMessage { get; init; }

    public Guid? WorkflowRunId { get; init; }

    public DateTime? StartedAt { get; init; }

    public DateTime? CompletedAt { get; init; }

    public required long AgentsBefore { get; init; }
}

/// <summary>Reads cycles for those who watch them.</summary>
internal sealed class CycleQueries(Database database)
{
    public Task<CycleView?> FindAsync(string tenant, long job, CancellationToken cancellationToken) =>
        OneAsync<CycleView>("ReadCycle", new { tenant, job }, cancellationToken);

    /// <summary>Newest first, before <paramref name="before"/>.</summary>
    public Task<IReadOnlyList<CycleView>> ListAsync(string tenant, long before, int limit, CancellationToken cancellationToken) =>
        ManyAsync<CycleView>("ListCycles", new { tenant, before, limit }, cancellationToken);

    public async Task<CycleStats> StatsAsync(string tenant, long job, CancellationToken cancellationToken) =>
        (await OneAsync<CycleStats>("CycleStats", new { tenant, job }, cancellationToken))!;

    public Task<IReadOnlyList<CycleExecutions>> ExecutionsAsync(string tenant, long job, CancellationToken cancellationToken) =>
        ManyAsync<CycleExecutions>("CycleExecutions", new { tenant, job }, cancellationToken);

    public Task<EvaluationView?> EvaluationAsync(string tenant, long job, long agent, CancellationToken cancellationToken) =>
        OneAsync<EvaluationView>("ReadEvaluation", new { tenant, job, agent }, cancellationToken);

    public Task<ExecutionView?> ExecutionAsync(string tenant, long job, long agent, string workflow, CancellationToken cancellationToken) =>
        OneAsync<ExecutionView>("ReadExecution", new { tenant, job, agent, workflow }, cancellationToken);

    /// <summary>Null: there is no such agent.</summary>
    public Task<string?> AgentStatusAsync(string tenant, long agent, CancellationToken cancellationToken) =>
        OneAsync<string>("FindAgentStatus", new { tenant, agent }, cancellationToken);

    private async Task<T?> OneAsync<T>(string statement, object values, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<T>(new CommandDefinition(SqlText.Load(statement), values, cancellationToken: cancellationToken));
    }

    private async Task<IReadOnlyList<T>> ManyAsync<T>(string statement, object values, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<T>(new CommandDefinition(SqlText.Load(statement), values, cancellationToken: cancellationToken))];
    }
}
