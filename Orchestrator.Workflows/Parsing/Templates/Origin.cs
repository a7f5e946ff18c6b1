using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Parsing.Templates;

/// <summary>
/// One use of a template: what its nodes come from. It is carried by their positions, so that whatever is wrong with
/// them is said at the using step, with the place in the template.
/// </summary>
internal sealed class Origin(StepTemplate template, FieldValue use)
{
    private readonly Dictionary<string, Argument> _arguments = new(StringComparer.Ordinal);

    public string Template => template.Name;

    public string File => template.File;

    public string Text => template.Text;

    /// <summary>Where the using step stands.</summary>
    public Position UsedAt => use.Position;

    public FieldPath Path => use.Path;

    /// <summary>What the template's expressions know: the parameters, and the steps by the ids that they have there.</summary>
    public Vocabulary Names { get; private set; } = Vocabulary.OfRuns;

    public Argument? Find(string parameter) => _arguments.GetValueOrDefault(parameter);

    public void Bind(IEnumerable<KeyValuePair<string, Argument>> arguments, IReadOnlyDictionary<string, string> steps)
    {
        foreach (var (name, argument) in arguments)
        {
            _arguments[name] = argument;
        }

        Names = use.Report.Names with { Parameters = _arguments.ToDictionary(one => one.Key, one => one.Value.Value), StepIds = steps };
    }
}

/// <summary>What stands for a parameter.</summary>
/// <param name="Value">What it becomes.</param>
/// <param name="Mentions">The steps that it names, of those who gave it.</param>
/// <param name="Node">As it was given; null: it is nothing, or holds expressions.</param>
internal sealed record Argument(Template Value, IReadOnlyList<Mention> Mentions, YamlNode? Node);
