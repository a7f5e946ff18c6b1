using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Jobs.Agents;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Storage;
using Orchestrator.Shared;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Readiness;

namespace Orchestrator.Jobs.Autonomous;

/// <summary>
/// Evaluates agents in batches: those that are asked for at the same moment are read by one query and written by one
/// statement. An agent whose evaluation fails has that as its result; the others are not touched by it.
/// </summary>
internal sealed class Evaluator
{
    /// <summary>Agents in a batch (seed 000).</summary>
    private const int MaxBatch = 10;

    private readonly Database _database;
    private readonly CycleWorkflowCache _workflows;
    private readonly WorkflowFolder _folder;
    private readonly CycleSignal _signal;
    private readonly ILogger<Evaluator> _log;
    private readonly Coalescer<Wanted, bool> _batches;

    public Evaluator(
        Database database, CycleWorkflowCache workflows, WorkflowFolder folder, CycleSignal signal,
        OrchestratorOptions options, ILogger<Evaluator> log)
    {
        (_database, _workflows, _folder, _signal, _log) = (database, workflows, folder, signal, log);
        _batches = new Coalescer<Wanted, bool>(EvaluateAllAsync, MaxBatch, lanes: Math.Max(1, options.Autonomous.EvaluatedAgents / MaxBatch));
    }

    /// <summary>Evaluates the agent and stores what came out, unless that was done before.</summary>
    public Task EvaluateAsync(string tenant, long cycle, long agent) => _batches.SubmitAsync(new Wanted(tenant, cycle, agent));

    private async Task<IReadOnlyList<bool>> EvaluateAllAsync(IReadOnlyList<Wanted> wanted)
    {
        foreach (var group in wanted.Distinct().GroupBy(one => (one.Tenant, one.Cycle)))
        {
            var (tenant, cycle) = group.Key;
            var workflows = await _workflows.OfAsync(tenant, cycle, CancellationToken.None);
            await using var connection = await _database.Source.OpenConnectionAsync();
            var (activities, now) = await AgentActivityReader.ReadAsync(connection, tenant, [.. group.Select(one => one.Agent)], CancellationToken.None);
            var byAgent = activities.ToDictionary(one => one.Agent.Id);
            await StoreAsync(connection, [.. group.Select(one => Evaluate(one, byAgent.GetValueOrDefault(one.Agent), now, workflows))]);
        }

        // They may have been the last.
        _signal.Set();
        return new bool[wanted.Count];
    }

    private Evaluated Evaluate(Wanted wanted, AgentActivity? activity, DateTime now, IReadOnlyList<AgentWorkflow> workflows)
    {
        if (activity is null)
        {
            return new Evaluated(wanted, "skipped") { Error = "The agent is retired or gone." };
        }

        var started = Stopwatch.GetTimestamp();
        try
        {
            var result = ReadinessEvaluator.Evaluate(activity, now, _folder.Readiness, workflows);
            return new Evaluated(wanted, "completed") { Result = result, TookMs = Stopwatch.GetElapsedTime(started).TotalMilliseconds };
        }
        catch (Exception e)
        {
            Log.EvaluationFailed(_log, wanted.Agent, wanted.Cycle, e.Message);
            return new Evaluated(wanted, "error") { Error = e.Message, TookMs = Stopwatch.GetElapsedTime(started).TotalMilliseconds };
        }
    }

    private static async Task StoreAsync(NpgsqlConnection connection, Evaluated[] evaluated)
    {
        await using var command = new NpgsqlCommand(SqlText.Load("StoreEvaluations"), connection);
        command.Parameters
            .Texts(Array.ConvertAll(evaluated, one => one.Wanted.Tenant))
            .Many(Array.ConvertAll(evaluated, one => one.Wanted.Cycle), NpgsqlDbType.Bigint)
            .Many(Array.ConvertAll(evaluated, one => one.Wanted.Agent), NpgsqlDbType.Bigint)
            .Texts(Array.ConvertAll(evaluated, one => one.Status))
            .Many(Array.ConvertAll(evaluated, one => one.Result?.LastActivityCount ?? 0), NpgsqlDbType.Integer)
            .Many(Array.ConvertAll(evaluated, one => one.Result?.HoursSinceLast), NpgsqlDbType.Double)
            .Many(Array.ConvertAll(evaluated, one => one.Result?.Freshness ?? 0), NpgsqlDbType.Double)
            .Many(Array.ConvertAll(evaluated, one => one.Result?.OnlineProbability ?? 0), NpgsqlDbType.Double)
            .Many(Array.ConvertAll(evaluated, one => one.Result?.Readiness ?? 0), NpgsqlDbType.Double)
            .Texts(Array.ConvertAll(evaluated, one => one.Result is { } result ? EvaluationJson.Eligible(result) : null))
            .Texts(Array.ConvertAll(evaluated, one => one.Result is { } result ? EvaluationJson.All(result) : null))
            .Texts(Array.ConvertAll(evaluated, one => one.Error))
            .Many(Array.ConvertAll(evaluated, one => one.TookMs), NpgsqlDbType.Double);
        await command.ExecuteNonQueryAsync();
    }

    private sealed record Wanted(string Tenant, long Cycle, long Agent);

    private sealed record Evaluated(Wanted Wanted, string Status)
    {
        public ReadinessEvaluation? Result { get; init; }

        public string? Error { get; init; }

        public double TookMs { get; init; }
    }
}

/// <summary>Evaluations as they are stored and shown.</summary>
internal static class EvaluationJson
{
    /// <summary>Every workflow with the numbers that led to it.</summary>
    public static string All(ReadinessEvaluation evaluation) => Value.Array(evaluation.Workflows.Select(Of)).ToJson();

    /// <summary>Those that reach their threshold, in the order in which they start (seed 000: type, score, threshold).</summary>
    public static string Eligible(ReadinessEvaluation evaluation) => Value.Array(evaluation.Workflows.Where(one => one.Eligible).Select(one => Value.Object(
        ("type", one.Type), ("order", one.Order), ("score", one.Score!.Value), ("threshold", one.Threshold)))).ToJson();

    public static Value Of(WorkflowReadiness one) => Value.Object(
        ("type", one.Type),
        ("order", one.Order),
        ("base_threshold", one.BaseThreshold),
        ("score", one.Score is { } score ? score : Value.Null),
        ("threshold", one.Threshold),
        ("eligible", one.Eligible),
        ("error", one.Error));
}
