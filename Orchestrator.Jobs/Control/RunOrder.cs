using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.States;
using Orchestrator.Workflows.Text;

namespace Orchestrator.Jobs.Control;

/// <summary>What somebody wants done with a run. The statement that does it has the transition's sources in its <c>where</c>.</summary>
/// <param name="Word">Its word in the API, on the command line and in the log.</param>
/// <param name="Transition">What it does to the run's state.</param>
/// <param name="Statement">Name of the statement, for many locked runs at once.</param>
/// <param name="Done">What is left of it in the log, before the name of who did it.</param>
internal sealed record RunOrder(string Word, RunTransition Transition, string Statement, string Done)
{
    public static RunOrder Cancel { get; } = new("cancel", RunTransition.Cancel, "CancelRuns", "Cancelled");

    public static RunOrder Pause { get; } = new("pause", RunTransition.Pause, "PauseRuns", "Paused");

    public static RunOrder Resume { get; } = new("resume", RunTransition.Resume, "ResumeRuns", "Resumed");

    public static IReadOnlyList<RunOrder> All { get; } = [Cancel, Pause, Resume];

    /// <summary>Whether the statement needs to know how a step's Hangfire job is written.</summary>
    public bool Delivers => this == Resume;

    /// <summary>Why a run in this state stays as it is; null: it can be done.</summary>
    public string? Refusal(RunId run, RunState state) => Transition.Allows(state)
        ? null
        : $"Run {run} is {state.Word()}; {Word} needs one that is {string.Join(" or ", Transition.Sources.Select(source => source.Word()))}{(this == Resume ? ", or one that has failed" : "")}.";
}

/// <summary>Who gives an order, and why.</summary>
/// <param name="By">His name.</param>
/// <param name="Reason">In his words; null: he gives none.</param>
internal sealed record Orderer(string By, string? Reason = null)
{
    /// <summary>Longest reason, in characters.</summary>
    public const int MaxReason = 1000;

    /// <summary>The line in the run's log.</summary>
    public string Line(RunOrder order) => StorableText.Of($"{order.Done} by {By}{(Reason is null ? "" : $": {Reason}")}");

    /// <summary>What the log keeps besides, as JSON.</summary>
    public string Data(RunOrder order) => (Reason is null
        ? Value.Object(("action", order.Word), ("by", By))
        : Value.Object(("action", order.Word), ("by", By), ("reason", Reason))).ToJson();
}

/// <summary>What became of an order. A closed set.</summary>
internal abstract record OrderOutcome;

/// <summary>It is carried out.</summary>
/// <param name="State">Where the run stands now.</param>
internal sealed record OrderDone(RunState State) : OrderOutcome;

/// <summary>There is no such run.</summary>
internal sealed record OrderUnknown : OrderOutcome;

/// <summary>The run's state does not allow it; nothing was changed.</summary>
/// <param name="Message">For people.</param>
internal sealed record OrderRefused(string Message) : OrderOutcome;
