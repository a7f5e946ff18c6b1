using Microsoft.Extensions.Logging;
using Orchestrator.Jobs.Alerts;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Executors;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Notifications;

/// <summary>
/// Tells people: through a Slack-compatible webhook, or by a row of <c>alerts</c>, whose id comes from the step's idempotency
/// key, so that there is one. A webhook's address is a secret: nothing of it, nor of what may repeat it, is shown.
/// </summary>
internal sealed class NotifyExecutor(
    AlertStore alerts, HttpMessageInvoker client, OrchestratorOptions options, TimeProvider time, ILogger<NotifyExecutor> log) : IStepExecutor
{
    public Type Action => typeof(NotifyAction);

    public async ValueTask<AttemptResult> ExecuteAsync(StepAttempt attempt, CancellationToken cancellationToken)
    {
        var action = (NotifyAction)attempt.Step.Action;
        var channel = action.Channel.Render(attempt.Scope).ToText();
        var message = action.Message.Render(attempt.Scope).ToText();
        var data = action.Data?.Render(attempt.Scope) is { IsNullish: false } given ? given.AsStored() : Value.Null;
        var size = System.Text.Encoding.UTF8.GetByteCount(data.ToJson());
        if (size > options.MaxResponseBytes)
        {
            return Permanent(attempt, $"`data` has {size} bytes; {options.MaxResponseBytes} are allowed (Orchestrator:MaxResponseBytes).");
        }

        if (options.Notifications.Find(channel) is { } address)
        {
            return await PostAsync(attempt, address, channel, message, data, cancellationToken);
        }

        return NotificationOptions.Plain(channel) == NotifyAction.Alerts
            ? await RaiseAsync(attempt, action.Severity, message, data, cancellationToken)
            : Permanent(attempt, Unknown(channel));
    }

    private async Task<AttemptResult> RaiseAsync(StepAttempt attempt, string severity, string message, Value data, CancellationToken cancellationToken)
    {
        var alert = new NewAlert
        {
            Tenant = attempt.Run.Tenant,
            AlertId = StableId.Of($"{attempt.Run.Tenant}:alert:{attempt.IdempotencyKey}"),
            WorkflowRunId = attempt.Run.Id.Value,
            StepId = attempt.Step.Id,
            Severity = severity,
            Type = "notify",
            Message = message,
            Data = data.IsNull ? null : data.ToJson(),
        };
        await Retry.WhileUnreachableAsync(
            () => alerts.InsertAsync(alert, cancellationToken),
            options.Lease, time, (error, wait) => Log.CannotReport(log, wait.TotalMilliseconds, error.Message));
        return new AttemptSucceeded(Value.Object(("channel", NotifyAction.Alerts), ("alert_id", alert.AlertId.ToString())));
    }

    private async Task<AttemptResult> PostAsync(
        StepAttempt attempt, Uri address, string channel, string message, Value data, CancellationToken cancellationToken)
    {
        var body = Value.Object(("text", message), ("data", data));
        using var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            // Slack's own name of a channel is passed on; a name of the settings would mean nothing there.
            Content = HttpRequests.Json(channel.StartsWith('#') ? body.With("channel", channel) : body),
        };
        HttpRequests.AddOwnHeaders(request, attempt, attempt.IdempotencyKey, serviceToken: null);
        var name = $"Channel '{channel}'";
        return await HttpExchange.SendAsync(
            client, request, name, attempt, options.MaxResponseBytes, (response, _) => Judge(response, name, channel), cancellationToken,
            isSecret: true);
    }

    private static AttemptResult Judge(HttpResponseMessage response, string name, string channel)
    {
        var status = (int)response.StatusCode;
        return response.IsSuccessStatusCode
            ? new AttemptSucceeded(Value.Object(("channel", channel), ("delivered", true)), Value.Object(("status", status)), status)
            : new AttemptFailed(new Failure(FailureKind.Status, $"{name} answered {status}.", status, HttpAnswers.RetryAfter(response)));
    }

    private string Unknown(string channel)
    {
        var known = string.Join(", ", options.Notifications.Channels.Keys.Append(NotifyAction.Alerts).Select(name => $"'{name}'"));
        return $"there is no channel '{channel}'; there are {known}. Set its webhook as Notifications__Channels__{NotificationOptions.Plain(channel)}.";
    }

    private static AttemptFailed Permanent(StepAttempt attempt, string message) =>
        new(new Failure(FailureKind.Invalid, $"Step '{attempt.Step.Id}': {message}"));
}
