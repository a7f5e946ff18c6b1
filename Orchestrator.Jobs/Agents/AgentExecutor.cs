using Microsoft.Extensions.Logging;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Executors;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Agents;

/// <summary>
/// Gives a goal to an agent over HTTP. The first half of a step's attempts is the first agent's, the second half the
/// alternative's, which also takes over at once, within the attempt, from one that fails for good. It keeps nothing: a crash
/// in between makes the attempt anew, and both agents know their own idempotency key.
/// </summary>
internal sealed class AgentExecutor(
    AgentFinder finder, HttpMessageInvoker client, OrchestratorOptions options, TimeProvider time, ILogger<AgentExecutor> log) : IStepExecutor
{
    public Type Action => typeof(AgentTaskAction);

    public async ValueTask<AttemptResult> ExecuteAsync(StepAttempt attempt, CancellationToken cancellationToken)
    {
        var action = (AgentTaskAction)attempt.Step.Action;
        if (action.Alternative is null)
        {
            return await AskAsync(action, attempt, isAlternative: false, cancellationToken);
        }

        if (attempt.MaxAttempts - attempt.Used >= attempt.Step.Retry.MaxAttempts / 2)
        {
            var first = await AskInTimeAsync(action, attempt, isAlternative: false, cancellationToken);
            if (first is not AttemptFailed { Failure: var failure } || Classifier.IsRetried(attempt.Step.Retry, failure))
            {
                return first;
            }

            attempt.Log.Error($"{failure.Message} The alternative agent takes over.");
        }

        return await AskInTimeAsync(action, attempt, isAlternative: true, cancellationToken);
    }

    /// <summary>Each of the two has the step's whole time: else one that is silent would leave none to the other.</summary>
    private Task<AttemptResult> AskInTimeAsync(AgentTaskAction action, StepAttempt attempt, bool isAlternative, CancellationToken cancellationToken) =>
        attempt.Step.Timeout is { } timeout
            ? Deadline.WithinAsync(attempt, timeout, time, stop => AskAsync(action, attempt, isAlternative, stop), cancellationToken)
            : AskAsync(action, attempt, isAlternative, cancellationToken);

    private async Task<AttemptResult> AskAsync(AgentTaskAction action, StepAttempt attempt, bool isAlternative, CancellationToken cancellationToken)
    {
        TaskAgent agent;
        try
        {
            agent = await FindAsync(action, attempt, isAlternative, cancellationToken);
        }
        catch (NoAgentException e)
        {
            return Permanent($"Step '{attempt.Step.Id}': {e.Message}", e.Asked is { } asked ? new AgentId(asked) : null);
        }

        if (Address(agent) is not { } address)
        {
            return Permanent(
                agent.Endpoint is null
                    ? $"Agent '{agent.Username}' has no endpoint, and there is no default one. Set its `endpoint` with PUT /api/agents, or Agents__Endpoint."
                    : $"Agent '{agent.Username}' has an endpoint that is no absolute http or https address without user and password. Set its `endpoint` with PUT /api/agents.",
                AgentId.Of(agent));
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = HttpRequests.Json(AgentRequest.Of(action, attempt, agent)) };
        var key = isAlternative ? attempt.IdempotencyKey + ":alternative" : attempt.IdempotencyKey;
        HttpRequests.AddOwnHeaders(request, attempt, key, agent.Endpoint is null ? options.Agents.Token : null);
        var name = $"Agent '{agent.Username}' ({HttpRequests.Name(request)})";
        var result = await HttpExchange.SendAsync(
            client, request, name, attempt, options.MaxResponseBytes,
            (response, body) => AgentAnswers.Judge(action, attempt.Step, agent, name, response, body, options.MaxResponseBytes, isAlternative),
            cancellationToken);
        return result is AttemptFailed failed ? new AttemptFailed(failed.Failure with { AgentId = AgentId.Of(agent) }) : result;
    }

    private async Task<TaskAgent> FindAsync(AgentTaskAction action, StepAttempt attempt, bool isAlternative, CancellationToken cancellationToken)
    {
        var (tenant, named) = (attempt.Run.Tenant, isAlternative ? action.Alternative : action.Agent);
        TaskAgent? found = null;
        await Retry.WhileUnreachableAsync(
            async () => found = named is null
                ? await finder.ByTypeAsync(tenant, action.AgentType!, action.Capabilities, attempt.Run.Id, cancellationToken)
                : await finder.ByNameAsync(tenant, NameOf(named.Render(attempt.Scope), isAlternative), action.Capabilities, cancellationToken),
            options.Lease, time, (error, wait) => Log.CannotLoad(log, wait.TotalMilliseconds, error.Message));
        return found!;
    }

    private static string NameOf(Value name, bool isAlternative) => name.Kind is ValueKind.String or ValueKind.Number && name.ToText() is { Length: > 0 } text
        ? text
        : throw new NoAgentException($"`{(isAlternative ? "alternative_agent" : "agent")}` has to come to an agent's id or username, but came to {name.Kind}.");

    /// <summary>Rows are checked when they are written by the API; SQL may have written anything.</summary>
    private Uri? Address(TaskAgent agent) =>
        agent.Endpoint is null ? options.Agents.Endpoint : HttpRequests.AddressOfUrl(agent.Endpoint, out _);

    private static AttemptFailed Permanent(string message, AgentId? agent) =>
        new(new Failure(FailureKind.Invalid, message) { AgentId = agent });
}
