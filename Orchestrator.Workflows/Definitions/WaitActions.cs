using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Workflows.Definitions;

/// <summary>Waits for an intent event, or for a signal sent to the run (<c>wait_for_event</c>).</summary>
public sealed record WaitForEventAction : ControlAction
{
    public override string Type => "wait_for_event";

    /// <summary>The event's type, or the signal's name.</summary>
    public required Template Event { get; init; }

    /// <summary>Which of these; sees <c>event</c> besides the step's names; null: any.</summary>
    public Expression? Match { get; init; }

    /// <summary>What came since the run began counts; else only what comes after the step started.</summary>
    public bool Buffers { get; init; } = true;

    /// <inheritdoc cref="ControlAction.ContinuesAfterTimeout"/>
    public bool Continues { get; init; }

    public override bool ContinuesAfterTimeout => Continues;

    public override IEnumerable<References> References => Match is { } match ? [Event.References, match.References] : [Event.References];
}

/// <summary>Waits for a person's yes or no (<c>approval</c>).</summary>
public sealed record ApprovalAction : ControlAction
{
    /// <summary>Characters.</summary>
    public const int MaxPrompt = 10_000;

    /// <summary>Names in a list.</summary>
    public const int MaxApprovers = 100;

    public override string Type => "approval";

    /// <summary>What is asked.</summary>
    public required Template Prompt { get; init; }

    /// <summary>Who may answer: names of tokens, or roles; null: every operator.</summary>
    public Template? Approvers { get; init; }

    /// <summary>A no is a result, as a yes is; else it fails the step.</summary>
    public bool PassesRejections { get; init; }

    /// <inheritdoc cref="ControlAction.ContinuesAfterTimeout"/>
    public bool Continues { get; init; }

    public override bool ContinuesAfterTimeout => Continues;

    public override IEnumerable<References> References => Approvers is { } approvers ? [Prompt.References, approvers.References] : [Prompt.References];
}

/// <summary>Starts a run of another workflow (<c>workflow</c>), and has its output.</summary>
public sealed record WorkflowAction : ControlAction
{
    /// <summary>Runs inside of each other, the outermost not counted.</summary>
    public const int MaxNesting = 20;

    public override string Type => "workflow";

    public required Template WorkflowKey { get; init; }

    /// <summary>The child's inputs; null: none.</summary>
    public Template? Inputs { get; init; }

    /// <summary>Number of a stored content; null: the newest.</summary>
    public int? Version { get; init; }

    /// <summary>The step ends with the child; else as soon as that is started.</summary>
    public bool Waits { get; init; } = true;

    public override IEnumerable<References> References => Inputs is { } inputs ? [WorkflowKey.References, inputs.References] : [WorkflowKey.References];
}
