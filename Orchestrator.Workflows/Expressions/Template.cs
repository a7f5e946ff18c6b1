namespace Orchestrator.Workflows.Expressions;

/// <summary>
/// A value of a workflow file with expressions in it: a scalar, list or mapping in which <c>{{ expr }}</c> alone
/// becomes the expression's value and inside text is written out (null and undefined as nothing, arrays and objects
/// as JSON). Where the format asks for an expression, a text without <c>{{ }}</c> is the expression itself.
/// </summary>
public sealed class Template
{
    private readonly TemplatePart _root;

    internal Template(TemplatePart root)
    {
        _root = root;
        References = TemplateReferences.Of(root);
    }

    /// <summary>What its expressions read.</summary>
    public References References { get; }

    /// <summary>Whether it has no expressions, so that it renders the same everywhere.</summary>
    public bool IsConstant => _root is ConstantPart;

    /// <summary>What it renders to where it is constant.</summary>
    internal Value Constant => ((ConstantPart)_root).Value;

    /// <summary>The value with every expression evaluated; ends within a bounded number of steps.</summary>
    /// <exception cref="EvaluationException">The values don't fit, or a bound is exceeded.</exception>
    public Value Render(IScope scope) => _root is ConstantPart constant ? constant.Value : _root.Render(new Evaluation(scope));

    /// <summary>The same, as a part of another evaluation.</summary>
    internal Value Render(Evaluation evaluation) => _root.Render(evaluation);
}
