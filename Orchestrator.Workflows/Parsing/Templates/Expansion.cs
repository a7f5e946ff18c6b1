using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Parsing.Templates;

/// <summary>
/// Puts a template's steps in the place of each step that uses it, before anything of them is read. Of a step
/// <c>pay</c> they have the ids <c>pay_…</c>; <c>pay</c> itself is a last step, whose result is the template's output.
/// What waits for nothing in the template waits for what the using step waits for; with <c>when</c> or <c>join</c>, or
/// where several steps wait for nothing, there is a first step <c>pay_start</c>, which has these. So who starts the
/// using step, a condition or a step that contains it, starts the first step, and the others follow from that.
/// </summary>
internal sealed class Expansion(TemplateSet templates, IReadOnlyDictionary<string, StepTemplate> own, Report report)
{
    private const int MaxDepth = 10;

    private readonly Dictionary<string, TemplateSource> _used = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<string>> _uses = new(StringComparer.Ordinal);
    private readonly HashSet<string> _usedOwn = new(StringComparer.Ordinal);
    private List<FieldValue> _steps = [];
    private int _count;

    /// <summary>The templates from elsewhere that were used, by name.</summary>
    public IReadOnlyList<TemplateSource> Used => [.. _used.Values.OrderBy(one => one.Name, StringComparer.Ordinal)];

    /// <summary>The steps with those of templates in the places of their uses; a use that can't be made is one step, so that others find it.</summary>
    public IReadOnlyList<FieldValue> Expand(IEnumerable<FieldValue> steps)
    {
        var made = _steps = [];
        foreach (var step in steps)
        {
            Add(step);
        }

        return made;
    }

    /// <summary>Once all steps are read, those that steps hold too.</summary>
    public void Finish(FieldValue steps)
    {
        foreach (var unused in own.Values.Where(template => !_usedOwn.Contains(template.Name)))
        {
            TemplateSyntax.Check(unused, report);
        }

        if (_used.Values.Sum(one => (long)one.Text.Length) > FileLimits.MaxBytes)
        {
            steps.Error($"the templates that are used have more than {FileLimits.MaxBytes} characters together");
        }
    }

    /// <summary>The steps that a using step has become, the first of them first and itself last; of another step null.</summary>
    public IReadOnlyList<string>? Find(string id) => _uses.GetValueOrDefault(id);

    private void Add(FieldValue step)
    {
        // One more than there may be tells that there are too many; templates in templates could go on for very long.
        if (_count > FileLimits.MaxSteps)
        {
            return;
        }

        if (step.Node is MappingNode mapping && StepNodes.Find(mapping, "uses") is not null)
        {
            Use(step);
        }
        else
        {
            _count++;
            _steps.Add(step);
        }
    }

    private void Use(FieldValue use)
    {
        var draft = TemplateUse.Read(use);
        if (draft.Id is { } id && !TryUse(use, draft, id))
        {
            // What is wrong is said: that the step is missing would be no news.
            Add(use with { Node = Made(use, [StepNodes.Entry("id", id), .. Transform(StepNodes.Text("null", use.Position))]) });
        }
    }

    private bool TryUse(FieldValue use, TemplateUse draft, ScalarNode id)
    {
        var before = report.Errors;
        if (draft.Uses is not { } uses || Find(uses) is not { Steps.Count: > 0 } template)
        {
            return false;
        }

        var around = Around(use);
        if (around.Contains(template.Name) || around.Count == MaxDepth)
        {
            uses.Error(around.Contains(template.Name)
                ? $"the templates use each other in a circle: {string.Join(" → ", around.Append(template.Name))}"
                : $"templates use each other more than {MaxDepth} levels deep");
            return false;
        }

        var origin = new Origin(template, use);
        var ids = template.Steps.SelectMany(StepNodes.AllIds).Distinct()
            .ToDictionary(inner => inner, inner => $"{id.Text}_{inner}", StringComparer.Ordinal);
        origin.Bind(TemplateArguments.Read(use, draft.With, template, report), ids);
        if (report.Errors > before)
        {
            return false;
        }

        var first = _steps.Count;
        var entry = AddSteps(use, draft, template, origin, ids);
        _uses[id.Text] = [entry, .. _steps.Skip(first).Select(step => StepNodes.Id((MappingNode)step.Node)!.Text).Where(step => step != entry)];
        return true;
    }

    /// <summary>The templates that a step comes from, the outermost first.</summary>
    private static List<string> Around(FieldValue step)
    {
        var around = new List<string>();
        for (var origin = step.Position.Origin; origin is not null; origin = origin.UsedAt.Origin)
        {
            around.Insert(0, origin.Template);
        }

        return around;
    }

    private StepTemplate? Find(FieldValue uses)
    {
        if (uses.Text() is not { } name)
        {
            return null;
        }

        if (own.TryGetValue(name, out var here))
        {
            _usedOwn.Add(name);
            return here;
        }

        if (templates.Find(name) is not { } found)
        {
            var nearest = report.Suggest(name, [.. templates.Names, .. own.Keys]);
            uses.Error($"there is no template `{name}`", nearest.Length > 0 ? nearest : "Templates are files in the folder `templates` of the workflows, or stand under `templates` in this file.");
            return null;
        }

        if (found.Wrong.Count > 0)
        {
            uses.Error($"template `{name}` has mistakes itself, first {found.Wrong[0]}");
            return null;
        }

        _used[name] = found.Source;
        return found.Template;
    }

    /// <returns>The first step.</returns>
    private string AddSteps(FieldValue use, TemplateUse draft, StepTemplate template, Origin origin, Dictionary<string, string> ids)
    {
        var relocation = new Relocation(origin, ids, report);
        var waits = draft.DependsOn is { } given ? StepNodes.Entry("depends_on", given) : default;
        var named = template.Steps.SelectMany(step => StepNodes.Next(step).Concat(StepNodes.Started(step))).ToHashSet(StringComparer.Ordinal);
        var roots = template.Steps.Where(step => !StepNodes.DependsOn(step).Any() && !named.Contains(StepNodes.Id(step)!.Text)).ToArray();
        var start = draft.Gate.Count > 0 || roots.Length != 1 ? $"{draft.Id!.Text}_start" : null;
        if (start is not null)
        {
            var id = StepNodes.Text(start, use.Position);
            Add(use with { Node = Made(use, [StepNodes.Entry("id", id), .. Transform(StepNodes.Text("true", use.Position)), waits, .. draft.Gate]) });
            waits = StepNodes.Entry("depends_on", id);
        }

        foreach (var step in template.Steps)
        {
            var moved = relocation.Step(step);
            Add(use with
            {
                Node = roots.Contains(step) && waits.Key is not null
                    ? moved with { Entries = [.. moved.Entries.Where(entry => entry.Key is not ("depends_on" or "dependsOn")), waits] }
                    : moved,
            });
        }

        AddEnd(use, draft, template, relocation, ids);
        var entry = start ?? ids[StepNodes.Id(roots[0])!.Text];
        return Find(entry)?[0] ?? entry;
    }

    /// <summary>The step that the use itself is: after all that nothing in the template follows.</summary>
    private void AddEnd(FieldValue use, TemplateUse draft, StepTemplate template, Relocation relocation, Dictionary<string, string> ids)
    {
        var followed = template.Steps.SelectMany(step => StepNodes.DependsOn(step).Concat(StepNodes.Started(step))).ToHashSet(StringComparer.Ordinal);
        var ends = template.Steps.Where(step => !StepNodes.Next(step).Any() && !followed.Contains(StepNodes.Id(step)!.Text))
            .Select(step => StepNodes.Text(ids[StepNodes.Id(step)!.Text], use.Position));
        var output = template.Output ?? StepNodes.Text($"results[\"{StepNodes.Id(template.Steps[^1])!.Text}\"]", template.Steps[^1].Position);
        Add(use with
        {
            Node = Made(use,
            [
                .. draft.Kept, .. Transform(relocation.Any(output)), StepNodes.Entry("depends_on", new ListNode(use.Position, [.. ends])),
            ]),
        });
    }

    private static IEnumerable<YamlEntry> Transform(YamlNode value) =>
        [StepNodes.Entry("type", StepNodes.Text("transform", value.Position)), StepNodes.Entry("value", value)];

    private static MappingNode Made(FieldValue use, IEnumerable<YamlEntry> entries) =>
        new(use.Position, [.. entries.Where(entry => entry.Key is not null)]);
}
