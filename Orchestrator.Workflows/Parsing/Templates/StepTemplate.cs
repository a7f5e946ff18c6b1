using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Reading;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Parsing.Templates;

/// <summary>A template as it was read: its steps as nodes, which each use makes its own.</summary>
internal sealed class StepTemplate(string file, string text)
{
    public static FieldTable<StepTemplate> Fields { get; } = new(
        new Field<StepTemplate>("template", Shape.Matching(WorkflowReader.KeyPattern), (template, value) => template.Name = WorkflowReader.ReadKey(value) ?? ""),
        new Field<StepTemplate>("description", Shape.Text, (_, value) => value.Text()),
        new Field<StepTemplate>("parameters", Shape.MappingOf(Shape.Either(Shape.Nothing, Shape.Object(() => InputReader.Fields))), (template, value) => template.Parameters = InputReader.Read(value)),
        new Field<StepTemplate>("steps", Shape.ListOf(Shape.Object(() => StepReader.Fields)), (template, value) => template.ReadSteps(value)),
        new Field<StepTemplate>("output", Shape.Any, (template, value) => template.Output = value.Node));

    public string Name { get; private set; } = "";

    public string File => file;

    public string Text => text;

    public IReadOnlyDictionary<string, InputDefinition> Parameters { get; private set; } = new Dictionary<string, InputDefinition>();

    public IReadOnlyList<MappingNode> Steps { get; private set; } = [];

    /// <summary>Null: the last step's result.</summary>
    public YamlNode? Output { get; private set; }

    /// <summary>Reads a template; whatever is wrong with it as a whole is reported, what is wrong with its steps where it is used.</summary>
    public static StepTemplate Read(FieldValue value, string file, string text)
    {
        var template = new StepTemplate(file, text);
        Fields.Read(template, value);
        if (value.Node is MappingNode mapping)
        {
            Require(value, mapping, "template", "Add `template: my_template`, the name for `uses`.");
            Require(value, mapping, "steps", "Add `steps:` with a list of at least one step.");
        }

        return template;
    }

    private static void Require(FieldValue value, MappingNode mapping, string name, string hint)
    {
        if (!mapping.Entries.Any(entry => entry.Key == name))
        {
            value.Error($"`{name}` is missing", hint);
        }
    }

    private void ReadSteps(FieldValue value)
    {
        if (value.Node is not ListNode list)
        {
            value.Expected("a list of steps");
            return;
        }

        if (list.Elements.Count == 0)
        {
            value.Error("there are no steps", "A template has at least one.");
        }

        Steps = [.. list.Elements.Select((_, index) => value.Element(index).Mapping()).OfType<MappingNode>()];
        foreach (var (index, step) in list.Elements.Index())
        {
            if (step is MappingNode mapping && StepNodes.Id(mapping) is null)
            {
                value.Element(index).Error("the step has no `id`");
            }
        }
    }
}
