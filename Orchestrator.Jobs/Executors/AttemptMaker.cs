using Microsoft.Extensions.Logging;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Limits;
using Orchestrator.Jobs.Recording;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Jobs.Executors;

/// <summary>Makes one attempt of a step: its condition, its action in the time it has, its output; and classifies the end.</summary>
internal sealed class AttemptMaker(IEnumerable<IStepExecutor> executors, Alternatives alternatives, Rollbacks rollbacks, OrchestratorOptions options, TimeProvider time, Random random, ILogger<AttemptMaker> log)
{
    /// <summary>A step whose worker died this often is not given to another.</summary>
    public const int MaxLost = 20;

    private readonly Dictionary<Type, IStepExecutor> _executors = executors.ToDictionary(executor => executor.Action);

    /// <summary>An attempt of a claimed step; what it reads is in memory.</summary>
    /// <param name="workflow">The step's.</param>
    /// <param name="memory">Of its run.</param>
    /// <param name="claimed">The attempt, which was admitted.</param>
    /// <param name="held">The lock that it holds; null: none.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task<StepRecord> MakeAsync(
        LoadedWorkflow workflow, RunMemory memory, ClaimedStep claimed, StepLock? held, CancellationToken cancellationToken) =>
        MakeAsync(workflow, memory, claimed.Job.StepIndex, claimed.Place, claimed.Attempt, claimed, held, cancellationToken);

    /// <summary>An attempt that did not come about: it failed before it was admitted.</summary>
    public StepRecord Refuse(StepDefinition step, ClaimedStep claimed, Failure failure) =>
        Record(claimed, Judge(step, new AttemptFailed(failure), claimed.Used, claimed.MaxAttempts, claimed.Phase));

    /// <summary>An attempt that is not admitted yet.</summary>
    public StepRecord Park(ClaimedStep claimed, VerdictWait wait) => Record(claimed, wait);

    private StepRecord Record(ClaimedStep claimed, StepVerdict verdict) => new()
    {
        Step = claimed.Job.StepIndex,
        Place = claimed.Place,
        HasProgress = claimed.Phase is not null,
        Job = claimed.Job,
        Attempt = claimed.Attempt,
        IsClaimed = true,
        StartedAt = claimed.StartedAt,
        FinishedAt = claimed.StartedAt,
        Verdict = verdict,
    };

    /// <summary>The first attempt of a step without effect that has not been claimed.</summary>
    public Task<StepRecord> EvaluateAsync(
        LoadedWorkflow workflow, RunMemory memory, int number, StepPlace? place, CancellationToken cancellationToken) =>
        MakeAsync(workflow, memory, number, place, 1, null, null, cancellationToken);

    private async Task<StepRecord> MakeAsync(
        LoadedWorkflow workflow, RunMemory memory, int number, StepPlace? place, int attemptNumber, ClaimedStep? claimed, StepLock? held, CancellationToken cancellationToken)
    {
        var step = workflow.Step(place?.Step ?? number);
        memory.BeginAttempt(claimed?.StartedAt, time);
        var startedAt = memory.AttemptStartedAt;
        DateTime Now() => memory.Now(time) ?? time.GetUtcNow().UtcDateTime;
        var attempt = new StepAttempt
        {
            Step = step,
            Workflow = workflow,
            Memory = memory,
            Run = memory.Run,
            StepNumber = number,
            Place = place,
            Phase = claimed?.Phase,
            Number = attemptNumber,
            Resets = claimed?.Resets ?? 0,
            Used = claimed?.Used ?? attemptNumber,
            MaxAttempts = claimed?.MaxAttempts ?? step.Retry.MaxAttempts,
            Scope = new StepScope(workflow, memory, number, place, attemptNumber, held?.Token),
            FencingToken = held?.Token,
            Log = new AttemptLog(Now),
        };
        var result = claimed?.Lost >= MaxLost
            ? new AttemptFailed(new Failure(FailureKind.Poison, $"Its worker died {claimed.Lost} times while it ran."))
            : await RunAsync(attempt, cancellationToken);
        return new StepRecord
        {
            Step = number,
            Place = place,
            HasProgress = claimed?.Phase is not null,
            Job = memory.Run.Id.Job(number),
            Attempt = attemptNumber,
            IsClaimed = claimed is not null,
            StartedAt = startedAt,
            FinishedAt = Now(),
            Verdict = Judge(step, result, claimed?.Used ?? attemptNumber, claimed?.MaxAttempts ?? step.Retry.MaxAttempts, attempt.Phase),
            Lock = held,
            Logs = attempt.Log.ToJson(),
        };
    }

    private async Task<AttemptResult> RunAsync(StepAttempt attempt, CancellationToken cancellationToken)
    {
        try
        {
            // A step that goes on has been asked already.
            if (attempt.Phase is null && attempt.Step.When is { } when && !when.Evaluate(attempt.Scope).IsTruthy)
            {
                return new AttemptSkipped();
            }

            return await ExecuteAsync(attempt, cancellationToken) is var result && result is AttemptSucceeded success
                ? Finish(attempt, success)
                : result;
        }
        catch (EvaluationException e)
        {
            return new AttemptFailed(new Failure(FailureKind.Expression, e.Message));
        }
    }

    /// <summary>The step's <c>output</c> and <c>set</c> see its raw result; a result that is not accurate enough fails the attempt.</summary>
    private AttemptResult Finish(StepAttempt attempt, AttemptSucceeded success)
    {
        var raw = success.Output;
        var scope = new OutputScope(attempt.Scope, success.Output, attempt.Step.Id);
        if (attempt.Step.Output is { } output && !success.EndsRun)
        {
            success = success with { Output = output.Render(scope) };
            scope = new OutputScope(attempt.Scope, success.Output, attempt.Step.Id);
        }

        if (RequiredAccuracy.Failure(attempt.Step.RequiredAccuracy, RequiredAccuracy.Of(success, raw), "The result") is { } failure)
        {
            return new AttemptFailed(failure);
        }

        if (success.Output.BytesBeyond(options.MaxOutputBytes) is > 0 and var size)
        {
            return TooLarge($"Its result has {size} bytes");
        }

        // An expression that comes to no object assigns nothing.
        return attempt.Step.Set?.Render(scope) is { Kind: ValueKind.Object } set ? Assign(attempt, success, set.AsStored()) : success;
    }

    private AttemptResult Assign(StepAttempt attempt, AttemptSucceeded success, Value set)
    {
        var all = set.AsObject().Aggregate(attempt.Memory.HasRunData ? attempt.Memory.Variables : Value.EmptyObject, (all, one) => all.With(one.Key, one.Value));
        return all.BytesBeyond(options.MaxOutputBytes) is > 0 and var size ? TooLarge($"With its `set` the run's variables have {size} bytes") : success with { Set = set };
    }

    private AttemptFailed TooLarge(string what) =>
        new(new Failure(FailureKind.Invalid, $"{what}; {options.MaxOutputBytes} are allowed (Orchestrator:MaxOutputBytes). Keep what is large elsewhere, and its address here."));

    private async Task<AttemptResult> ExecuteAsync(StepAttempt attempt, CancellationToken cancellationToken)
    {
        if (attempt.Phase == StepPhase.Alternative)
        {
            return await alternatives.GoOnAsync(attempt, cancellationToken);
        }

        if (attempt.Phase == StepPhase.Rollback)
        {
            return await rollbacks.GoOnAsync(attempt, cancellationToken);
        }

        var executor = _executors[attempt.Step.Action.GetType()];
        if (!attempt.Step.Action.HasEffect || attempt.Step.Timeout is not { } timeout)
        {
            return Deadline.Bound(attempt, await CatchAsync(executor, attempt, cancellationToken));
        }

        // An action with an alternative keeps the time of each itself: the second has its own.
        return attempt.Step.Action.HasAlternative
            ? await CatchAsync(executor, attempt, cancellationToken)
            : await Deadline.WithinAsync(attempt, timeout, time, stop => CatchAsync(executor, attempt, stop), cancellationToken);
    }

    /// <summary>
    /// A step's failure is an outcome. Thrown out of here it would leave the step running until its lease is over, again
    /// and again; only what was cancelled from outside is, and an expression's failure, which the caller knows. A step that
    /// steers asks nobody but our own database: that it can't be reached for a while is not the step's failure, which would
    /// begin its wait anew, without what has come already.
    /// </summary>
    private async Task<AttemptResult> CatchAsync(
        IStepExecutor executor, StepAttempt attempt, CancellationToken cancellationToken)
    {
        var steers = attempt.Step.Action is ControlAction;
        try
        {
            return steers ? await SteerAsync(executor, attempt, cancellationToken) : await executor.ExecuteAsync(attempt, cancellationToken);
        }
        catch (Exception e) when (e is not EvaluationException && !(steers && Retry.IsPassing(e)) && !cancellationToken.IsCancellationRequested)
        {
            return new AttemptFailed(new Failure(FailureKind.Unexpected, $"{e.GetType().Name}: {e.Message}"));
        }
    }

    /// <summary>What a turn has done already, such as to take an event, it finds again by the attempt's mark.</summary>
    private async Task<AttemptResult> SteerAsync(IStepExecutor executor, StepAttempt attempt, CancellationToken cancellationToken)
    {
        AttemptResult? result = null;
        await Retry.WhileUnreachableAsync(
            async () => result = await executor.ExecuteAsync(attempt, cancellationToken), options.Lease, time,
            (error, wait) => Log.CannotSteer(log, attempt.Run.Id, attempt.Address, wait.TotalMilliseconds, error.Message));
        return result!;
    }

    private StepVerdict Judge(StepDefinition step, AttemptResult result, int used, int maxAttempts, string? phase) => result switch
    {
        AttemptSucceeded success => new VerdictSuccess(
            success.Output.IsUndefined ? Value.Null : success.Output.AsStored(), success.Response, success.StatusCode)
        {
            NotTaken = success.NotTaken,
            Cancels = success.Cancels,
            LeavesRest = success.LeavesRest,
            EndsRun = success.EndsRun,
            Set = success.Set,
        },
        AttemptSkipped => new VerdictSkip(),
        AttemptOpened opened => new VerdictOpen(opened.Bodies, opened.Wake)
        {
            Phase = phase ?? StepPhase.Open,
            LookAgain = opened.LookAgain,
            Data = opened.Data,
            Items = opened.Items,
            FirstItem = opened.FirstItem,
            Undoes = opened.Undoes,
        },
        AttemptWaits waits => new VerdictWait(waits.WaitingFor, waits.LookAgain, waits.Reason) { Phase = phase ?? StepPhase.Wait, Data = waits.Data },
        AttemptFailed { EndsRun: true } failed => new VerdictDead(failed.Failure) { EndsRun = true },
        AttemptFailed { Failure: var failure } =>
            Classifier.NextAttempt(step.Retry, failure, used, maxAttempts, random.NextDouble()) is { } delay && phase is not (StepPhase.Alternative or StepPhase.Rollback)
                ? new VerdictRetry(failure, delay, $"Retry attempt {used} of {maxAttempts - 1}: {failure.Message}")
                : GiveUp(step, failure, phase),
        _ => throw new ArgumentOutOfRangeException(nameof(result), result, null),
    };

    /// <summary>No attempt is left: what the step's policy makes of that.</summary>
    private static StepVerdict GiveUp(StepDefinition step, Failure failure, string? phase) => step.OnFailure.Kind switch
    {
        OnFailure.Skip => new VerdictPassedOver(failure),
        OnFailure.Continue => new VerdictDead(failure) { IsPresent = true },
        OnFailure.Alternative when step.Alternative is { } body && phase != StepPhase.Alternative => Alternatives.Open(step, body, failure),
        OnFailure.Rollback when phase != StepPhase.Rollback => Rollbacks.Open(step, failure),
        OnFailure.Escalate => new VerdictHeld(failure, step.OnFailure.Handler),
        _ => new VerdictDead(failure),
    };

    /// <summary>In a step's <c>output</c> its own raw result is <c>results.&lt;its id&gt;</c> and <c>step.result</c>.</summary>
    private sealed class OutputScope(StepScope inner, Value raw, string id) : IScope
    {
        public DateTime? Now => inner.Now;

        public Guid? NewId() => inner.NewId();

        public Value Resolve(string root) => root switch
        {
            RootNames.Step => inner.Resolve(root).With("result", raw),
            RootNames.Results => inner.Resolve(root).With(id, raw),
            _ => inner.Resolve(root),
        };
    }
}
