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

    /// <summary>Joins of other languages: why there are none such here, and what there is.</summary>
    private static readonly Dictionary<string, (string Message, string Hint)> Foreign = new(StringComparer.OrdinalIgnoreCase)
    {
        ["each"] = RunsOnce,
        ["every"] = RunsOnce,
        ["multi"] = RunsOnce,
        ["multi_merge"] = RunsOnce,
        ["or"] = Knows,
        ["sync"] = Knows,
        ["and"] = ("`and` is called `all` here", "Write join: all."),
        ["xor"] = ("`xor` is called `all` after a choice here: what was not taken is absent", "Write join: all, or join: any for the first."),
    };

    private static readonly FieldTable<Draft> Fields = new(
        Field<Draft>.Integer("need", 1, FileLimits.MaxSteps, (draft, needed) => draft.Needed = needed),
        Field<Draft>.Word("rest", Rests, (draft, cancels) => draft.Cancels = cancels));

    private static (string Message, string Hint) RunsOnce => (
        "a step starts once, not once for each of those that it waits for",
        "Run it with each of them: a `for_each` whose steps include it, or a second step with an id of its own.");

    private static (string Message, string Hint) Knows => (
        "a join knows only what can still come along `depends_on`, not what a whole run may still bring",
        "Write join: all: ways that were not taken count as absent. What repeats goes into a `loop`, and the join after it.");

    public static Shape Shape { get; } = Shape.Either(Shape.OneOf(Words.Keys), Shape.Object(() => Fields));

    public static Join? Read(FieldValue value)
    {
        if (value.Node is ScalarNode { Text: var word } && Foreign.TryGetValue(word, out var foreign))
        {
            value.Error(foreign.Message, foreign.Hint);
            return null;
        }

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
