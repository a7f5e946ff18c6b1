using Microsoft.Extensions.Logging;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Recording;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Text;

namespace Orchestrator.Jobs.Limits;

/// <summary>Whether an attempt may be made. A closed set.</summary>
internal abstract record AdmissionAnswer;

/// <summary>It may.</summary>
/// <param name="Lock">What it holds while it is under way; null: nothing.</param>
internal sealed record Admitted(StepLock? Lock) : AdmissionAnswer;

/// <summary>Not yet: the step waits without a worker.</summary>
internal sealed record NotYet(VerdictWait Wait) : AdmissionAnswer;

/// <summary>Never: the file's template can't be used.</summary>
internal sealed record NotAdmissible(Failure Failure) : AdmissionAnswer;

/// <summary>
/// Lets attempts of limited steps start: one whose <c>when</c> is false needs nothing, others their lock first, then a token;
/// both at the same moment, so that no token is spent while a step waits for a lock, and no lock held while it waits for a
/// token. A crash in between leaves a running step under a dead worker's lease, its place in line and its lock: the sweeper's
/// case.
/// </summary>
internal sealed class Admission(RateLimits limits, ExclusiveLocks locks, OrchestratorOptions options, TimeProvider time, ILogger<Admission> log)
{
    /// <summary>Who waits for a lock is told when it is free; this is for the case that nobody tells him.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(5);

    /// <summary>Asks for a step that this worker has claimed, and whose reads are in memory.</summary>
    public async Task<AdmissionAnswer> AskAsync(
        LoadedWorkflow workflow, RunMemory memory, ClaimedStep claimed, CancellationToken cancellationToken)
    {
        var step = workflow.Step(claimed.Definition);
        memory.BeginAttempt(claimed.StartedAt, time);
        StepScope Scope() => new(workflow, memory, claimed.Job.StepIndex, claimed.Place, claimed.Attempt);
        try
        {
            return step.When is { } when && !when.Evaluate(Scope()).IsTruthy
                ? new Admitted(null)
                : await AskAsync(
                    step, claimed.Place is { } place ? workflow.Address(place) : step.Id, claimed, Name(step.Exclusive?.Name, "exclusive", Scope()), Name(step.RateLimit?.Key, "rate_limit.key", Scope()), cancellationToken);
        }
        catch (Exception e) when (e is EvaluationException or NameException)
        {
            return new NotAdmissible(new Failure(FailureKind.Expression, e.Message));
        }
    }

    private async Task<AdmissionAnswer> AskAsync(
        StepDefinition step, string address, ClaimedStep claimed, string? name, string? bucket, CancellationToken cancellationToken)
    {
        StepLock? held = null;
        if (name is not null)
        {
            var key = ExclusiveLocks.Key(step.Exclusive!, claimed.Run.Id, name);
            held = await RetryAsync(() => locks.TakeAsync(claimed, address, key, cancellationToken));
            if (held is null)
            {
                return new NotYet(new VerdictWait($"exclusive:{name}", LookAgain, $"Waits for the lock '{name}'") { LookIn = TimeSpan.Zero });
            }
        }

        if (bucket is null)
        {
            return new Admitted(held);
        }

        var wait = TimeSpan.MaxValue;
        try
        {
            var limit = step.RateLimit!;
            wait = await RetryAsync(() => limits.ReserveAsync(
                new TokenAsk(claimed.Run.Tenant, claimed.Job, bucket, limit.Capacity, limit.RefillPerSecond), cancellationToken));
        }
        finally
        {
            if (held is not null && wait > TimeSpan.Zero)
            {
                await locks.ReleaseAsync(held);
            }
        }

        return wait > TimeSpan.Zero
            ? new NotYet(new VerdictWait($"rate_limit:{bucket}", wait, $"Waits for a token of '{bucket}'"))
            : new Admitted(held);
    }

    /// <summary>A name that steps share, rendered; null: the step has none.</summary>
    private static string? Name(Template? template, string field, StepScope scope)
    {
        if (template is null)
        {
            return null;
        }

        var name = template.Render(scope).ToText();
        return name.Length is > 0 and <= RateLimit.MaxKeyLength
            ? StorableText.Of(name)
            : throw new NameException($"`{field}` came to {name.Length} characters; it has to have 1 to {RateLimit.MaxKeyLength}.");
    }

    /// <summary>While the database can't be reached, again, until the step's lease has run out.</summary>
    private async Task<T> RetryAsync<T>(Func<Task<T>> ask)
    {
        T? answer = default;
        await Retry.WhileUnreachableAsync(
            async () => answer = await ask(), options.Lease, time, (error, wait) => Log.CannotAdmit(log, wait.TotalMilliseconds, error.Message));
        return answer!;
    }

    /// <summary>A name that nothing can have.</summary>
    private sealed class NameException(string message) : Exception(message);
}
