using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Web.Api.Describing;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Web.Api.Webhooks;

/// <summary>What an endpoint of a webhook needs.</summary>
internal sealed class WebhookServices(
    WorkflowCatalog workflows, Dispatcher dispatcher, IConfiguration configuration, TimeProvider time, ILogger<WebhookServices> log)
{
    public WorkflowCatalog Workflows { get; } = workflows;

    public Dispatcher Dispatcher { get; } = dispatcher;

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>The value that the operator gave a secret; null, and a line in the log: none.</summary>
    public string? Secret(string workflow, string name)
    {
        if (configuration[$"Secrets:{name}"] is { Length: > 0 } value)
        {
            return value;
        }

        WebLog.NoWebhookSecret(log, workflow, name);
        return null;
    }
}

/// <summary>
/// Runs started by signed requests (<c>type: webhook</c>). The signature stands for the token. A delivery that comes
/// again is one run.
/// </summary>
internal static class WebhookEndpoints
{
    private const string Scope = "webhook";
    private const int MaxDeliveryLength = 150;

    private static readonly string[] DeliveryHeaders = ["X-GitHub-Delivery", IdempotencyHeader.Name, IdempotencyHeader.OtherName];

    public static void MapWebhooks(this IEndpointRouteBuilder routes)
    {
        Describe(routes.MapPost("/api/webhooks/{workflow_key}", (HttpContext http, WebhookServices services, string workflow_key) =>
            ReceiveAsync(http, services, DispatchRequest.DefaultTenant, workflow_key)));
        Describe(routes.MapPost("/api/webhooks/{tenant}/{workflow_key}", ReceiveAsync));
    }

    private static void Describe(RouteHandlerBuilder route) => route.AllowAnonymous().WithMetadata(new OwnIdempotency())
        .WithSummary("Start a run by a signed request")
        .WithDescription("Signed by HMAC-SHA256 with the secret that the workflow's trigger names: X-Hub-Signature-256 or X-Signature-256 "
            + "over the body, or the headers of Standard Webhooks (webhook-id, webhook-timestamp, webhook-signature). The body becomes the payload.")
        .TakesAnyJson("""{"user_id": "ada", "action": "opened"}""").Answers(202, Examples.Dispatched).Fails(401, 404, 503);

    private static async Task<IResult> ReceiveAsync(HttpContext http, WebhookServices services, string tenant, string workflow_key)
    {
        var (body, unreadable) = await RequestBody.ReadBytesAsync(http.Request);
        if (body is null)
        {
            return unreadable!;
        }

        var workflow = await services.Workflows.FindAsync(tenant, workflow_key, null, http.RequestAborted);
        var secrets = workflow?.Definition.Triggers.OfType<WebhookTrigger>().Select(trigger => trigger.Secret).ToArray() ?? [];
        if (secrets.Length == 0)
        {
            return Problems.Of(StatusCodes.Status404NotFound, "No such webhook", "There is no webhook at this address.");
        }

        string[] known = [.. secrets.Select(name => services.Secret(workflow_key, name)).OfType<string>()];
        if (known.Length == 0)
        {
            return Problems.Of(
                StatusCodes.Status503ServiceUnavailable, "Webhook not set up", "The secret of this webhook is not set here. The log has its name.");
        }

        return Array.Exists(known, secret => WebhookSignature.IsValid(http.Request.Headers, body, secret, services.Now))
            ? RunEndpoints.Answer(http, await services.Dispatcher.DispatchAsync(
                Request(http.Request, tenant, workflow_key, body), http.RequestAborted))
            : Problems.Of(
                StatusCodes.Status401Unauthorized, "Wrong signature",
                "The request has no signature of this webhook's secret, or its time is more than 5 minutes off.");
    }

    private static DispatchRequest Request(HttpRequest http, string tenant, string workflow, byte[] body)
    {
        var payload = Payload(body);
        return new DispatchRequest
        {
            Tenant = tenant,
            WorkflowKey = workflow,
            Trigger = Scope,
            Payload = payload,
            UserId = Id(payload["user_id"]),
            IntentId = Id(payload["intent_id"]),
            Key = Delivery(http.Headers) is { } delivery
                ? new IdempotencyKey(Scope, $"{workflow}:{delivery}", SHA256.HashData(body))
                : null,
        };
    }

    private static Value Payload(byte[] body)
    {
        try
        {
            if (Value.FromUtf8(body) is { Kind: ValueKind.Object } value)
            {
                return value;
            }
        }
        catch (JsonException)
        {
            // Text, then.
        }

        return Value.Object(("body", Encoding.UTF8.GetString(body)));
    }

    private static string? Id(Value value) =>
        value.Kind == ValueKind.String && value.AsString().Length is > 0 and <= ApiLimits.MaxIdLength ? value.AsString() : null;

    /// <summary>The sender's name for the delivery; a signed one where the signature holds one.</summary>
    private static string? Delivery(IHeaderDictionary headers)
    {
        var id = WebhookSignature.IsStandard(headers)
            ? headers[WebhookSignature.IdHeader].ToString()
            : DeliveryHeaders.Select(name => headers[name].ToString()).FirstOrDefault(value => value.Length > 0);
        return id?.Length > MaxDeliveryLength ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id))) : id;
    }
}
