using Orchestrator.Jobs.Agents;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Jobs.Execution;

/// <summary>How an attempt of a step ended. A closed set.</summary>
internal abstract record AttemptResult;

/// <summary>The step's result is there.</summary>
/// <param name="Output">The result.</param>
/// <param name="Response">Of an http step: <c>{status, headers}</c>; else undefined.</param>
internal sealed record AttemptSucceeded(Value Output, Value Response = default, int? StatusCode = null) : AttemptResult
{
    /// <summary>Steps that only start through this one, by index, which it has decided against.</summary>
    public IReadOnlyList<int> NotTaken { get; init; } = [];

    /// <summary>Steps to cancel, by number.</summary>
    public IReadOnlyList<int> Cancels { get; init; } = [];

    /// <summary>Blocks of its own that are still open go on.</summary>
    public bool LeavesRest { get; init; }

    /// <summary>The run ends well with it; the output is the run's.</summary>
    public bool EndsRun { get; init; }

    /// <summary>Assigned to the run's variables: an object; undefined: nothing.</summary>
    public Value Set { get; init; }
}

/// <summary>The step's <c>when</c> was false.</summary>
internal sealed record AttemptSkipped : AttemptResult;

/// <summary>Something went wrong; whether another attempt follows is the retry policy's to say.</summary>
internal sealed record AttemptFailed(Failure Failure) : AttemptResult
{
    /// <summary>The run fails with it, whatever the step's policy.</summary>
    public bool EndsRun { get; init; }
}

/// <summary>The step opens blocks, or none anew, and has another turn.</summary>
/// <param name="Bodies">One for each block.</param>
/// <param name="Wake">When its next turn is.</param>
internal sealed record AttemptOpened(IReadOnlyList<int> Bodies, Wake Wake) : AttemptResult
{
    /// <summary>Its next turn is then at the latest; null: whenever the blocks end.</summary>
    public TimeSpan? LookAgain { get; init; }

    /// <summary>What it keeps until then; undefined: what it has.</summary>
    public Value Data { get; init; }

    /// <summary>New items of its list, from <see cref="FirstItem"/> on.</summary>
    public IReadOnlyList<Value> Items { get; init; } = [];

    public int FirstItem { get; init; }

    /// <inheritdoc cref="StepOpened.Undoes"/>
    public UndoneStep? Undoes { get; init; }
}

/// <summary>The step waits for something else than its blocks, without a worker, and has another turn.</summary>
/// <param name="WaitingFor">A word for people and queries: <c>timer</c>, <c>event</c>, …</param>
/// <param name="LookAgain">Its next turn is then at the latest.</param>
/// <param name="Reason">For people.</param>
internal sealed record AttemptWaits(string WaitingFor, TimeSpan LookAgain, string Reason) : AttemptResult
{
    /// <summary>What it keeps until then; undefined: what it has.</summary>
    public Value Data { get; init; }
}

/// <summary>What kind of thing went wrong, in the words of <c>retry.on</c>.</summary>
internal enum FailureKind
{
    /// <summary>The attempt took longer than it may (<c>timeout</c>).</summary>
    Timeout,

    /// <summary>The target could not be reached, or broke off (<c>network</c>).</summary>
    Network,

    /// <summary>The target answered with a status that is no success (its number, <c>5xx</c>).</summary>
    Status,

    /// <summary>The answer says <c>ok: false</c>, or is none that a <c>call</c> may have (<c>not_ok</c>).</summary>
    NotOk,

    /// <summary>The result's accuracy is too low (<c>accuracy</c>).</summary>
    Accuracy,

    /// <summary>A script threw, or used up its memory (<c>script_error</c>).</summary>
    Script,

    /// <summary>An expression could not be evaluated; never retried.</summary>
    Expression,

    /// <summary>A step says so (<c>fail</c>), or steps that it contains have failed; never retried.</summary>
    Given,

    /// <summary>Something that nobody expected; tried again, since nothing is known of it.</summary>
    Unexpected,

    /// <summary>The step can't be carried out as it stands; never retried.</summary>
    Invalid,

    /// <summary>Its worker died each time; never retried.</summary>
    Poison,
}

/// <summary>The id of an agent's row, as errors and handoffs have it: a number.</summary>
internal sealed record AgentId(long Number)
{
    /// <summary>Null: an agent that is there without a row.</summary>
    public static AgentId? Of(TaskAgent agent) => agent.Id is { } number ? new AgentId(number) : null;

    public static implicit operator Value(AgentId? agent) => agent is null ? Value.Null : Value.Of(agent.Number);
}

/// <summary>Why an attempt failed.</summary>
/// <param name="Kind">Decides about a retry.</param>
/// <param name="Message">For the operator: what, where, and how to mend it. Holds no secret.</param>
/// <param name="StatusCode">The HTTP status, where there was one.</param>
/// <param name="RetryAfter">The target's own wish (429 and 503).</param>
internal sealed record Failure(FailureKind Kind, string Message, int? StatusCode = null, TimeSpan? RetryAfter = null)
{
    /// <summary>The agent that the step was given to, or was to be given to; null: none, or one without a row.</summary>
    public AgentId? AgentId { get; init; }

    /// <summary>Never retried, whatever its kind: what a step waits for has had its time.</summary>
    public bool IsFinal { get; init; }
}
