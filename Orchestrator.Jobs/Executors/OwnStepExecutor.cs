using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Steps;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Executors;

/// <summary>Makes attempts of the host's own step types, each in a scope of its own.</summary>
internal sealed class OwnStepExecutor(
    IEnumerable<OwnStep> steps, IServiceScopeFactory scopes, OrchestratorOptions options, ILoggerFactory logging) : IStepExecutor
{
    private readonly Dictionary<string, OwnStep> _steps = steps.ToDictionary(step => step.Type.Name);

    public Type Action => typeof(OwnAction);

    public async ValueTask<AttemptResult> ExecuteAsync(StepAttempt attempt, CancellationToken cancellationToken)
    {
        var action = (OwnAction)attempt.Step.Action;
        var step = _steps[action.Name];
        var config = Value.Object(action.Config
            .Select(field => KeyValuePair.Create(field.Key, Rendered(field.Value, attempt.Scope))));
        if (Problem(step, action, config) is { } problem)
        {
            return Permanent($"Step '{attempt.Step.Id}': {problem}.");
        }

        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var result = await step.RunAsync(scope.ServiceProvider, config.ToJson(), Context(attempt, step), cancellationToken);
            return ResultOf(result);
        }
        catch (StepFailedException failed)
        {
            return failed.IsPermanent
                ? Permanent(failed.Message)
                : new AttemptFailed(new Failure(FailureKind.Unexpected, failed.Message));
        }
        catch (Exception e) when (e is not OperationCanceledException && cancellationToken.IsCancellationRequested)
        {
            // However a step puts it that it was stopped, it was.
            throw new OperationCanceledException(e.Message, e, cancellationToken);
        }
    }

    /// <summary>Only what a template came to can be wrong: the rest was checked when the file was read.</summary>
    private static string? Problem(OwnStep step, OwnAction action, Value config) => step.Type.Fields
        .Where(field => action.Config.Any(given => given.Key == field.Name && !given.Value.IsConstant))
        .Select(field => field.Problem(config[field.Name]))
        .FirstOrDefault(problem => problem is not null);

    private static Value Rendered(Template template, IScope scope) =>
        template.Render(scope) is { IsUndefined: false } value ? value : Value.Null;

    private AttemptResult ResultOf(object? result)
    {
        try
        {
            var value = LibraryJson.ValueOf(result);
            var size = System.Text.Encoding.UTF8.GetByteCount(value.ToJson());
            return size <= options.MaxResponseBytes
                ? new AttemptSucceeded(value)
                : Permanent($"The result has {size} bytes; {options.MaxResponseBytes} are allowed (Orchestrator:MaxResponseBytes).");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return Permanent($"The result can't be written as JSON: {e.Message}");
        }
    }

    private StepContext Context(StepAttempt attempt, OwnStep step) => new()
    {
        RunId = attempt.Run.Id.Value,
        StepId = attempt.Step.Id,
        WorkflowKey = attempt.Run.WorkflowKey,
        Attempt = attempt.Number,
        IdempotencyKey = attempt.IdempotencyKey,
        FencingToken = attempt.FencingToken,
        Tenant = attempt.Run.Tenant,
        UserId = attempt.Run.UserId,
        IntentId = attempt.Run.IntentId,
        Logger = new AttemptLogger(attempt.Log, logging.CreateLogger(step.Executor.FullName!)),
    };

    private static AttemptFailed Permanent(string message) => new(new Failure(FailureKind.Invalid, message));
}
