using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>The field <c>config.concurrency</c>: how many runs may be open at a time.</summary>
internal static class ConcurrencyFields
{
    /// <summary>What is known when a run is dispatched.</summary>
    private static readonly string[] Known = [RootNames.Inputs, RootNames.Variables, RootNames.Run, RootNames.User, RootNames.Tenant];

    private static readonly Dictionary<string, OnLimit> Words = new(StringComparer.Ordinal)
    {
        ["queue"] = OnLimit.Queue,
        ["skip"] = OnLimit.Skip,
        ["cancel_running"] = OnLimit.CancelRunning,
    };

    private static readonly FieldTable<Draft> Fields = new(
        new Field<Draft>("key", Shape.Text, (draft, value) => draft.Key = ReadKey(value)),
        Field<Draft>.Integer("limit", 1, ConcurrencyLimit.MaxLimit, (draft, limit) => draft.Limit = limit),
        new Field<Draft>("on_limit", Shape.OneOf(Words.Keys), (draft, value) => draft.OnLimit = value.Word(Words) ?? OnLimit.Queue));

    public static Field<WorkflowDraft> Field { get; } = new("concurrency", Shape.Object(() => Fields), (draft, value) =>
    {
        var given = new Draft();
        Fields.Read(given, value);
        if (value.Node is MappingNode mapping && !mapping.Entries.Any(entry => Fields.Find(entry.Key)?.Name == "limit"))
        {
            value.Error("`limit` is missing", "How many runs may be open at a time: { limit: 1, on_limit: queue }.");
        }

        draft.Config = draft.Config with { Concurrency = new ConcurrencyLimit(given.Key, given.Limit, given.OnLimit) };
    });

    private static Template? ReadKey(FieldValue value)
    {
        if (value.Name() is not { } text)
        {
            return null;
        }

        var template = value.Template([]);
        if (template is { IsConstant: true } && text.Length > RateLimit.MaxKeyLength)
        {
            value.Error($"it has {text.Length} characters; {RateLimit.MaxKeyLength} are allowed");
        }

        foreach (var root in (template?.References ?? References.None).Roots.Except(Known).Order(StringComparer.Ordinal))
        {
            value.Error($"`{root}` is not known before the run starts", $"A key is made from {string.Join(", ", Known.Select(one => $"`{one}`"))}.");
        }

        return template;
    }

    private sealed class Draft
    {
        public Template? Key { get; set; }

        public int Limit { get; set; } = 1;

        public OnLimit OnLimit { get; set; }
    }
}
