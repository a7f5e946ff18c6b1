using System.Collections.Frozen;
using Orchestrator.Workflows.Expressions.Functions;

namespace Orchestrator.Workflows.Expressions;

/// <summary>The names that expressions of one place know besides the language's own.</summary>
/// <param name="Roots">What they may start from.</param>
/// <param name="Functions">Functions that exist only there: what they read is known to that place's scope alone.</param>
internal sealed record Vocabulary(FrozenSet<string> Roots, FrozenDictionary<string, Function> Functions)
{
    /// <summary>Of everything that a run evaluates.</summary>
    public static Vocabulary OfRuns { get; } = new(RootNames.All, FrozenDictionary<string, Function>.Empty);

    /// <summary>Of a run of a workflow that gives names to the items of its lists.</summary>
    public static Vocabulary OfRunsWith(IReadOnlyCollection<string> itemNames) =>
        itemNames.Count == 0 ? OfRuns : OfRuns with { Roots = FrozenSet.ToFrozenSet([.. RootNames.All, .. itemNames]) };

    /// <summary>Of a trigger's <c>match</c>.</summary>
    public static Vocabulary OfMatch { get; } = new(FrozenSet.ToFrozenSet([RootNames.Event]), FrozenDictionary<string, Function>.Empty);
}
