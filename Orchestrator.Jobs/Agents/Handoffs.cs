using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Jobs.Agents;

/// <summary>A row of <c>RunHandoffs.sql</c>: an agent task.</summary>
internal sealed record HandoffRow
{
    public required string StepId { get; init; }

    public required int Number { get; init; }

    /// <summary>With <see cref="Owners"/> its place; null: in the workflow's own body.</summary>
    public int? DefinitionStep { get; init; }

    public int[]? Owners { get; init; }

    /// <summary>When it ended; null: it has not.</summary>
    public DateTime? At { get; init; }

    /// <summary>JSON: the step's result.</summary>
    public string? Data { get; init; }

    /// <summary>JSON, as <see cref="AgentAnswers"/> makes it; null: it has not ended well.</summary>
    public string? Response { get; init; }

    public double? ExecutionMs { get; init; }

    public StepPlace? Place => DefinitionStep is { } step ? Execution.Places.Of(step, Owners!) : null;
}

/// <summary>One end of a handoff.</summary>
/// <param name="StepId">The step.</param>
/// <param name="AgentId">The agent's id; null: a built-in one, or none has done the step yet.</param>
/// <param name="Username">The agent's name; null: none has done the step yet.</param>
internal sealed record HandoffEnd(string StepId, long? AgentId, string? Username);

/// <summary>What one agent hands on to the next (seed 003).</summary>
/// <param name="From">Who.</param>
/// <param name="To">To whom; empty: no agent comes after it.</param>
/// <param name="At">When.</param>
/// <param name="Row">What.</param>
/// <param name="Accuracy">Percent; null: the agent said none.</param>
/// <param name="ValidatedBy">Who or what has checked it.</param>
internal sealed record Handoff(HandoffEnd From, IReadOnlyList<HandoffEnd> To, DateTime At, HandoffRow Row, double? Accuracy, IReadOnlyList<string> ValidatedBy);

/// <summary>
/// Handoffs are not written: each is the result of an agent task, which is there exactly once, seen with the graph of its
/// workflow. Pure.
/// </summary>
internal static class Handoffs
{
    /// <summary>Which steps of a workflow are agent tasks, by index.</summary>
    public static int[] AgentTasks(WorkflowDefinition? definition) =>
        [.. definition?.Steps.Where(step => step.Action is AgentTaskAction).Select(step => step.Index) ?? []];

    /// <param name="rows">Of the run, in the order in which they ended.</param>
    /// <param name="definition">Of the run's version; null: it can't be read any more, and nobody knows who comes next.</param>
    public static IReadOnlyList<Handoff> Of(IReadOnlyList<HandoffRow> rows, WorkflowDefinition? definition)
    {
        var done = rows.Where(row => row.Response is not null).ToArray();
        var ends = new Dictionary<string, HandoffEnd>();
        foreach (var row in done)
        {
            var agent = Value.Parse(row.Response!)["agent"];
            ends[row.StepId] = new HandoffEnd(row.StepId, agent["id"].Kind == ValueKind.Number ? (long)agent["id"].AsNumber() : null, agent["username"].ToText());
        }

        var next = definition is null ? null : new NextAgents(definition, rows.Select(row => row.Place).OfType<StepPlace>());
        return [.. done.Select(row =>
        {
            var response = Value.Parse(row.Response!);
            var after = next?.After(row.Number, row.Place) ?? [];
            return new Handoff(
                ends[row.StepId], [.. after.Select(id => ends.GetValueOrDefault(id) ?? new HandoffEnd(id, null, null))], row.At!.Value, row,
                response["accuracy"].Kind == ValueKind.Number ? response["accuracy"].AsNumber() : null,
                [.. response["validated_by"].AsArray().Select(one => one.ToText())]);
        })];
    }
}
