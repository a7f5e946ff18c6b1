using System.Collections.Frozen;

namespace Orchestrator.Workflows.Expressions;

/// <summary>What an expression or template reads, known without evaluating it.</summary>
public sealed record References
{
    public static References None { get; } = new();

    /// <summary>The root names, of <see cref="RootNames.All"/>.</summary>
    public IReadOnlySet<string> Roots { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Step ids read through <c>results.id</c> or <c>results["id"]</c>.</summary>
    public IReadOnlySet<string> Results { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Step ids read through <c>steps.id</c> or <c>steps["id"]</c>.</summary>
    public IReadOnlySet<string> Steps { get; init; } = FrozenSet<string>.Empty;

    /// <summary><c>results</c> is used as a whole or with a computed name: any earlier step's result may be read.</summary>
    public bool AllResults { get; init; }

    /// <summary><c>steps</c> is used as a whole or with a computed name.</summary>
    public bool AllSteps { get; init; }

    /// <summary>Where each step id stands in the text, for diagnostics.</summary>
    internal IReadOnlyList<StepMention> Mentions { get; init; } = [];

    /// <summary>Of an expression in a template: the parameters that it reads.</summary>
    internal IReadOnlyList<string> Parameters { get; init; } = [];
}

/// <summary>A step named at <paramref name="Offset"/> of an expression's text, through <c>results</c> or <c>steps</c>.</summary>
internal readonly record struct StepMention(string StepId, int Offset, bool IsResult);
