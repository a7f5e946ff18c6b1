using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Execution;

/// <summary>How an attempt of a step ended. A closed set.</summary>
internal abstract record AttemptResult;

/// <summary>The step's result is there.</summary>
/// <param name="Output">The result.</param>
/// <param name="Response">Of an http step: <c>{status, headers}</c>; else undefined.</param>
internal sealed record AttemptSucceeded(Value Output, Value Response = default, int? StatusCode = null) : AttemptResult;

/// <summary>The step's <c>when</c> was false.</summary>
internal sealed record AttemptSkipped : AttemptResult;

/// <summary>Something went wrong; whether another attempt follows is the retry policy's to say.</summary>
internal sealed record AttemptFailed(Failure Failure) : AttemptResult;

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

    /// <summary>A script threw, or used up its memory (<c>script_error</c>).</summary>
    Script,

    /// <summary>An expression could not be evaluated; never retried.</summary>
    Expression,

    /// <summary>Something that nobody expected; tried again, since nothing is known of it.</summary>
    Unexpected,

    /// <summary>The step can't be carried out as it stands; never retried.</summary>
    Invalid,

    /// <summary>Its worker died each time; never retried.</summary>
    Poison,
}

/// <summary>Why an attempt failed.</summary>
/// <param name="Kind">Decides about a retry.</param>
/// <param name="Message">For the operator: what, where, and how to mend it. Holds no secret.</param>
/// <param name="StatusCode">The HTTP status, where there was one.</param>
/// <param name="RetryAfter">The target's own wish (429 and 503).</param>
internal sealed record Failure(FailureKind Kind, string Message, int? StatusCode = null, TimeSpan? RetryAfter = null);
