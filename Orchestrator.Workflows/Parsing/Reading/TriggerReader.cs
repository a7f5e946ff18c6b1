using System.Text.RegularExpressions;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Fields;

namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>Reads <c>trigger</c> or <c>triggers</c>.</summary>
internal static class TriggerReader
{
    private const string SecretName = "^[A-Z][A-Z0-9_]{0,99}$";

    private static readonly string[] Supported = ["manual", "cron", "event", "cron_or_event", "webhook", "workflow"];
    private static readonly Dictionary<string, Misfire> Misfires = new(StringComparer.Ordinal)
    {
        ["once"] = Misfire.Once,
        ["all"] = Misfire.All,
        ["skip"] = Misfire.Skip,
    };

    private static readonly Dictionary<string, int> PrefixNumbers =
        RunEnd.Prefixes.Keys.Select((word, number) => (word, number)).ToDictionary(one => one.word, one => one.number, StringComparer.Ordinal);

    public static FieldTable<TriggerDraft> Fields { get; } = new(
        new Field<TriggerDraft>("type", Shape.OneOf(Supported), (draft, value) => draft.Type = ReadType(value)),
        new Field<TriggerDraft>("cron", Shape.Text, (draft, value) => draft.Cron = ReadCron(draft, value)),
        new Field<TriggerDraft>("timezone", Shape.Text, (draft, value) => draft.TimeZone = ReadZone(draft, value)),
        new Field<TriggerDraft>("event_types", Shape.OneOrMore(Shape.Text), (draft, value) => draft.EventTypes = ReadEvents(draft, value)),
        new Field<TriggerDraft>("secret", Shape.Matching(SecretName), (draft, value) => draft.Secret = ReadSecret(draft, value)),
        new Field<TriggerDraft>("misfire", Shape.OneOf(Misfires.Keys), (draft, value) => (draft.MisfireField, draft.Misfire) = (value, value.Word(Misfires))),
        new Field<TriggerDraft>("match", Shape.Text, (draft, value) => (draft.MatchField, draft.Match) = (value, value.Expression([], Vocabulary.OfMatch))),
        new Field<TriggerDraft>("on", Shape.OneOrMore(Shape.OneOf(RunEnd.Prefixes.Keys)), (draft, value) => (draft.OnField, draft.On) = (value, ReadOn(value))),
        new Field<TriggerDraft>("workflow_key", Shape.OneOrMore(Shape.Matching(WorkflowReader.KeyPattern)), (draft, value) => draft.Workflows = ReadWorkflows(draft, value)),
        new Field<TriggerDraft>("debounce_ms", CollectingReader.Wait, (draft, value) => (draft.DebounceField, draft.Debounce) = (value, value.Milliseconds(1))),
        new Field<TriggerDraft>("batch", Shape.Object(() => CollectingReader.Fields), (draft, value) => (draft.BatchField, draft.Batch) = (value, CollectingReader.Read(value))));

    public static List<Trigger> Read(FieldValue value)
    {
        var triggers = new List<Trigger>();
        foreach (var one in value.OneOrMore())
        {
            var draft = new TriggerDraft();
            Fields.Read(draft, one);
            if (one.Node is Yaml.MappingNode)
            {
                triggers.AddRange(Build(draft, one));
            }
        }

        return triggers;
    }

    private static IEnumerable<Trigger> Build(TriggerDraft draft, FieldValue value)
    {
        var byCron = draft.Type is "cron" or "cron_or_event";
        var byEvent = draft.Type is "event" or "cron_or_event";
        var byRun = draft.Type == "workflow";
        if (draft.Type is null)
        {
            if (!draft.HasType)
            {
                value.Error("the trigger has no `type`", $"Add one of {string.Join(", ", Supported)}.");
            }

            return [];
        }

        Require(value, draft.CronField, byCron, "cron", draft.Type);
        Require(value, draft.EventField, byEvent, "event_types", draft.Type);
        Require(value, draft.SecretField, draft.Type == "webhook", "secret", draft.Type);
        Refuse(draft.ZoneField, byCron, "timezone", draft.Type);
        Refuse(draft.MisfireField, byCron, "misfire", draft.Type);
        Require(value, draft.OnField, byRun, "on", draft.Type);
        Require(value, draft.WorkflowsField, byRun, "workflow_key", draft.Type);
        Refuse(draft.MatchField, byEvent || byRun, "match", draft.Type);
        Refuse(draft.DebounceField, byEvent || byRun, "debounce_ms", draft.Type);
        Refuse(draft.BatchField, byEvent || byRun, "batch", draft.Type);
        if (draft is { DebounceField: not null, BatchField: { } batch })
        {
            batch.Error("`batch` and `debounce_ms` exclude each other", "Remove one of the two.");
        }

        var collecting = draft.Batch ?? (draft.Debounce is { } quiet ? new Collecting.Debounce(quiet) : null as Collecting);
        return
        [
            .. draft.Type == "manual" ? [new ManualTrigger()] : Array.Empty<Trigger>(),
            .. byCron && draft.Cron is { } cron ? [new CronTrigger(cron, draft.TimeZone ?? "UTC", draft.Misfire ?? Misfire.Once)] : Array.Empty<Trigger>(),
            .. byEvent && draft.EventTypes is { } events ? [new EventTrigger(events, draft.Match, collecting)] : Array.Empty<Trigger>(),
            .. byRun ? Ends(draft, collecting) : [],
            .. draft is { Type: "webhook", Secret: { } secret } ? [new WebhookTrigger(secret)] : Array.Empty<Trigger>(),
        ];
    }

    /// <summary>The ends of runs are events: their types are all that this trigger waits for.</summary>
    private static IEnumerable<Trigger> Ends(TriggerDraft draft, Collecting? collecting)
    {
        if (draft is { On: { Count: > 0 } on, Workflows: { Count: > 0 } workflows })
        {
            yield return new EventTrigger([.. on.SelectMany(prefix => workflows, (prefix, key) => prefix + key)], draft.Match, collecting);
        }
    }

    /// <summary>A workflow that waits for its own runs' ends would start itself again and again.</summary>
    public static void CheckOwnEnds(FieldValue value, IReadOnlyList<Trigger> triggers, string key)
    {
        if (triggers.OfType<EventTrigger>().Any(trigger => trigger.EventTypes.Any(type => RunEnd.IsOf(type, key))))
        {
            value.Error($"the workflow waits for the end of its own runs: `{key}` would start itself again and again", "Name another workflow, or repeat steps inside of one run.");
        }
    }

    /// <summary>What is due at a time has no inputs: with a required one no run would ever start.</summary>
    public static void CheckInputsOfCron(FieldValue value, IReadOnlyList<Trigger> triggers, IReadOnlyDictionary<string, InputDefinition> inputs)
    {
        if (triggers.Any(trigger => trigger is CronTrigger)
            && inputs.Where(input => input.Value is { Required: true, Default.IsUndefined: true }).Select(input => input.Key).ToArray() is { Length: > 0 } needed)
        {
            value.Error(
                $"a cron trigger gives no inputs, and {string.Join(", ", needed.Select(name => $"`{name}`"))} {(needed.Length == 1 ? "is" : "are")} required: no run would ever start",
                "Give a `default`, or take `required` away.");
        }
    }

    private static void Require(FieldValue trigger, FieldValue? given, bool needed, string name, string type)
    {
        if (needed && given is null)
        {
            trigger.Error($"a trigger of type `{type}` needs `{name}`");
        }
        else
        {
            Refuse(given, needed, name, type);
        }
    }

    private static void Refuse(FieldValue? given, bool fits, string name, string type)
    {
        if (given is { } extra && !fits)
        {
            extra.Error($"`{name}` doesn't belong to a trigger of type `{type}`");
        }
    }

    private static string? ReadType(FieldValue value)
    {
        var words = Supported.ToDictionary(word => word, _ => true, StringComparer.Ordinal);
        return value.Word(words) is true ? value.Text() : null;
    }

    private static string? ReadCron(TriggerDraft draft, FieldValue value)
    {
        draft.CronField = value;
        return ScheduleReader.Cron(value);
    }

    private static string? ReadZone(TriggerDraft draft, FieldValue value)
    {
        draft.ZoneField = value;
        return ScheduleReader.Zone(value);
    }

    /// <summary>What is no name may be the secret itself: it is not repeated.</summary>
    private static string? ReadSecret(TriggerDraft draft, FieldValue value)
    {
        draft.SecretField = value;
        if (value.Node is Yaml.ScalarNode scalar && Regex.IsMatch(scalar.Text, SecretName))
        {
            return scalar.Text;
        }

        value.Error(
            "this is no name of a secret",
            "Write a name of A-Z, 0-9 and _, such as GITHUB_WEBHOOK, and set its value as Secrets__GITHUB_WEBHOOK; a secret has no place in a file.");
        return null;
    }

    private static IReadOnlyList<string> ReadOn(FieldValue value) => NotEmpty(value,
        [.. value.OneOrMore().Select(one => one.Word(PrefixNumbers) is { } number ? RunEnd.Prefixes.Values.ElementAt(number) : null).OfType<string>().Distinct()]);

    private static IReadOnlyList<string> ReadWorkflows(TriggerDraft draft, FieldValue value)
    {
        draft.WorkflowsField = value;
        return NotEmpty(value, [.. value.OneOrMore().Select(WorkflowReader.ReadKey).OfType<string>().Distinct()]);
    }

    private static IReadOnlyList<string> NotEmpty(FieldValue value, IReadOnlyList<string> read)
    {
        if (value.Node is Yaml.ListNode { Elements.Count: 0 })
        {
            value.Error("the list is empty");
        }

        return read;
    }

    private static IReadOnlyList<string>? ReadEvents(TriggerDraft draft, FieldValue value)
    {
        draft.EventField = value;
        var types = value.Texts();
        if (value.Node is Yaml.ListNode { Elements.Count: 0 })
        {
            value.Error("the list is empty", "Name at least one event type.");
        }

        return types.Count > 0 ? types : null;
    }
}

/// <summary>The fields of one trigger as given.</summary>
internal sealed class TriggerDraft
{
    private string? _type;

    public bool HasType { get; private set; }

    public string? Type
    {
        get => _type;
        set => (_type, HasType) = (value, true);
    }

    public string? Cron { get; set; }

    public string? TimeZone { get; set; }

    public IReadOnlyList<string>? EventTypes { get; set; }

    public string? Secret { get; set; }

    public FieldValue? SecretField { get; set; }

    public FieldValue? CronField { get; set; }

    public FieldValue? ZoneField { get; set; }

    public FieldValue? EventField { get; set; }

    public Misfire? Misfire { get; set; }

    public FieldValue? MisfireField { get; set; }

    public Expression? Match { get; set; }

    public FieldValue? MatchField { get; set; }

    public FieldValue? OnField { get; set; }

    /// <summary>How runs end, as the beginnings of event types.</summary>
    public IReadOnlyList<string>? On { get; set; }

    public FieldValue? WorkflowsField { get; set; }

    public IReadOnlyList<string>? Workflows { get; set; }

    public FieldValue? DebounceField { get; set; }

    public TimeSpan? Debounce { get; set; }

    public FieldValue? BatchField { get; set; }

    public Collecting.Batch? Batch { get; set; }
}
