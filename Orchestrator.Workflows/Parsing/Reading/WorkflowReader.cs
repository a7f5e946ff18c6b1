using System.Text.RegularExpressions;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Templates;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>Reads the top level of a file.</summary>
internal static partial class WorkflowReader
{
    public const string KeyPattern = "^[a-z0-9][a-z0-9_-]{0,99}$";

    public static FieldTable<WorkflowDraft> Config { get; } = new(
    [
        Field<WorkflowDraft>.Milliseconds("timeout_ms", 1, (draft, timeout) => draft.Config = draft.Config with { Timeout = timeout }),
        RetryDraft.AttemptsField<WorkflowDraft>(draft => draft.ConfigRetry),
        ServiceFields.Priority<WorkflowDraft>((draft, priority) => draft.Config = draft.Config with { Priority = priority }),
        ServiceFields.Queue<WorkflowDraft>((draft, queue) => draft.Config = draft.Config with { Queue = queue }),
        Field<WorkflowDraft>.Truth("auto_recovery", (draft, isWanted) => draft.Config = draft.Config with { RecoversItself = isWanted }),
        new Field<WorkflowDraft>("snapshot_interval_ms", Shape.Integer(0, int.MaxValue), ReadSnapshotInterval),
        Field<WorkflowDraft>.Integer("max_parallel", 1, RunPolicy.MaxMaxParallel, (draft, steps) => draft.Config = draft.Config with { MaxParallel = steps }),
        ConcurrencyFields.Field,
        new Field<WorkflowDraft>("parallel_groups", Shape.ListOf(Shape.ListOf(Shape.Either(Shape.Text, Shape.Integer(1, int.MaxValue)))), (_, value) => value.Error("`parallel_groups` belong to `agents`", "Of steps, use `depends_on` or a parallel step.")),
    ]);

    public static FieldTable<WorkflowDraft> Defaults { get; } = new(
    [
        Field<WorkflowDraft>.Milliseconds("timeout_ms", 1, (draft, timeout) => draft.DefaultTimeout = timeout),
        RetryDraft.RetryField<WorkflowDraft>(draft => draft.DefaultRetry),
        AdmissionFields.RateLimitField<WorkflowDraft>((draft, limit) => draft.DefaultRateLimit = limit),
        FailureFields.DefaultField<WorkflowDraft>((draft, failure) => draft.DefaultOnFailure = failure),
    ]);

    public static FieldTable<WorkflowDraft> Fields { get; } = new(
    [
        new Field<WorkflowDraft>("key", Shape.Matching(KeyPattern), (draft, value) => draft.Key = ReadKey(value)) { Aliases = ["id"] },
        Field<WorkflowDraft>.Text("name", (draft, name) => draft.Name = name),
        Field<WorkflowDraft>.Text("description", (draft, text) => draft.Description = text),
        new Field<WorkflowDraft>("version", Shape.Any, (draft, value) => draft.Version = value.Label()),
        new Field<WorkflowDraft>("tags", Shape.OneOrMore(Shape.Text), (draft, value) => draft.Tags = value.Texts()),
        new Field<WorkflowDraft>("metadata", Shape.Mapping, (draft, value) => draft.Metadata = ReadObject(value)),
        new Field<WorkflowDraft>("triggers", Shape.OneOrMore(Shape.Object(() => TriggerReader.Fields)), (draft, value) => (draft.TriggersField, draft.Triggers) = (value, TriggerReader.Read(value))) { Aliases = ["trigger"] },
        new Field<WorkflowDraft>("inputs", Shape.MappingOf(Shape.Either(Shape.Nothing, Shape.Object(() => InputReader.Fields))), (draft, value) => draft.Inputs = InputReader.Read(value)),
        new Field<WorkflowDraft>("variables", Shape.Mapping, (draft, value) => draft.Variables = ReadObject(value)) { Aliases = ["initial_data"] },
        new Field<WorkflowDraft>("config", Shape.Object(() => Config), (draft, value) => Config.Read(draft, value)),
        new Field<WorkflowDraft>("defaults", Shape.Object(() => Defaults), (draft, value) => Defaults.Read(draft, value)),
        new Field<WorkflowDraft>("readiness", Shape.Object(() => ReadinessReader.Fields), (draft, value) => draft.Readiness = ReadinessReader.Read(value)),
        new Field<WorkflowDraft>("output", Shape.Any, (draft, value) => draft.Output = value.ExpressionOrTemplate(draft.OutputMentions)),
        new Field<WorkflowDraft>("steps", Shape.ListOf(Shape.Object(() => StepReader.Fields)), (draft, value) => draft.StepsField = value),
        new Field<WorkflowDraft>("templates", Shape.ListOf(Shape.Object(() => StepTemplate.Fields)), (draft, value) => ReadTemplates(value, draft)),
        // Seed 003's form is steps by the time that the fields are read.
        new Field<WorkflowDraft>("agents", Shape.ListOf(Shape.Either(Shape.Text, Shape.Integer(1, int.MaxValue))), (_, _) => { }),
        new Field<WorkflowDraft>("conditions", Shape.ListOf(Shape.Mapping), (_, value) => value.Error("`conditions` belong to `agents`", "Of steps, make it a condition step.")),
        .. new[] { "secrets" }.Select(Field<WorkflowDraft>.Planned),
    ]);

    public static WorkflowDraft Read(FieldValue root, StepCatalog types, TemplateSet templates)
    {
        var draft = new WorkflowDraft(types, templates);
        root = AgentList.Expand(root);
        root.Report.ItemNames = ItemNames.Find(root.Node);
        Fields.Read(draft, root);
        if (draft.StepsField is { } steps)
        {
            // Once all templates are known, wherever they stand.
            draft.Steps = ReadSteps(steps, draft);
        }

        if (root.Node is MappingNode mapping)
        {
            Require(root, mapping, "key", "Add `key: my_workflow`, the name that a dispatch gives.");
            Require(root, mapping, "steps", "Add `steps:` with a list of at least one step.");
        }

        if (draft.TriggersField is { } triggers)
        {
            TriggerReader.CheckInputsOfCron(triggers, draft.Triggers, draft.Inputs);
            if (draft.Key is { } key)
            {
                TriggerReader.CheckOwnEnds(triggers, draft.Triggers, key);
            }
        }

        return draft;
    }

    /// <summary>Each one reads the whole run: not more often than once a second. 0: none.</summary>
    private static void ReadSnapshotInterval(WorkflowDraft draft, FieldValue value)
    {
        if (value.Integer(0, int.MaxValue) is not { } milliseconds)
        {
            return;
        }

        if (milliseconds is > 0 and < 1000)
        {
            value.Error($"{milliseconds} ms between two snapshots are too few", "At least 1000 (a second), or 0 for none; 60000 is a minute.");
            return;
        }

        draft.Config = draft.Config with { SnapshotInterval = milliseconds == 0 ? null : TimeSpan.FromMilliseconds(milliseconds) };
    }

    private static void Require(FieldValue root, MappingNode mapping, string name, string hint)
    {
        if (!mapping.Entries.Any(entry => Fields.Find(entry.Key)?.Name == name))
        {
            root.Error($"`{name}` is missing", hint);
        }
    }

    public static string? ReadKey(FieldValue value)
    {
        var key = value.Name();
        if (key is not null && !WorkflowKey().IsMatch(key))
        {
            value.Error($"`{key}` can't be a workflow's key", "Up to 100 lower-case letters, digits, _ and -, beginning with a letter or digit.");
        }

        return key;
    }

    private static Value ReadObject(FieldValue value) => value.Mapping() is null ? Value.EmptyObject : value.Constant();

    private static void ReadTemplates(FieldValue value, WorkflowDraft draft)
    {
        if (value.Node is not ListNode list)
        {
            value.Expected("a list of templates");
            return;
        }

        for (var index = 0; index < list.Elements.Count; index++)
        {
            var one = value.Element(index);
            var template = StepTemplate.Read(one, value.Report.File, value.Report.Text);
            if (template.Name.Length > 0 && !draft.OwnTemplates.TryAdd(template.Name, template))
            {
                one.Error($"the template `{template.Name}` is here twice", "Rename one of the two.");
            }
        }
    }

    private static List<StepDraft> ReadSteps(FieldValue value, WorkflowDraft draft)
    {
        if (value.Node is not ListNode list)
        {
            value.Expected("a list of steps");
            return [];
        }

        if (list.Elements.Count is 0 or > FileLimits.MaxSteps)
        {
            value.Error(list.Elements.Count == 0
                ? "there are no steps"
                : $"{list.Elements.Count} steps are more than the {FileLimits.MaxSteps} that a workflow may have");
            return [];
        }

        var steps = new List<StepDraft>();
        var expansion = new Expansion(draft.Templates, draft.OwnTemplates, value.Report);
        foreach (var step in expansion.Expand(list.Elements.Select((_, index) => value.Element(index))))
        {
            AddWithHeld(StepReader.Read(step, draft.Types, expansion), steps);
        }

        steps.ForEach(step => step.CheckSingle());
        expansion.Finish(value);
        draft.UsedTemplates = expansion.Used;

        if (steps.Count > FileLimits.MaxSteps)
        {
            value.Error($"{steps.Count} steps, with those that steps and templates hold, are more than the {FileLimits.MaxSteps} that a workflow may have");
        }

        return steps;
    }

    /// <summary>A step, and after it those that it holds.</summary>
    private static void AddWithHeld(StepDraft step, List<StepDraft> steps)
    {
        step.Index = steps.Count;
        steps.Add(step);
        step.Held.ForEach(held => AddWithHeld(held, steps));
    }

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9_-]{0,99}\z", RegexOptions.CultureInvariant)]
    private static partial Regex WorkflowKey();
}
