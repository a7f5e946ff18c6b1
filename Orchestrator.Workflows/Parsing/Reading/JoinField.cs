using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>The field <c>join</c>: a word, or <c>{need, rest}</c>.</summary>
internal static class JoinField
{
    private static readonly Dictionary<string, Join> Words = new(StringComparer.Ordinal)
    {
        ["all"] = Join.All,
        ["any"] = Join.Any,
        ["all_done"] = Join.AllDone,
    };

    private static readonly Dictionary<string, bool> Rests = new(StringComparer.Ordinal) { ["ignore"] = false, ["cancel"] = true };

    private static readonly FieldTable<Draft> Fields = new(
        Field<Draft>.Integer("need", 1, FileLimits.MaxSteps, (draft, needed) => draft.Needed = needed),
        Field<Draft>.Word("rest", Rests, (draft, cancels) => draft.Cancels = cancels));

    public static Shape Shape { get; } = Shape.Either(Shape.OneOf(Words.Keys), Shape.Object(() => Fields));

    public static Join? Read(FieldValue value)
    {
        if (value.Node is not MappingNode)
        {
            return value.Word(Words);
        }

        var draft = new Draft();
        Fields.Read(draft, value);
        if (draft.Needed is { } needed)
        {
            return new Join(JoinKind.Some, needed, draft.Cancels);
        }

        if (value.Report.Errors == 0)
        {
            value.Error("`need` is missing", "How many have to end well: { need: 2, rest: cancel }.");
        }

        return null;
    }

    private sealed class Draft
    {
        public int? Needed { get; set; }

        public bool Cancels { get; set; }
    }
}
