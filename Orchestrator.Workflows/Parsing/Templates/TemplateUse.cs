using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Reading;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Parsing.Templates;

/// <summary>A step with <c>uses</c>, as given.</summary>
internal sealed class TemplateUse
{
    /// <summary>The fields that a step of any kind lacks.</summary>
    public static IReadOnlyList<Field<StepDraft>> StepFields { get; } =
    [
        new Field<StepDraft>("uses", Shape.Matching(WorkflowReader.KeyPattern), (_, value) => value.Error("`uses` must stand on the step itself")),
        new Field<StepDraft>("with", Shape.Mapping, (_, value) => value.Error("`with` belongs to steps with `uses`")),
    ];

    private static readonly FieldTable<TemplateUse> Fields = new(
        new Field<TemplateUse>("id", Shape.Text, (use, value) => use.Id = value.Name() is null ? null : (ScalarNode)value.Node),
        new Field<TemplateUse>("uses", Shape.Text, (use, value) => use.Uses = value),
        new Field<TemplateUse>("with", Shape.Mapping, (use, value) => use.With = value),
        new Field<TemplateUse>("depends_on", Shape.OneOrMore(Shape.Text), (use, value) => use.DependsOn = value.Node),
        new Field<TemplateUse>("when", Shape.Any, (use, value) => use.Gate.Add(StepNodes.Entry("when", value.Node))),
        new Field<TemplateUse>("join", Shape.Any, (use, value) => use.Gate.Add(StepNodes.Entry("join", value.Node))),
        KeptField("next"), KeptField("name"), KeptField("description"));

    public ScalarNode? Id { get; private set; }

    public FieldValue? Uses { get; private set; }

    public FieldValue? With { get; private set; }

    public YamlNode? DependsOn { get; private set; }

    /// <summary>What decides whether and when the template begins.</summary>
    public List<YamlEntry> Gate { get; } = [];

    /// <summary>What the step keeps when it has become the template's end.</summary>
    public List<YamlEntry> Kept { get; } = [];

    public static TemplateUse Read(FieldValue step)
    {
        var use = new TemplateUse();
        Fields.ReadEntries(
            use, ((MappingNode)step.Node).Entries.Select(entry => new GivenField(entry, step.Path.Member(entry.Key))), step.Report,
            name => StepReader.Fields.Find(name) is null && name != "config" ? null : $"`{name}` doesn't belong to a step with `uses`: the template's steps have their own");
        if (use.Id is null)
        {
            step.Error("the step has no `id`");
        }
        else
        {
            use.Kept.Insert(0, StepNodes.Entry("id", use.Id));
        }

        return use;
    }

    private static Field<TemplateUse> KeptField(string name) =>
        new(name, Shape.Any, (use, value) => use.Kept.Add(StepNodes.Entry(name, value.Node)));
}
