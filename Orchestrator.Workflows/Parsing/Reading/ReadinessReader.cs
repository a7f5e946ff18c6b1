using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Yaml;
using Orchestrator.Workflows.Readiness;

namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>Reads a workflow's <c>readiness</c>.</summary>
internal static class ReadinessReader
{
    private const int MaxOrder = 1_000_000;
    private const double MaxThreshold = 1000;

    public static FieldTable<ReadinessDraft> Fields { get; } = new(
        Field<ReadinessDraft>.Integer("order", 0, MaxOrder, (draft, order) => draft.Order = order),
        Field<ReadinessDraft>.Number("base_threshold", 0, MaxThreshold, (draft, threshold) => draft.BaseThreshold = threshold),
        new Field<ReadinessDraft>("score", Shape.Any, (draft, value) => draft.Score = value.Expression([], ReadinessFunctions.Vocabulary)),
        new Field<ReadinessDraft>("event", Shape.Text, (draft, value) => draft.Event = ReadEvent(value)));

    /// <summary>Null, with an error reported, where there is no sound score.</summary>
    public static ReadinessRule? Read(FieldValue value)
    {
        var draft = new ReadinessDraft();
        Fields.Read(draft, value);
        if (value.Node is MappingNode mapping && !mapping.Entries.Any(entry => Fields.Find(entry.Key)?.Name == "score"))
        {
            value.Error("`score` is missing", "Add `score:` with an expression that gives a number, such as Math.min(hoursSince('post_liked', 24) / 6, 1).");
        }

        return draft.Score is not { } score ? null : new ReadinessRule
        {
            Order = draft.Order,
            BaseThreshold = draft.BaseThreshold,
            Score = score,
            Event = draft.Event,
        };
    }

    private static string? ReadEvent(FieldValue value)
    {
        var type = value.Name();
        if (type?.Length > AgentEvent.MaxTypeLength)
        {
            value.Error($"the event's type has {type.Length} characters, more than the {AgentEvent.MaxTypeLength} that it may have");
        }

        return type;
    }
}

/// <summary>The fields of one <c>readiness</c> as given.</summary>
internal sealed class ReadinessDraft
{
    public int Order { get; set; } = ReadinessRule.DefaultOrder;

    public double BaseThreshold { get; set; } = ReadinessRule.DefaultBaseThreshold;

    public Expression? Score { get; set; }

    public string? Event { get; set; }
}
