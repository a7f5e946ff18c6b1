using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Parsing.Templates;

/// <summary>
/// Puts a template's steps in the place of each step that uses it, before anything of them is read. Of a step
/// <c>pay</c> they have the ids <c>pay_…</c>; <c>pay</c> itself is a last step, whose result is the template's output.
/// What waits for nothing in the template waits for what the using step waits for; with <c>when</c> or <c>join</c>
/// there is a first step <c>pay_start</c>, which has these.
/// </summary>
internal sealed class Expansion(TemplateSet templates, IReadOnlyDictionary<string, StepTemplate> own, Report report)
{
    private const int MaxDepth = 10;

    private readonly List<FieldValue> _steps = [];
    private readonly Dictionary<string, TemplateSource> _used = new(StringComparer.Ordinal);
    private readonly Stack<string> _open = new();

    /// <summary>The templates from elsewhere that were used, by name.</summary>
    public IReadOnlyList<TemplateSource> Used => [.. _used.Values.OrderBy(one => one.Name, StringComparer.Ordinal)];

    /// <summary>The steps with those of templates in the places of their uses.</summary>
    public IReadOnlyList<FieldValue> Expand(FieldValue steps)
    {
        for (var index = 0; index < ((ListNode)steps.Node).Elements.Count; index++)
        {
            Add(steps.Element(index));
        }

        if (_used.Values.Sum(one => (long)one.Text.Length) > FileLimits.MaxBytes)
        {
            steps.Error($"the templates that are used have more than {FileLimits.MaxBytes} characters together");
        }

        return _steps;
    }

    private void Add(FieldValue step)
    {
        // One more than there may be tells that there are too many; templates in templates could go on for very long.
        if (_steps.Count > FileLimits.MaxSteps)
        {
            return;
        }

        if (step.Node is MappingNode mapping && StepNodes.Find(mapping, "uses") is not null)
        {
            Use(step);
        }
        else
        {
            _steps.Add(step);
        }
    }

    private void Use(FieldValue use)
    {
        var before = report.Errors;
        var draft = TemplateUse.Read(use);
        if (report.Errors > before || draft.Uses is not { } uses || draft.Id is not { } id || Find(uses) is not { } template)
        {
            return;
        }

        if (_open.Contains(template.Name) || _open.Count == MaxDepth)
        {
            uses.Error(_open.Contains(template.Name)
                ? $"the templates use each other in a circle: {string.Join(" → ", _open.Reverse().Append(template.Name))}"
                : $"templates use each other more than {MaxDepth} levels deep");
            return;
        }

        var origin = new Origin(template, use);
        var ids = template.Steps.SelectMany(StepNodes.AllIds).Distinct()
            .ToDictionary(inner => inner, inner => $"{id.Text}_{inner}", StringComparer.Ordinal);
        origin.Bind(TemplateArguments.Read(use, draft.With, template, report), ids);
        if (report.Errors == before)
        {
            _open.Push(template.Name);
            AddSteps(use, draft, template, origin, ids);
            _open.Pop();
        }
    }

    private StepTemplate? Find(FieldValue uses)
    {
        if (uses.Text() is not { } name)
        {
            return null;
        }

        if (own.TryGetValue(name, out var here))
        {
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

    private void AddSteps(FieldValue use, TemplateUse draft, StepTemplate template, Origin origin, Dictionary<string, string> ids)
    {
        var relocation = new Relocation(origin, ids, report);
        var waits = draft.DependsOn is { } given ? StepNodes.Entry("depends_on", given) : default;
        if (draft.Gate.Count > 0)
        {
            var start = StepNodes.Text($"{draft.Id!.Text}_start", use.Position);
            _steps.Add(use with { Node = Made(use, [StepNodes.Entry("id", start), .. Transform(StepNodes.Text("true", use.Position)), waits, .. draft.Gate]) });
            waits = StepNodes.Entry("depends_on", start);
        }

        var named = template.Steps.SelectMany(step => StepNodes.Next(step).Concat(StepNodes.Started(step))).ToHashSet(StringComparer.Ordinal);
        foreach (var step in template.Steps)
        {
            var isRoot = !StepNodes.DependsOn(step).Any() && !named.Contains(StepNodes.Id(step)!.Text);
            var moved = relocation.Step(step);
            Add(use with
            {
                Node = isRoot && waits.Key is not null
                    ? moved with { Entries = [.. moved.Entries.Where(entry => entry.Key is not ("depends_on" or "dependsOn")), waits] }
                    : moved,
            });
        }

        AddEnd(use, draft, template, relocation, ids);
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
