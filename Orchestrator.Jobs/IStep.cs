using Microsoft.Extensions.Logging;

namespace Orchestrator.Jobs;

/// <summary>
/// A step type of your own. One instance an attempt, made with constructor injection in a scope of its own, and disposed
/// with it. Added by <see cref="Hosting.OrchestratorOptions.AddStep{TStep}"/>.
/// </summary>
/// <typeparam name="TConfig">
/// What a file gives such a step, best a record: each property becomes a field, in snake_case or camelCase, on the step or
/// under its <c>config</c>. <c>required</c> members and constructor parameters without a default have to be given, unless
/// they may be null. <c>[Description]</c> and <c>[JsonPropertyName]</c> are honoured, <c>[Range]</c> and the other validation
/// attributes checked. Any field may be a template, <c>{{ results.order.total }}</c>: what it comes to must fit when the step
/// runs, or the step fails for good.
/// </typeparam>
public interface IStep<in TConfig>
    where TConfig : class
{
    /// <summary>
    /// Makes one attempt. It may be made again after it has taken effect, if this process dies before that is written:
    /// hand <see cref="StepContext.IdempotencyKey"/> to whatever you change.
    /// </summary>
    /// <param name="config">The fields, templates filled in.</param>
    /// <param name="step">Which step of which run it is.</param>
    /// <param name="cancellationToken">Cancelled when the attempt's <c>timeout_ms</c> is over or the host stops; obey it.</param>
    /// <returns>
    /// The step's result, which other steps read as <c>results.id</c>: anything that can be written as JSON (properties in
    /// snake_case), or null.
    /// </returns>
    /// <exception cref="StepFailedException">The attempt failed, and whether another may follow.</exception>
    /// <exception cref="Exception">Anything else is a failure that passes: the step's <c>retry</c> says what follows. The message is kept with the run.</exception>
    Task<object?> RunAsync(TConfig config, StepContext step, CancellationToken cancellationToken);
}

/// <summary>What a step of an own type is told about itself.</summary>
public sealed record StepContext
{
    /// <summary>The run.</summary>
    public required Guid RunId { get; init; }

    /// <summary>The step's id in the file.</summary>
    public required string StepId { get; init; }

    public required string WorkflowKey { get; init; }

    /// <summary>Counts from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>The same for all attempts of the step: whoever honours it does the work once.</summary>
    public required string IdempotencyKey { get; init; }

    /// <summary>
    /// Of an <c>exclusive</c> step: higher than that of every attempt that held the lock before. What is changed under it can
    /// refuse a lower one, of an attempt that was paused while its lock went on. Null: the step is not exclusive.
    /// </summary>
    public long? FencingToken { get; init; }

    /// <summary>Whose run it is.</summary>
    public required string Tenant { get; init; }

    /// <summary>The user it was dispatched for; null: none was named.</summary>
    public string? UserId { get; init; }

    /// <summary>The caller's own name for what the run is about; null: none was given.</summary>
    public string? IntentId { get; init; }

    /// <summary>Its lines are kept with the attempt (200 of them, 2,000 characters each), and go to the host's log too.</summary>
    public required ILogger Logger { get; init; }
}

/// <summary>An attempt of a step failed.</summary>
/// <param name="message">What went wrong; kept with the run, so no secret in it.</param>
/// <param name="isPermanent">No other attempt follows, whatever the step's <c>retry</c> says.</param>
/// <param name="inner">What was behind it.</param>
public sealed class StepFailedException(string message, bool isPermanent = false, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Another attempt would fail as well.</summary>
    public bool IsPermanent { get; } = isPermanent;
}
