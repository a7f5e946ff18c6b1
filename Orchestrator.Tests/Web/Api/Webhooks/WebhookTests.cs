using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Web.Api.Webhooks;

[TestFixture]
internal sealed class WebhookTests : ApiFixture
{
    private const string Body = """{"user_id": "ada", "intent_id": "learn", "action": "opened"}""";
    private const string Workflow = "{ key: hook, trigger: { type: webhook, secret: TEST_WEBHOOK }, steps: [{ id: a, type: transform, value: \"{{ inputs.action ?? inputs.body }}\" }] }";

    [OneTimeSetUp]
    public async Task PutWorkflowsAsync()
    {
        await Service.PutAsync(Workflow);
        await Service.PutAsync("{ key: unset, trigger: { type: webhook, secret: NOBODY_SET_THIS }, steps: [{ id: a, type: transform, value: 1 }] }");
    }

    [TestCase("X-Hub-Signature-256")]
    [TestCase("X-Signature-256")]
    public async Task A_signed_request_starts_a_run_with_its_body_as_payload(string header)
    {
        var answer = await PostAsync("/api/webhooks/hook", Body, (header, Signature(Body)));

        answer.Status.Should().Be(HttpStatusCode.Accepted, answer.Text);
        var run = await Service.EndAsync(new RunId(Guid.Parse((string)answer.Body["workflow_run_id"]!)));
        (run.Output, run.Row.UserId, run.Row.IntentId, run.Row.Trigger).Should().Be(("\"opened\"", "ada", "learn", "webhook"));
    }

    [TestCase("plain text", "\"plain text\"")]
    [TestCase("[1, 2]", "\"[1, 2]\"")]
    public async Task What_is_no_object_is_the_payloads_body(string body, string output)
    {
        var answer = await PostAsync("/api/webhooks/hook", body, ("X-Hub-Signature-256", Signature(body)));

        (await Service.EndAsync(new RunId(Guid.Parse((string)answer.Body["workflow_run_id"]!)))).Output.Should().Be(output);
    }

    [TestCase(null, null)]
    [TestCase("X-Hub-Signature-256", "")]
    [TestCase("X-Hub-Signature-256", "sha256=")]
    [TestCase("X-Hub-Signature-256", "sha256=nonsense")]
    [TestCase("X-Hub-Signature-256", "sha256=00000000000000000000000000000000000000000000000000000000000000")]
    [TestCase("X-Hub-Signature-256", "sha256=0000000000000000000000000000000000000000000000000000000000000000")]
    [TestCase("X-Hub-Signature-256", "sha256=000000000000000000000000000000000000000000000000000000000000000000")]
    [TestCase("X-Hub-Signature-256", "sha1=0000000000000000000000000000000000000000")]
    [TestCase("webhook-signature", "v1,AAAA")]
    [TestCase("Authorization", "Bearer " + TestService.AdminKey)]
    public async Task A_request_without_the_right_signature_is_refused(string? header, string? value)
    {
        var answer = await PostAsync("/api/webhooks/hook", Body, header is null ? [] : [(header, value!)]);

        answer.ShouldBeProblem(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task A_signature_is_of_this_body_and_this_secret()
    {
        (await PostAsync("/api/webhooks/hook", Body + " ", ("X-Hub-Signature-256", Signature(Body)))).ShouldBeProblem(HttpStatusCode.Unauthorized);
        (await PostAsync("/api/webhooks/hook", Body, ("X-Hub-Signature-256", Signature(Body, "another secret")))).ShouldBeProblem(HttpStatusCode.Unauthorized);
    }

    [TestCase(0, true)]
    [TestCase(-240, true)]
    [TestCase(240, true)]
    [TestCase(-400, false)]
    [TestCase(400, false)]
    public async Task A_signature_with_a_time_holds_for_five_minutes(int seconds, bool isTaken)
    {
        var time = DateTimeOffset.UtcNow.AddSeconds(seconds).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

        var answer = await PostAsync("/api/webhooks/hook", Body, Standard($"msg_{seconds}", time, Body));

        answer.Status.Should().Be(isTaken ? HttpStatusCode.Accepted : HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task One_of_several_signatures_is_enough_and_the_id_is_signed_too()
    {
        var time = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var headers = Standard("msg_several", time, Body);
        headers[2].Value = $"v1,AAAA v2,xyz {headers[2].Value}";
        var taken = await PostAsync("/api/webhooks/hook", Body, headers);
        headers[0].Value = "msg_other";
        var refused = await PostAsync("/api/webhooks/hook", Body, headers);

        (taken.Status, refused.Status).Should().Be((HttpStatusCode.Accepted, HttpStatusCode.Unauthorized));
    }

    [TestCase("X-GitHub-Delivery")]
    [TestCase("Idempotency-Key")]
    [TestCase("webhook-id")]
    public async Task A_delivery_that_comes_again_is_one_run(string header)
    {
        var time = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        (string Name, string Value)[] headers = header == "webhook-id"
            ? Standard("msg_again", time, Body)
            : [(header, $"again by {header}"), ("X-Hub-Signature-256", Signature(Body))];
        var first = await PostAsync("/api/webhooks/hook", Body, headers);
        var again = await PostAsync("/api/webhooks/hook", Body, headers);

        (again.Status, again.Text).Should().Be((HttpStatusCode.Accepted, first.Text));
        again.Headers["Idempotency-Replayed"].Should().Be("true");
    }

    [Test]
    public async Task A_webhook_id_counts_with_a_signature_of_the_body_too()
    {
        (string, string)[] headers = [("webhook-id", "msg_body"), ("X-Hub-Signature-256", Signature(Body))];
        var first = await PostAsync("/api/webhooks/hook", Body, headers);
        var again = await PostAsync("/api/webhooks/hook", Body, headers);

        (again.Status, again.Text).Should().Be((HttpStatusCode.Accepted, first.Text));
    }

    [Test]
    public async Task A_number_is_a_user()
    {
        const string body = """{"user_id": 17, "intent_id": "", "action": "opened"}""";
        var answer = await PostAsync("/api/webhooks/hook", body, ("X-Hub-Signature-256", Signature(body)));

        var run = await Service.EndAsync(new RunId(Guid.Parse((string)answer.Body["workflow_run_id"]!)));
        (run.Row.UserId, run.Row.IntentId).Should().Be(("17", null));
    }

    [TestCase("{\"user_id\": \"LONG\"}", "user_id has to be text of at most 200 characters, or a number.")]
    [TestCase("{\"intent_id\": {}}", "intent_id has to be text of at most 200 characters, or a number.")]
    [TestCase("{\"a\": DEEP}", "body is JSON that nests deeper than")]
    public async Task What_can_not_be_taken_as_it_is_is_refused(string body, string detail)
    {
        body = body.Replace("LONG", new string('x', 201)).Replace("DEEP", new string('[', 2000) + new string(']', 2000));

        var answer = await PostAsync("/api/webhooks/hook", body, ("X-Hub-Signature-256", Signature(body)));

        answer.ShouldBeProblem(HttpStatusCode.UnprocessableEntity);
        ((string)answer.Body["detail"]!).Should().StartWith(detail);
    }

    [Test]
    public async Task Without_a_webhook_there_is_nothing_to_see()
    {
        (string, string)[] signed = [("X-Hub-Signature-256", Signature(Body))];
        var unknown = await PostAsync("/api/webhooks/nobody", Body, signed);
        var other = await PostAsync("/api/webhooks/greet", Body, signed);
        var tenant = await PostAsync("/api/webhooks/nobody/hook", Body, signed);

        unknown.ShouldBeProblem(HttpStatusCode.NotFound);
        (other.Text, tenant.Text).Should().Be((unknown.Text, unknown.Text));
    }

    [Test]
    public async Task A_secret_that_is_not_set_is_named_in_the_log_alone()
    {
        var answer = await PostAsync("/api/webhooks/unset", Body, ("X-Hub-Signature-256", Signature(Body, "")));

        answer.ShouldBeProblem(HttpStatusCode.ServiceUnavailable);
        answer.Text.Should().NotContain("NOBODY_SET_THIS");
        Service.Log.Text.Should().Contain("Secrets__NOBODY_SET_THIS is not set").And.NotContain(TestService.WebhookSecret);
    }

    [Test]
    public async Task Another_tenants_workflow_has_an_address_of_its_own()
    {
        using var admin = await Service.CreateClientAsync(Role.Admin, "hooked");
        using var content = new StringContent(Workflow.Replace("key: hook", "key: theirs", StringComparison.Ordinal));
        (await admin.PutAsync("/api/workflows/theirs", content)).StatusCode.Should().Be(HttpStatusCode.Created);

        var answer = await PostAsync("/api/webhooks/hooked/theirs", Body, ("X-Hub-Signature-256", Signature(Body)));

        (await admin.GetAsync($"/api/runs/{(string)answer.Body["workflow_run_id"]!}")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await PostAsync("/api/webhooks/theirs", Body, ("X-Hub-Signature-256", Signature(Body)))).Status.Should().Be(HttpStatusCode.NotFound);
    }

    private static string Signature(string body, string secret = TestService.WebhookSecret) =>
        "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(body)));

    private static (string Name, string Value)[] Standard(string id, string time, string body)
    {
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(TestService.WebhookSecret), Encoding.UTF8.GetBytes($"{id}.{time}.{body}"));
        return [("webhook-id", id), ("webhook-timestamp", time), ("webhook-signature", "v1," + Convert.ToBase64String(signature))];
    }

    private async Task<ApiAnswer> PostAsync(string path, string body, params (string Name, string Value)[] headers)
    {
        using var client = Service.CreateClient(null);
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await client.SendAsync(request);
        return await ApiAnswer.OfAsync(response);
    }
}
