namespace Orchestrator.Workflows.Expressions;

public readonly partial struct Value
{
    /// <summary>As text in an address, a header or a message: null and undefined are empty, a string is itself.</summary>
    public string ToText() => IsNullish ? "" : ValueText.Of(this);
}
