using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Workflows.Definitions;

/// <summary>A step that steers: it decides which other steps start, opens blocks of them, or waits; nothing outside sees it.</summary>
public abstract record ControlAction : StepAction
{
    public override bool HasEffect => false;

    public override bool MayRunAhead => false;

    /// <summary>When the step's time is over it ends with null; else it fails.</summary>
    public virtual bool ContinuesAfterTimeout => false;
}

/// <summary>Starts the steps of the first case that is true, and skips those of the others (<c>condition</c>, <c>switch</c>).</summary>
/// <param name="Name">The type's name.</param>
/// <param name="Cases">In the order in which they are tried.</param>
/// <param name="Otherwise">Ids of the steps that start where no case is true.</param>
public sealed record BranchAction(string Name, IReadOnlyList<BranchCase> Cases, IReadOnlyList<string> Otherwise) : ControlAction
{
    public override string Type => Name;

    public override bool MayRunAhead => true;

    public override IEnumerable<References> References => Cases.Select(one => one.When.References);

    /// <summary>Every step that starts only through it.</summary>
    public IEnumerable<string> Targets => Cases.SelectMany(one => one.Steps).Concat(Otherwise).Distinct();
}

/// <param name="When">Whether it is this case.</param>
/// <param name="Steps">Ids of the steps that start then; they may be none.</param>
public sealed record BranchCase(Expression When, IReadOnlyList<string> Steps);

/// <summary>Opens one body again and again while its condition is true (<c>loop</c>).</summary>
public sealed record LoopAction : ControlAction
{
    public const int DefaultMaxIterations = 100;

    public override string Type => "loop";

    /// <summary>Before each pass: whether there is one; null: always.</summary>
    public Expression? Condition { get; init; }

    /// <summary>After each pass: whether it was the last; null: never.</summary>
    public Expression? BreakCondition { get; init; }

    /// <summary>Passes at most.</summary>
    public int MaxIterations { get; init; } = DefaultMaxIterations;

    /// <summary>Between passes.</summary>
    public TimeSpan Delay { get; init; }

    public override IEnumerable<References> References =>
        new[] { Condition, BreakCondition }.OfType<Expression>().Select(expression => expression.References);
}

/// <summary>Opens a body for each item of a list and joins their results in the list's order (<c>for_each</c>).</summary>
public sealed record ForEachAction : ControlAction
{
    public override string Type => "for_each";

    public required Template Items { get; init; }

    /// <summary>Items at a time; null: as many as the engine keeps open at once.</summary>
    public int? MaxConcurrency { get; init; }

    /// <summary>Another name of <c>item</c> inside; null: none.</summary>
    public string? ItemName { get; init; }

    /// <summary>An item's failure is its result, <c>{error}</c>; else it fails the step.</summary>
    public bool PassesOverFailures { get; init; }

    /// <summary>So many items that ended well are enough; null: all are needed.</summary>
    public int? CompleteAfter { get; init; }

    /// <summary>After an item has ended: whether that was enough; it sees <c>step.total</c>, <c>step.ended</c>, <c>step.succeeded</c>.</summary>
    public Expression? CompleteWhen { get; init; }

    /// <summary>What is still open when it was enough goes on; else it is cancelled.</summary>
    public bool LeavesRest { get; init; }

    public override IEnumerable<References> References =>
        CompleteWhen is { } enough ? [Items.References, enough.References] : [Items.References];
}

/// <summary>Opens its bodies side by side and ends when all have (<c>parallel</c>).</summary>
/// <param name="Steps">Ids of the named steps.</param>
/// <param name="MaxConcurrency">Bodies at a time; null: all.</param>
public sealed record ParallelAction(IReadOnlyList<string> Steps, int? MaxConcurrency) : ControlAction
{
    public override string Type => "parallel";
}

/// <summary>Opens its bodies side by side; the first to end well wins, the others are cancelled (<c>race</c>).</summary>
/// <param name="Steps">Ids of the named steps.</param>
public sealed record RaceAction(IReadOnlyList<string> Steps) : ControlAction
{
    public override string Type => "race";
}

/// <summary>Waits for a time, without a worker (<c>delay</c>). Exactly one of the settings is there.</summary>
public sealed record DelayAction : ControlAction
{
    public override string Type => "delay";

    /// <summary>Milliseconds.</summary>
    public Template? Ms { get; init; }

    /// <summary>A moment: a date's text, or milliseconds since 1970.</summary>
    public Template? Until { get; init; }

    /// <summary>Milliseconds at least and at most, drawn once.</summary>
    public (double Min, double Max)? Random { get; init; }

    /// <summary>Longer ones, and what is no time, are its first turn's to judge.</summary>
    public override TimeSpan? WaitsFirst =>
        Ms is { IsConstant: true, Constant: { Kind: ValueKind.Number } ms } && ms.AsNumber() is > 0 and <= 86_400_000 and var time ? TimeSpan.FromMilliseconds(time) : null;

    public override IEnumerable<References> References => new[] { Ms, Until }.OfType<Template>().Select(template => template.References);
}

/// <summary>Cancels steps that have not ended (<c>cancel</c>).</summary>
/// <param name="Steps">Ids of the named steps.</param>
/// <param name="Scope">All steps of this scope too; null: none.</param>
public sealed record CancelAction(IReadOnlyList<string> Steps, string? Scope) : ControlAction
{
    public override string Type => "cancel";
}

/// <summary>Ends the run at once (<c>succeed</c>, <c>fail</c>).</summary>
/// <param name="Succeeds">How.</param>
/// <param name="Message">Of a failure: the run's error; null: none given.</param>
/// <param name="Output">Of a success: the run's output; null: the workflow's own.</param>
public sealed record EndAction(bool Succeeds, Template? Message, Template? Output) : ControlAction
{
    public override string Type => Succeeds ? "succeed" : "fail";

    public override IEnumerable<References> References => new[] { Message, Output }.OfType<Template>().Select(template => template.References);
}
