namespace Orchestrator.Workflows.Expressions;

/// <summary>Gathers what the expressions of a template read.</summary>
internal static class TemplateReferences
{
    public static References Of(TemplatePart root) => Merge(Expressions(root).Select(expression => expression.References));

    public static References Merge(IEnumerable<References> all)
    {
        var references = all.ToList();
        return references.Count switch
        {
            0 => References.None,
            1 => references[0],
            _ => new References
            {
                Roots = references.SelectMany(one => one.Roots).ToHashSet(StringComparer.Ordinal),
                Results = references.SelectMany(one => one.Results).ToHashSet(StringComparer.Ordinal),
                Steps = references.SelectMany(one => one.Steps).ToHashSet(StringComparer.Ordinal),
                AllResults = references.Exists(one => one.AllResults),
                AllSteps = references.Exists(one => one.AllSteps),
            },
        };
    }

    /// <summary>Recursion is bounded by the nesting that a file may have.</summary>
    private static IEnumerable<Expression> Expressions(TemplatePart part) => part switch
    {
        ExpressionPart one => [one.Expression],
        TextPart text => text.Parts.SelectMany(Expressions),
        ListPart list => list.Elements.SelectMany(Expressions),
        MappingPart mapping => mapping.Members.SelectMany(member => Expressions(member.Part)),
        _ => [],
    };
}
