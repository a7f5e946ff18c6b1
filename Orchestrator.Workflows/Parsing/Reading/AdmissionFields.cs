using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>The fields that say when a step may start: <c>rate_limit</c> and <c>exclusive</c>.</summary>
internal static class AdmissionFields
{
    private const string OfRun = "run:";

    private static readonly FieldTable<RateLimitDraft> Fields = new(
        new Field<RateLimitDraft>("key", Shape.Text, (draft, value) => draft.Key = ReadName(value, draft.Mentions)),
        Field<RateLimitDraft>.Number("capacity", RateLimit.MinCapacity, RateLimit.MaxCapacity, (draft, capacity) => draft.Capacity = capacity),
        Field<RateLimitDraft>.Number(
            "refill_per_second", RateLimit.MinRefill, RateLimit.MaxRefill, (draft, refill) => draft.RefillPerSecond = refill) with
        { Aliases = ["refill_rate"] });

    public static Field<TTarget> RateLimitField<TTarget>(Action<TTarget, RateLimitDraft> assign) =>
        new("rate_limit", Shape.Object(() => Fields), (target, value) => assign(target, ReadRateLimit(value)));

    public static Field<StepDraft> Exclusive { get; } = new("exclusive", Shape.Text, (step, value) =>
    {
        if (ReadName(value, step.Mentions) is { } name)
        {
            var isOfRun = ((ScalarNode)value.Node).Text.StartsWith(OfRun, StringComparison.Ordinal);
            if (isOfRun && ((ScalarNode)value.Node).Text.Length == OfRun.Length)
            {
                value.Error("there is no name after `run:`", "Write it like run:ledger, a lock of this run, or ledger, one of all runs.");
            }

            step.Exclusive = new ExclusiveLock(name, isOfRun);
        }
    });

    private static RateLimitDraft ReadRateLimit(FieldValue value)
    {
        var draft = new RateLimitDraft();
        Fields.Read(draft, value);
        var given = (value.Node as MappingNode)?.Entries;
        foreach (var field in Fields.Fields.Where(field => given?.Any(entry => Fields.Find(entry.Key) == field) == false))
        {
            value.Error($"`{field.Name}` is missing", "Write it like { key: \"user:{{ run.user_id }}\", capacity: 10, refill_per_second: 0.5 }.");
        }

        return draft;
    }

    /// <summary>A name that steps share: text, with expressions in it or without.</summary>
    private static Template? ReadName(FieldValue value, ICollection<Mention> mentions)
    {
        if (value.Name() is not { } text)
        {
            return null;
        }

        if (text.Length > RateLimit.MaxKeyLength && !text.Contains("{{", StringComparison.Ordinal))
        {
            value.Error($"it has {text.Length} characters; {RateLimit.MaxKeyLength} are allowed");
        }

        return value.Template(mentions);
    }
}

/// <summary>A <c>rate_limit</c> as given.</summary>
internal sealed class RateLimitDraft
{
    public Template? Key { get; set; }

    public double? Capacity { get; set; }

    public double? RefillPerSecond { get; set; }

    /// <summary>The steps that the key names.</summary>
    public List<Mention> Mentions { get; } = [];

    /// <summary>Null: something is missing or wrong, which is reported.</summary>
    public RateLimit? Build() => Key is not null && Capacity is { } capacity && RefillPerSecond is { } refill
        ? new RateLimit(Key, capacity, refill)
        : null;
}
