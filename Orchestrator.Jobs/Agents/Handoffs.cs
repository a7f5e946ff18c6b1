using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Agents;

/// <summary>A row of <c>RunHandoffs.sql</c>: an agent task that ended well.</summary>
internal sealed record HandoffRow
{
    public required string StepId { get; init; }

    public required int StepIndex { get; init; }

    public required DateTime At { get; init; }

    /// <summary>JSON: the step's result.</summary>
    public string? Data { get; init; }

    /// <summary>JSON, as <see cref="AgentAnswers"/> makes it.</summary>
    public required string Response { get; init; }

    public double? ExecutionMs { get; init; }
}

/// <summary>One end of a handoff.</summary>
/// <param name="StepId">The step.</param>
/// <param name="AgentId">The agent's id; null: a built-in one, or none has done the step yet.</param>
/// <param name="Username">The agent's name; null: none has done the step yet.</param>
internal sealed record HandoffEnd(string StepId, long? AgentId, string? Username);

/// <summary>What one agent hands on to the next (seed 003).</summary>
/// <param name="From">Who.</param>
/// <param name="To">To whom; empty: no agent comes after it.</param>
/// <param name="Row">When, and what.</param>
/// <param name="Accuracy">Percent; null: the agent said none.</param>
/// <param name="ValidatedBy">Who or what has checked it.</param>
internal sealed record Handoff(HandoffEnd From, IReadOnlyList<HandoffEnd> To, HandoffRow Row, double? Accuracy, IReadOnlyList<string> ValidatedBy);

/// <summary>
/// Handoffs are not written: each is the result of an agent task, which is there exactly once, seen with the graph of its
/// workflow. Pure.
/// </summary>
internal static class Handoffs
{
    /// <param name="rows">Of the run, in the order in which they ended.</param>
    /// <param name="definition">Of the run's version; null: it can't be read any more, and nobody knows who comes next.</param>
    public static IReadOnlyList<Handoff> Of(IReadOnlyList<HandoffRow> rows, WorkflowDefinition? definition)
    {
        var ends = new Dictionary<string, HandoffEnd>();
        foreach (var row in rows)
        {
            var agent = Value.Parse(row.Response)["agent"];
            ends[row.StepId] = new HandoffEnd(row.StepId, agent["id"].Kind == ValueKind.Number ? (long)agent["id"].AsNumber() : null, agent["username"].ToText());
        }

        var indexes = definition?.Steps.ToDictionary(step => step.Id, step => step.Index) ?? [];
        return [.. rows.Select(row =>
        {
            var response = Value.Parse(row.Response);
            var next = definition is not null && indexes.TryGetValue(row.StepId, out var step) ? NextAgents(definition, step) : [];
            return new Handoff(
                ends[row.StepId], [.. next.Select(id => ends.GetValueOrDefault(id) ?? new HandoffEnd(id, null, null))], row,
                response["accuracy"].Kind == ValueKind.Number ? response["accuracy"].AsNumber() : null,
                [.. response["validated_by"].AsArray().Select(one => one.ToText())]);
        })];
    }

    /// <summary>The next agent tasks down the graph, through steps of other types, in the order of the file.</summary>
    public static IReadOnlyList<string> NextAgents(WorkflowDefinition definition, int step)
    {
        var (seen, agents) = (new HashSet<int>(), new SortedSet<int>());
        var open = new Stack<int>(definition.Graph.Children(step));
        while (open.TryPop(out var next))
        {
            if (!seen.Add(next))
            {
                continue;
            }

            if (definition.Steps[next].Action is AgentTaskAction)
            {
                agents.Add(next);
                continue;
            }

            foreach (var child in definition.Graph.Children(next))
            {
                open.Push(child);
            }
        }

        return [.. agents.Select(index => definition.Steps[index].Id)];
    }
}
