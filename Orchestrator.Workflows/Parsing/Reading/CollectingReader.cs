using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Parsing.Fields;

namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>Reads how a trigger collects events.</summary>
internal static class CollectingReader
{
    public static Shape Wait { get; } = Shape.Integer(1, int.MaxValue);

    public static FieldTable<BatchDraft> Fields { get; } = new(
        Field<BatchDraft>.Integer("size", 1, Collecting.MaxBatch, (draft, size) => draft.Size = size),
        Field<BatchDraft>.Milliseconds("ms", 1, (draft, time) => draft.Within = time));

    public static Collecting.Batch? Read(FieldValue value)
    {
        var draft = new BatchDraft();
        var before = value.Report.Errors;
        Fields.Read(draft, value);
        if (value.Report.Errors == before && (draft.Size is null || draft.Within is null))
        {
            value.Error("a batch needs `size` and `ms`", "Such as { size: 100, ms: 60000 }: a run for 100 events, or a minute after the first.");
        }

        return draft is { Size: { } size, Within: { } within } ? new Collecting.Batch(size, within) : null;
    }
}

/// <summary>The fields of one batch as given.</summary>
internal sealed class BatchDraft
{
    public int? Size { get; set; }

    public TimeSpan? Within { get; set; }
}
