using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Execution;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Jobs.Executors;

/// <summary>Carries out one type of step. Stateless; shared by all workers of the process.</summary>
internal interface IStepExecutor
{
    /// <summary>The action that it carries out.</summary>
    Type Action { get; }

    /// <summary>
    /// Makes one attempt. What goes wrong with the target comes back as <see cref="AttemptFailed"/>; an
    /// <see cref="EvaluationException"/> and a cancellation may be thrown.
    /// </summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="cancellationToken">Cancelled when the attempt's time is over, or its worker shuts down.</param>
    ValueTask<AttemptResult> ExecuteAsync(StepAttempt attempt, CancellationToken cancellationToken);
}

/// <summary>One attempt of a step, as an executor sees it.</summary>
internal sealed record StepAttempt
{
    public required StepDefinition Step { get; init; }

    public required LoadedWorkflow Workflow { get; init; }

    /// <summary>What is known of the run here.</summary>
    public required RunMemory Memory { get; init; }

    public required RunInfo Run { get; init; }

    /// <summary>The step's number in the run.</summary>
    public required int StepNumber { get; init; }

    /// <summary>Where it stands; null: in the workflow's own body.</summary>
    public StepPlace? Place { get; init; }

    /// <summary>What it is at; null: this is its first turn.</summary>
    public string? Phase { get; init; }

    /// <summary>What it has come to in earlier turns.</summary>
    public StepProgress Progress => Memory.Progress(StepNumber) ?? StepProgress.None;

    /// <summary>What it is called in its run.</summary>
    public string Address => Place is null ? Step.Id : Workflow.Address(Place);

    public required int Number { get; init; }

    /// <summary>Attempts used up since the newest reset, this one among them; those lost with a worker do not count.</summary>
    public int Used { get; init; } = 1;

    /// <summary>Of these so many may be used up: those of the step's <c>retry</c>, and as many again after a decision to retry.</summary>
    public int MaxAttempts { get; init; } = 1;

    public required StepScope Scope { get; init; }

    /// <summary>Of the lock of an exclusive step: higher than those of all that held it before. Null: it has none.</summary>
    public long? FencingToken { get; init; }

    /// <summary>How often an operator has reset the step.</summary>
    public int Resets { get; init; }

    /// <summary>The same for all attempts of the step until it is reset: <c>run:step:resets</c>.</summary>
    public string IdempotencyKey => $"{Run.Id}:{Address}:{Resets}";

    /// <summary>Which attempt it is, the same in all of its turns; another after an operator's retry or reset.</summary>
    public string Mark => $"{Resets}.{Used}";

    /// <summary>What an earlier turn of this attempt has kept (<see cref="Keep"/>); undefined: nothing.</summary>
    public Value Kept => Phase is not null && Progress.Data is { Kind: ValueKind.Object } data && data[nameof(Mark)] == Value.Of(Mark) ? data : Value.Undefined;

    /// <summary>What the next turn is to know, besides what it knows already.</summary>
    public Value Keep(params ReadOnlySpan<(string Name, Value Value)> more)
    {
        var data = (Kept.IsUndefined ? Value.EmptyObject : Kept).With(nameof(Mark), Mark);
        foreach (var (name, value) in more)
        {
            data = data.With(name, value);
        }

        return data;
    }

    /// <summary>What happened, for the attempt's log.</summary>
    public required AttemptLog Log { get; init; }
}
