using Orchestrator.Workflows.Expressions.Nodes;

namespace Orchestrator.Workflows.Expressions.Syntax;

/// <summary>Notes what an expression reads while it is parsed.</summary>
internal sealed class ReferenceCollector
{
    private readonly HashSet<string> _roots = new(StringComparer.Ordinal);
    private readonly HashSet<string> _parameters = new(StringComparer.Ordinal);
    private readonly List<References> _given = [];
    private readonly List<StepMention> _mentions = [];
    private bool _allResults;
    private bool _allSteps;

    public void Root(string name) => _roots.Add(name);

    /// <summary>A parameter of a template, with what its use reads.</summary>
    public void Parameter(string name, References reads)
    {
        if (_parameters.Add(name))
        {
            _given.Add(reads);
        }
    }

    /// <summary>A read of <paramref name="root"/> by name; a null name is one that only an evaluation knows.</summary>
    public void Access(RootNode root, string? name, int offset)
    {
        if (root.Name is not (RootNames.Results or RootNames.Steps))
        {
            return;
        }

        var isResult = root.Name == RootNames.Results;
        if (name is not null)
        {
            _mentions.Add(new StepMention(name, offset, isResult));
        }
        else if (isResult)
        {
            _allResults = true;
        }
        else
        {
            _allSteps = true;
        }
    }

    public References Build()
    {
        var own = new References
        {
            Roots = _roots,
            Results = Ids(isResult: true),
            Steps = Ids(isResult: false),
            AllResults = _allResults,
            AllSteps = _allSteps,
            Mentions = _mentions,
        };
        return _given.Count == 0 ? own : TemplateReferences.Merge([own, .. _given]) with { Mentions = _mentions, Parameters = [.. _parameters] };
    }

    private HashSet<string> Ids(bool isResult) =>
        [.. _mentions.Where(mention => mention.IsResult == isResult).Select(mention => mention.StepId)];
}
