using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Limits;
using Orchestrator.Jobs.Recording;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Executors;

/// <summary>Makes one attempt of a step: its condition, its action in the time it has, its output; and classifies the end.</summary>
internal sealed class AttemptMaker(IEnumerable<IStepExecutor> executors, TimeProvider time, Random random)
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
        MakeAsync(workflow, memory, claimed.Job.StepIndex, claimed.Attempt, claimed, held, cancellationToken);

    /// <summary>An attempt that did not come about: it failed before it was admitted.</summary>
    public StepRecord Refuse(StepDefinition step, ClaimedStep claimed, Failure failure) =>
        Record(claimed, Judge(step, new AttemptFailed(failure), claimed.Used, claimed.MaxAttempts));

    /// <summary>An attempt that is not admitted yet.</summary>
    public StepRecord Park(ClaimedStep claimed, VerdictWait wait) => Record(claimed, wait);

    private StepRecord Record(ClaimedStep claimed, StepVerdict verdict) => new()
    {
        Step = claimed.Job.StepIndex,
        Job = claimed.Job,
        Attempt = claimed.Attempt,
        IsClaimed = true,
        StartedAt = claimed.StartedAt,
        FinishedAt = time.GetUtcNow().UtcDateTime,
        Verdict = verdict,
    };

    /// <summary>The first attempt of a step without effect that has not been claimed.</summary>
    public Task<StepRecord> EvaluateAsync(
        LoadedWorkflow workflow, RunMemory memory, int step, CancellationToken cancellationToken) =>
        MakeAsync(workflow, memory, step, 1, null, null, cancellationToken);

    private async Task<StepRecord> MakeAsync(
        LoadedWorkflow workflow, RunMemory memory, int index, int number, ClaimedStep? claimed, StepLock? held, CancellationToken cancellationToken)
    {
        var step = workflow.Step(index);
        var startedAt = time.GetUtcNow().UtcDateTime;
        memory.BeginAttempt(claimed?.StartedAt, time);
        var attempt = new StepAttempt
        {
            Step = step,
            Run = memory.Run,
            Number = number,
            Resets = claimed?.Resets ?? 0,
            Used = claimed?.Used ?? number,
            Scope = new StepScope(workflow.Definition, memory, workflow.Needs(index).Results, step, number, held?.Token),
            FencingToken = held?.Token,
            Log = new AttemptLog(time),
        };
        var result = claimed?.Lost >= MaxLost
            ? new AttemptFailed(new Failure(FailureKind.Poison, $"Its worker died {claimed.Lost} times while it ran."))
            : await RunAsync(attempt, cancellationToken);
        return new StepRecord
        {
            Step = index,
            Job = memory.Run.Id.Job(index),
            Attempt = number,
            IsClaimed = claimed is not null,
            StartedAt = startedAt,
            FinishedAt = time.GetUtcNow().UtcDateTime,
            Verdict = Judge(step, result, claimed?.Used ?? number, claimed?.MaxAttempts ?? step.Retry.MaxAttempts),
            Lock = held,
            Logs = attempt.Log.ToJson(),
        };
    }

    private async Task<AttemptResult> RunAsync(StepAttempt attempt, CancellationToken cancellationToken)
    {
        try
        {
            if (attempt.Step.When is { } when && !when.Evaluate(attempt.Scope).IsTruthy)
            {
                return new AttemptSkipped();
            }

            var result = await ExecuteAsync(attempt, cancellationToken);
            if (result is not AttemptSucceeded success)
            {
                return result;
            }

            var raw = success.Output;
            success = attempt.Step.Output is { } output ? success with { Output = output.Render(new OutputScope(attempt.Scope, raw)) } : success;
            return RequiredAccuracy.Failure(attempt.Step.RequiredAccuracy, RequiredAccuracy.Of(success, raw), "The result") is { } failure
                ? new AttemptFailed(failure)
                : success;
        }
        catch (EvaluationException e)
        {
            return new AttemptFailed(new Failure(FailureKind.Expression, e.Message));
        }
    }

    private async Task<AttemptResult> ExecuteAsync(StepAttempt attempt, CancellationToken cancellationToken)
    {
        var executor = _executors[attempt.Step.Action.GetType()];
        if (!attempt.Step.Action.HasEffect || attempt.Step.Timeout is not { } timeout)
        {
            return await CatchAsync(executor, attempt, cancellationToken);
        }

        using var clock = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(clock.Token, cancellationToken);
        try
        {
            return await CatchAsync(executor, attempt, either.Token);
        }
        catch (OperationCanceledException) when (clock.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new AttemptFailed(new Failure(
                FailureKind.Timeout, $"No end within {timeout.TotalMilliseconds:0} ms (timeout_ms of step '{attempt.Step.Id}')."));
        }
    }

    /// <summary>
    /// A step's failure is an outcome. Thrown out of here it would leave the step running until its lease is over, again
    /// and again; only what was cancelled from outside is, and an expression's failure, which the caller knows.
    /// </summary>
    private static async Task<AttemptResult> CatchAsync(
        IStepExecutor executor, StepAttempt attempt, CancellationToken cancellationToken)
    {
        try
        {
            return await executor.ExecuteAsync(attempt, cancellationToken);
        }
        catch (Exception e) when (e is not EvaluationException && !cancellationToken.IsCancellationRequested)
        {
            return new AttemptFailed(new Failure(FailureKind.Unexpected, $"{e.GetType().Name}: {e.Message}"));
        }
    }

    private StepVerdict Judge(StepDefinition step, AttemptResult result, int used, int maxAttempts) => result switch
    {
        AttemptSucceeded success => new VerdictSuccess(
            success.Output.IsUndefined ? Value.Null : success.Output.AsStored(), success.Response, success.StatusCode),
        AttemptSkipped => new VerdictSkip(),
        AttemptFailed { Failure: var failure } =>
            Classifier.NextAttempt(step.Retry, failure, used, maxAttempts, random.NextDouble()) is { } delay
                ? new VerdictRetry(failure, delay, $"Retry attempt {used} of {maxAttempts - 1}: {failure.Message}")
                : new VerdictDead(failure),
        _ => throw new ArgumentOutOfRangeException(nameof(result), result, null),
    };

    /// <summary>In a step's <c>output</c> its own raw result is <c>results.&lt;its id&gt;</c> and <c>step.result</c>.</summary>
    private sealed class OutputScope(StepScope inner, Value raw) : IScope
    {
        public DateTime? Now => inner.Now;

        public Guid? NewId() => inner.NewId();

        public Value Resolve(string root) =>
            root == RootNames.Step ? inner.Resolve(root).With("result", raw) : inner.Resolve(root);
    }
}
