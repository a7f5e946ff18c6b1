using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Web.Api.Describing;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Inputs;

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

    private static readonly string[] DeliveryHeaders = ["X-GitHub-Delivery", WebhookSignature.IdHeader, IdempotencyHeader.Name, IdempotencyHeader.OtherName];

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
        .TakesAnyJson("""{"user_id": "ada", "action": "opened"}""").Answers(202, Examples.Dispatched).Fails(401, 404, 422, 503);

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

        if (!Array.Exists(known, secret => WebhookSignature.IsValid(http.Request.Headers, body, secret, services.Now)))
        {
            return Problems.Of(
                StatusCodes.Status401Unauthorized, "Wrong signature",
                "The request has no signature of this webhook's secret, or its time is more than 5 minutes off.");
        }

        var problems = new List<InputProblem>();
        var request = Request(http.Request, tenant, workflow_key, body, problems);
        return problems.Count == 0
            ? RunEndpoints.Answer(http, await services.Dispatcher.DispatchAsync(request, http.RequestAborted))
            : Problems.Of(
                StatusCodes.Status422UnprocessableEntity, "Wrong fields",
                Problems.Said(problems), problems);
    }

    private static DispatchRequest Request(HttpRequest http, string tenant, string workflow, byte[] body, List<InputProblem> problems)
    {
        var payload = Payload(body, problems);
        return new DispatchRequest
        {
            Tenant = tenant,
            WorkflowKey = workflow,
            Trigger = Scope,
            Payload = payload,
            UserId = Id("user_id", payload, problems),
            IntentId = Id("intent_id", payload, problems),
            Key = Delivery(http.Headers) is { } delivery
                ? new IdempotencyKey(Scope, $"{workflow}:{delivery}", SHA256.HashData(body))
                : null,
        };
    }

    private static Value Payload(byte[] body, List<InputProblem> problems)
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
            if (IsJson(body))
            {
                problems.Add(new InputProblem("body", $"is JSON that nests deeper than {Value.MaxDepth} levels"));
            }

            // Else text.
        }

        return Value.Object(("body", Encoding.UTF8.GetString(body)));
    }

    /// <summary>However deep.</summary>
    private static bool IsJson(byte[] body)
    {
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = int.MaxValue });
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Some senders count their users: a number is taken as its digits.</summary>
    private static string? Id(string name, Value payload, List<InputProblem> problems)
    {
        var text = payload[name] is { Kind: ValueKind.String or ValueKind.Number } value ? value.ToText() : null;
        if (text is null ? !payload[name].IsNullish : text.Length > ApiLimits.MaxIdLength)
        {
            problems.Add(new InputProblem(name, $"has to be text of at most {ApiLimits.MaxIdLength} characters, or a number"));
        }

        return text is { Length: > 0 } ? text : null;
    }

    /// <summary>The sender's name for the delivery; a signed one where the signature holds one.</summary>
    private static string? Delivery(IHeaderDictionary headers)
    {
        var id = WebhookSignature.IsStandard(headers)
            ? headers[WebhookSignature.IdHeader].ToString()
            : DeliveryHeaders.Select(name => headers[name].ToString()).FirstOrDefault(value => value.Length > 0);
        return id?.Length > MaxDeliveryLength ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id))) : id;
    }
}
