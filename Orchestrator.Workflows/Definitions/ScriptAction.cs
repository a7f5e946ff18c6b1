using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Workflows.Definitions;

/// <summary>JavaScript in a sandbox (<c>script</c>).</summary>
public sealed record ScriptAction : StepAction
{
    public override string Type => "script";

    /// <summary>It may take long: it is written before it starts.</summary>
    public override bool HasEffect => true;

    /// <summary>The body of an async function; no template.</summary>
    public required string Script { get; init; }

    /// <summary>Memory that it may use, MiB; null: what the operator has set.</summary>
    public int? MemoryMb { get; init; }

    /// <summary>Packages that it may <c>require</c>.</summary>
    public IReadOnlyList<string> AllowedModules { get; init; } = [];

    /// <summary>What <see cref="Script"/> reads.</summary>
    public required References Reads { get; init; }

    public override IEnumerable<References> References => [Reads];
}
