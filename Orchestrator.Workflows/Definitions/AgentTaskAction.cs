using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Schemas;

namespace Orchestrator.Workflows.Definitions;

/// <summary>A goal that is given to an agent (<c>agent-task</c>).</summary>
public sealed record AgentTaskAction : StepAction
{
    /// <summary>Queue of those whose file names none: a process works on few of them at a time.</summary>
    public const string OwnQueue = "agents";

    /// <summary>What every process can ask for without an agent of that name, answered by the default endpoint.</summary>
    public static IReadOnlyList<string> BuiltIn { get; } = ["coordinator", "executor"];

    /// <summary>It sends what the run was given.</summary>
    private static readonly References OfRun = new() { Roots = new HashSet<string> { RootNames.Inputs, RootNames.Variables } };

    public override string Type => "agent-task";

    public override bool HasEffect => true;

    /// <summary>An agent's id or username; exactly one of this and <see cref="AgentType"/>.</summary>
    public Template? Agent { get; init; }

    /// <summary>One of <see cref="BuiltIn"/>, or what the agent has to name among its capabilities.</summary>
    public string? AgentType { get; init; }

    public required Template Goal { get; init; }

    /// <summary>What the agent has to have, all of it.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    /// <summary>What the result has to look like; null: anything.</summary>
    public OutputSchema? OutputSchema { get; init; }

    /// <summary>Passed on to the agent.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>An agent's id or username, asked once the first can't do it.</summary>
    public Template? Alternative { get; init; }

    public override bool HasAlternative => Alternative is not null;

    public override IEnumerable<References> References =>
        [OfRun, .. new[] { Agent, Goal, Alternative }.OfType<Template>().Select(template => template.References)];

    public override bool SendsDependencies => true;
}
