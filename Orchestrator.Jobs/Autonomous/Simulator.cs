using Dapper;
using Orchestrator.Jobs.Agents;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Readiness;

namespace Orchestrator.Jobs.Autonomous;

/// <summary>What to simulate.</summary>
internal sealed record SimulationWish
{
    public required string Tenant { get; init; }

    /// <summary>These agents; empty: all that are not retired.</summary>
    public IReadOnlyList<long> Agents { get; init; } = [];

    /// <summary>These workflows; empty: all with a readiness block.</summary>
    public IReadOnlyList<string> Workflows { get; init; } = [];

    /// <summary>Base thresholds to take in place of the workflows' own, by key; of the key <c>*</c> for all others.</summary>
    public IReadOnlyDictionary<string, double> BaseThresholds { get; init; } = new Dictionary<string, double>();

    /// <summary>The most agents that are evaluated.</summary>
    public required int MaxAgents { get; init; }

    /// <summary>Agents whose numbers are in the answer.</summary>
    public required int Shown { get; init; }
}

/// <summary>An agent in a simulation.</summary>
internal sealed record SimulatedAgent(long Id, string Username, ReadinessEvaluation? Evaluation, string? Error);

/// <summary>What a cycle would do now.</summary>
/// <param name="Agents">Agents that were evaluated.</param>
/// <param name="IsPartial">There are more agents than were evaluated.</param>
/// <param name="Eligible">Agents that each workflow would be started for, by key.</param>
/// <param name="Shown">The first agents for which something would be started, then others.</param>
internal sealed record Simulation(int Agents, bool IsPartial, IReadOnlyDictionary<string, int> Eligible, IReadOnlyList<SimulatedAgent> Shown);

/// <summary>Says what a cycle would do now, or with other thresholds, by the same calculation; writes nothing.</summary>
internal sealed class Simulator(Database database, CycleWorkflows workflows, WorkflowFolder folder)
{
    private const int Page = 500;

    public async Task<Simulation> RunAsync(SimulationWish wish, CancellationToken cancellationToken)
    {
        var scored = await WorkflowsAsync(wish, cancellationToken);
        var eligible = scored.ToDictionary(one => one.Key, _ => 0);
        var (started, others) = (new List<SimulatedAgent>(), new List<SimulatedAgent>());
        var count = 0;
        long? after = 0;
        while (count < wish.MaxAgents && after is { } last)
        {
            var page = await NextAsync(wish, last, Math.Min(Page, wish.MaxAgents - count), cancellationToken);
            after = page.Length == 0 ? null : page[^1];
            await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
            var (activities, now) = await AgentActivityReader.ReadAsync(connection, wish.Tenant, page, cancellationToken);
            foreach (var activity in activities)
            {
                count++;
                Add(Evaluate(activity, now, scored), wish.Shown, eligible, started, others);
            }
        }

        var isPartial = after is { } end && (await NextAsync(wish, end, 1, cancellationToken)).Length > 0;
        return new Simulation(count, isPartial, eligible, [.. started.Concat(others).Take(wish.Shown)]);
    }

    private static void Add(
        SimulatedAgent agent, int shown, Dictionary<string, int> eligible, List<SimulatedAgent> started, List<SimulatedAgent> others)
    {
        var starts = agent.Evaluation?.Workflows.Where(one => one.Eligible).ToArray() ?? [];
        foreach (var one in starts)
        {
            eligible[one.Type]++;
        }

        var list = starts.Length > 0 ? started : others;
        if (list.Count < shown)
        {
            list.Add(agent);
        }
    }

    private SimulatedAgent Evaluate(AgentActivity activity, DateTime now, IReadOnlyList<AgentWorkflow> scored)
    {
        try
        {
            var evaluation = ReadinessEvaluator.Evaluate(activity, now, folder.Readiness, scored);
            return new SimulatedAgent(activity.Agent.Id, activity.Agent.Username, evaluation, null);
        }
        catch (EvaluationException e)
        {
            return new SimulatedAgent(activity.Agent.Id, activity.Agent.Username, null, e.Message);
        }
    }

    private async Task<IReadOnlyList<AgentWorkflow>> WorkflowsAsync(SimulationWish wish, CancellationToken cancellationToken)
    {
        string heads;
        await using (var connection = await database.Source.OpenConnectionAsync(cancellationToken))
        {
            heads = await CycleStart.WorkflowsAsync(wish.Tenant, connection, null, cancellationToken);
        }

        return
        [
            .. (await workflows.OfAsync(wish.Tenant, heads, cancellationToken))
                .Where(one => wish.Workflows.Count == 0 || wish.Workflows.Contains(one.Key))
                .Select(one => one with { Rule = With(one, wish.BaseThresholds) }),
        ];
    }

    private static ReadinessRule With(AgentWorkflow workflow, IReadOnlyDictionary<string, double> thresholds) =>
        thresholds.TryGetValue(workflow.Key, out var threshold) || thresholds.TryGetValue("*", out threshold)
            ? workflow.Rule with { BaseThreshold = threshold }
            : workflow.Rule;

    private async Task<long[]> NextAsync(SimulationWish wish, long after, int limit, CancellationToken cancellationToken)
    {
        if (wish.Agents.Count > 0)
        {
            return [.. wish.Agents.Distinct().Where(id => id > after).Order().Take(limit)];
        }

        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<long>(new CommandDefinition(
            SqlText.Load("NextAgents"), new { wish.Tenant, after, limit }, cancellationToken: cancellationToken))];
    }
}
