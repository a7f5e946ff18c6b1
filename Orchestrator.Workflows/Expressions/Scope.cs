namespace Orchestrator.Workflows.Expressions;

/// <summary>A scope of values that are there already.</summary>
public sealed class Scope : IScope
{
    private readonly Dictionary<string, Value> _roots;

    public Scope(params ReadOnlySpan<(string Root, Value Value)> roots)
    {
        _roots = new Dictionary<string, Value>(StringComparer.Ordinal);
        foreach (var (root, value) in roots)
        {
            _roots[root] = value;
        }
    }

    /// <inheritdoc/>
    public DateTime? Now { get; init; }

    /// <summary>No root has a value.</summary>
    public static Scope Empty { get; } = new();

    public Value Resolve(string root) => _roots.GetValueOrDefault(root);
}
