using System.Text.RegularExpressions;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Templates;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>Reads one step: its fields may stand on it or under its <c>config</c>.</summary>
internal static partial class StepReader
{
    private static readonly string[] OnTheStepOnly = ["id", "type", "depends_on", "next"];

    /// <summary>What every step has.</summary>
    public static IReadOnlyList<Field<StepDraft>> Common { get; } =
    [
        new Field<StepDraft>("id", Shape.Matching("^[A-Za-z0-9_][A-Za-z0-9_-]{0,99}$"), (step, value) => step.Id = ReadId(value)),
        Field<StepDraft>.Text("name", (step, name) => step.Name = name),
        Field<StepDraft>.Text("description", (step, text) => step.Description = text),
        new Field<StepDraft>("type", Shape.OneOf(StepForms.Names), (_, _) => { }),
        new Field<StepDraft>("depends_on", Shape.OneOrMore(Shape.Text), (step, value) => ReadIds(value, step.DependsOn)),
        new Field<StepDraft>("next", Shape.OneOrMore(Shape.Text), (step, value) => step.Next.AddRange(step.ReadFirst(value))),
        new Field<StepDraft>("join", JoinField.Shape, (step, value) => step.Join = JoinField.Read(value)),
        new Field<StepDraft>("when", Shape.Any, (step, value) => step.When = value.Expression(step.Mentions)),
        Field<StepDraft>.Milliseconds("timeout_ms", 1, (step, timeout) => step.Timeout = timeout),
        RetryDraft.RetryField<StepDraft>(step => step.Retry),
        RetryDraft.RetriesField<StepDraft>(step => step.Retries),
        RetryDraft.DelayField<StepDraft>(step => step.Retries),
        new Field<StepDraft>("output", Shape.Any, (step, value) => step.Output = value.ExpressionOrTemplate(step.OutputMentions)),
        ServiceFields.Priority<StepDraft>((step, priority) => step.Priority = priority),
        ServiceFields.Queue<StepDraft>((step, queue) => step.Queue = queue),
        Field<StepDraft>.Number("required_accuracy", 0, 100, (step, accuracy) => step.RequiredAccuracy = accuracy),
        AdmissionFields.Exclusive,
        AdmissionFields.RateLimitField<StepDraft>((step, limit) =>
        {
            step.RateLimit = limit;
            step.Mentions.AddRange(limit.Mentions);
        }),
        FailureFields.OnFailureField<StepDraft>((step, failure) => step.OnFailure = failure),
        new Field<StepDraft>("compensate", Shape.Text, (step, value) => step.Compensate = ReadName(value)),
        new Field<StepDraft>("set", Shape.Either(Shape.Mapping, Shape.Text), (step, value) => step.Set = ReadSet(step, value)),
        new Field<StepDraft>("scope", Shape.Text, (step, value) => step.Scope = value.Name()),
        .. new[] { "circuit", "cache" }.Select(Field<StepDraft>.Planned),
    ];

    public static FieldTable<StepDraft> CommonTable { get; } = new(Common);

    /// <summary>What a step of any type may have: a field that several types have may be what any of them wants.</summary>
    public static FieldTable<StepDraft> Fields { get; } = new(
    [
        .. Common,
        .. TemplateUse.StepFields,
        .. StepForms.Forms.SelectMany(form => form.Fields).GroupBy(field => field.Name).Select(Merged),
    ]);

    public static StepDraft Read(FieldValue field, StepCatalog types, Expansion templates)
    {
        var step = new StepDraft(field, types, templates);
        if (field.Mapping() is not { } mapping)
        {
            return step;
        }

        var given = Flatten(mapping, field);
        step.Type = FindType(given, field, types);
        var own = types.Find(step.Type);
        var form = StepForms.Find(step.Type);
        var before = field.Report.Errors;
        if ((own?.Table ?? form?.Table) is { } table)
        {
            table.ReadEntries(step, given, field.Report, key => Elsewhere(key, step.Type!));
        }
        else
        {
            // Of a step whose type is not known only what every step has can be read.
            CommonTable.ReadEntries(step, given.Where(one => CommonTable.Find(one.Entry.Key) is not null), field.Report);
        }

        if (!given.Exists(one => one.Entry.Key == "id"))
        {
            field.Error("the step has no `id`");
        }

        form?.Check?.Invoke(step, Names(given, form.Table));
        CheckComplete(step, given, own);
        if (field.Report.Errors == before)
        {
            step.Action = own is null ? form?.Build(step) : new OwnAction(own.Name, step.Own);
        }

        return step;
    }

    /// <summary>What to say of a field that belongs to other types; null: to none.</summary>
    private static string? Elsewhere(string field, string type)
    {
        var others = StepForms.Forms.Where(form => form.Fields.Any(own => form.Table.Find(field) == own)).Select(form => $"`{form.Name}`").ToList();
        return others.Count == 0 ? null : $"`{field}` belongs to steps of type {string.Join(", ", others)}, this one is `{type}`";
    }

    private static HashSet<string> Names(List<GivenField> given, FieldTable<StepDraft> table) =>
        [.. given.Select(one => table.Find(one.Entry.Key)?.Name).OfType<string>()];

    private static Field<StepDraft> Merged(IGrouping<string, Field<StepDraft>> alike) => alike.First() with
    {
        Shape = alike.Select(field => field.Shape).Distinct().ToArray() is [var only] ? only : Shape.Either([.. alike.Select(field => field.Shape!).Distinct()]),
        Aliases = [.. alike.SelectMany(field => field.Aliases).Distinct()],
    };

    /// <summary>The fields of the step and of its <c>config</c>, which is only another place for them.</summary>
    private static List<GivenField> Flatten(MappingNode mapping, FieldValue field)
    {
        var given = new List<GivenField>();
        foreach (var entry in mapping.Entries)
        {
            if (entry.Key != "config")
            {
                given.Add(new GivenField(entry, field.Path.Member(entry.Key)));
                continue;
            }

            var config = field.Member(entry);
            foreach (var inner in config.Mapping()?.Entries ?? [])
            {
                if (Fields.Find(inner.Key) is { } known && OnTheStepOnly.Contains(known.Name))
                {
                    field.Report.Error(inner.Position, config.Path.Member(inner.Key), $"`{inner.Key}` must stand on the step itself", "Move it out of `config`.");
                }
                else
                {
                    given.Add(new GivenField(inner, config.Path.Member(inner.Key)));
                }
            }
        }

        return given;
    }

    /// <summary>The type of the step; null, with an error reported, where it is unknown.</summary>
    private static string? FindType(List<GivenField> given, FieldValue field, StepCatalog types)
    {
        var named = given.Find(one => one.Entry.Key == "type");
        if (named.Entry.Content is null)
        {
            if (given.Exists(one => one.Entry.Key is "call" or "url"))
            {
                return HttpForm.Form.Name;
            }

            field.Error("the step has no `type`", "Add `type`, or `call` or `url` for an http step.");
            return null;
        }

        var value = new FieldValue(named.Entry.Content, named.Path, field.Report);
        if (value.Text() is not { } type)
        {
            return null;
        }

        if (StepForms.Find(type) is not null || types.Find(type) is not null)
        {
            return type;
        }

        var nearest = field.Report.Suggest(type, [.. types.Names]);
        value.Error($"unknown type `{type}`", nearest.Length > 0 ? nearest : $"This program knows {string.Join(", ", types.Names)}.");
        return null;
    }

    /// <summary>A step of the host's type has what the type requires.</summary>
    private static void CheckComplete(StepDraft step, List<GivenField> given, OwnStepType? own)
    {
        foreach (var field in own?.Fields ?? [])
        {
            if (field.IsRequired && !given.Exists(one => own!.Table.Find(one.Entry.Key)?.Name == field.Name))
            {
                step.Field.Error($"a step of type `{own!.Name}` needs `{field.Name}`", field.Description ?? "");
            }
        }
    }

    public static void ReadIds(FieldValue value, List<LocatedId> ids)
    {
        foreach (var one in value.OneOrMore())
        {
            if (one.Name() is { } id)
            {
                ids.Add(new LocatedId(id, one.Position, one.Path));
            }
        }
    }

    /// <summary>A mapping of variables, or text that becomes one.</summary>
    private static Template? ReadSet(StepDraft step, FieldValue value)
    {
        if (value.Node is MappingNode or ScalarNode { Value.Kind: ValueKind.String })
        {
            return value.ExpressionOrTemplate(step.OutputMentions);
        }

        value.Expected("a mapping of variables to their values", "Write it like { count: \"{{ variables.count + 1 }}\" }.");
        return null;
    }

    private static LocatedId? ReadId(FieldValue value)
    {
        if (value.Name() is not { } id)
        {
            return null;
        }

        if (!StepId().IsMatch(id))
        {
            value.Error($"`{id}` can't be a step's id", "Up to 100 letters, digits, _ and -, not beginning with -.");
        }

        return new LocatedId(id, value.Position, value.Path);
    }

    private static LocatedId? ReadName(FieldValue value) => value.Name() is { } id ? new LocatedId(id, value.Position, value.Path) : null;

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_-]{0,99}\z", RegexOptions.CultureInvariant)]
    private static partial Regex StepId();
}
