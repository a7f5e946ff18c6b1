using Dapper;
using Npgsql;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Autonomous;

/// <summary>Where a cycle stands.</summary>
internal sealed record CycleRow
{
    public required long Id { get; init; }

    public required string JobType { get; init; }

    public required string Status { get; init; }

    public required string Phase { get; init; }

    public required long CursorAgentId { get; init; }

    public long? FencingToken { get; init; }

    /// <summary>[{key, version}]</summary>
    public required string Workflows { get; init; }
}

/// <summary>What is to be started now.</summary>
internal sealed record DueExecution
{
    public required long Id { get; init; }

    public required long AgentId { get; init; }

    public required string WorkflowType { get; init; }

    public required double Score { get; init; }

    public required double Threshold { get; init; }

    public required double Readiness { get; init; }

    public string? Username { get; init; }

    public string? About { get; init; }

    public string? SystemPrompt { get; init; }

    public string[]? Capabilities { get; init; }

    /// <summary>active, retired, or gone.</summary>
    public required string AgentStatus { get; init; }
}

/// <summary>The statements of a cycle, in the transaction of one of its steps.</summary>
internal sealed class CycleRows(string tenant, long job, NpgsqlTransaction transaction)
{
    public string Tenant => tenant;

    public long Job => job;

    public NpgsqlTransaction Transaction => transaction;

    /// <summary>Null: another driver is at it, or it has ended.</summary>
    public Task<CycleRow?> LockAsync() => Connection.QuerySingleOrDefaultAsync<CycleRow>(Command("LockCycle", new { tenant, job }));

    public Task BeginAsync(long token) => ExecuteAsync("BeginCycle", new { tenant, job, token });

    public Task MoveAsync(string phase, long cursor) => ExecuteAsync("MoveCycle", new { tenant, job, phase, cursor });

    public async Task<long[]> NextAgentsAsync(long after, int limit) =>
        [.. await Connection.QueryAsync<long>(Command("NextAgents", new { tenant, after, limit }))];

    public Task InsertEvaluationsAsync(long[] agents, long[] hangfireJobs) =>
        ExecuteAsync("InsertEvaluations", new { tenant, job, agents, hangfireJobs });

    public Task<bool> HasOpenEvaluationsAsync() => ScalarAsync<bool>("HasOpenEvaluations", new { tenant, job });

    public async Task<long[]> LostEvaluationsAsync(int limit) =>
        [.. await Connection.QueryAsync<long>(Command("LostEvaluations", new { tenant, job, limit }))];

    public Task SetEvaluationJobsAsync(long[] agents, long[] hangfireJobs) =>
        ExecuteAsync("SetEvaluationJobs", new { tenant, job, agents, hangfireJobs });

    /// <summary>The last agent that was looked at; null: there is none after <paramref name="after"/>.</summary>
    public Task<long?> PlanAsync(long after, int limit) => ScalarAsync<long?>("PlanExecutions", new { tenant, job, after, limit });

    public Task<int> SettleAsync(TimeSpan minDelay, TimeSpan maxDelay, string[] types, string[] events) =>
        ScalarAsync<int>("SettleExecutions", new { tenant, job, minDelay, maxDelay, types, events });

    public Task<int> AdmitAsync(int limit) => ExecuteAsync("AdmitAgents", new { tenant, job, limit });

    public async Task<IReadOnlyList<DueExecution>> DueAsync(int limit) =>
        [.. await Connection.QueryAsync<DueExecution>(Command("DueExecutions", new { tenant, job, limit }))];

    public Task StartedAsync(long[] ids, Guid[] runs) => ExecuteAsync("ExecutionsStarted", new { tenant, ids, runs });

    public Task SkippedAsync(long[] ids, string[] reasons) => ExecuteAsync("ExecutionsSkipped", new { tenant, ids, reasons });

    public Task<(bool IsOpen, double? NextDueMs)> WaitAsync() =>
        Connection.QuerySingleAsync<(bool IsOpen, double? NextDueMs)>(Command("CycleWait", new { tenant, job }));

    /// <param name="error">Why it is given up; null: it is done.</param>
    public async Task EndAsync(string? error)
    {
        if (error is not null)
        {
            await ExecuteAsync("SkipRest", new { tenant, job, reason = "The cycle was given up." });
        }

        await ExecuteAsync("EndCycle", new { tenant, job, error });
    }

    private NpgsqlConnection Connection => transaction.Connection!;

    private CommandDefinition Command(string statement, object values) => new(SqlText.Load(statement), values, transaction);

    private Task<int> ExecuteAsync(string statement, object values) => Connection.ExecuteAsync(Command(statement, values));

    private Task<T?> ScalarAsync<T>(string statement, object values) => Connection.ExecuteScalarAsync<T>(Command(statement, values));
}
