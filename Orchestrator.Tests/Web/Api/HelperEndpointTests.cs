using System.Net;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Web.Api;

/// <summary>Seed 001's helper for calls.</summary>
[TestFixture]
internal sealed class HelperEndpointTests : ApiFixture
{
    private const string Path = "/functions/v1/orchestrator/http";

    [Test]
    public async Task A_call_goes_to_the_service_with_its_token_and_the_callers_key()
    {
        Service.Target.On("/helped", (http, _) =>
        {
            http.Response.Headers["X-Seen"] = "yes";
            http.Response.Headers.SetCookie = "session=secret";
            return TargetServer.JsonAsync(http, 200, """{"ok": true, "said": "hello"}""");
        });
        var answer = await SendAsync("POST", Path, """{"call": "/helped", "body": {"user_id": "ada"}, "headers": {"X-Mine": "1"}}""", ("Idempotency-Key", "mine"));
        var seen = Service.Target.RequestsTo("/helped").Should().ContainSingle().Subject;

        answer.Status.Should().Be(HttpStatusCode.OK, answer.Text);
        ((bool)answer.Body["ok"]!, (int)answer.Body["status"]!, (string)answer.Body["body"]!["said"]!).Should().Be((true, 200, "hello"));
        ((string)answer.Body["headers"]!["x-seen"]!).Should().Be("yes");
        answer.Text.Should().NotContain("session");
        (seen.Method, seen.Key, seen.Authorization, seen.Body, seen.Headers["X-Mine"])
            .Should().Be(("POST", "mine", $"Bearer {TestService.ServiceToken}", """{"user_id":"ada"}""", "1"));
    }

    [Test]
    public async Task A_repeat_under_its_key_is_not_called_again()
    {
        const string body = """{"call": "/repeated", "method": "POST"}""";
        var first = await SendAsync("POST", Path, body, ("X-Idempotency-Key", "repeated"));
        var again = await SendAsync("POST", Path, body, ("X-Idempotency-Key", "repeated"));

        again.Text.Should().Be(first.Text);
        Service.Target.RequestsTo("/repeated").Should().HaveCount(1);
    }

    [Test]
    public async Task An_absolute_address_gets_no_token_and_a_key_of_its_own()
    {
        var answer = await SendAsync("POST", Path, $$"""{"url": "{{Service.Target.Address}}plain"}""");
        var seen = Service.Target.RequestsTo("/plain").Single();

        answer.Status.Should().Be(HttpStatusCode.OK);
        (seen.Method, seen.Authorization).Should().Be(("GET", null));
        seen.Key.Should().StartWith("http:");
    }

    [TestCase(503, "not json", false, "\"not json\"")]
    [TestCase(201, "[1]", true, "[1]")]
    [TestCase(404, "", false, "null")]
    public async Task Whatever_the_service_answers_is_told(int status, string body, bool isOk, string shown)
    {
        Service.Target.On($"/answers-{status}", (http, _) => TargetServer.JsonAsync(http, status, body));
        var answer = await SendAsync("POST", Path, $$"""{"call": "/answers-{{status}}"}""");

        ((bool)answer.Body["ok"]!, (int)answer.Body["status"]!, answer.Body["body"]?.ToJsonString() ?? "null").Should().Be((isOk, status, shown));
    }

    [TestCase("""{}""", 422, "call or url is required")]
    [TestCase("""{"call": "/x", "url": "http://x"}""", 422, "only one of them")]
    [TestCase("""{"url": "ftp://x"}""", 422, "http or https")]
    [TestCase("""{"call": "x"}""", 422, "starts with '/'")]
    [TestCase("""{"call": "/x", "method": "TRACE"}""", 422, "method has to be one of GET")]
    [TestCase("""{"call": "/x", "timeout_ms": 60001}""", 422, "1 to 60000")]
    [TestCase("""{"call": "/x", "headers": {"bad name": "x"}}""", 422, "Header 'bad name'")]
    [TestCase("""{"url": "http://169.254.169.254/latest"}""", 422, "may not call")]
    [TestCase("""{"url": "http://127.0.0.1:1/"}""", 502, "could not be reached")]
    public async Task What_can_not_be_called_is_said(string body, int status, string word)
    {
        var answer = await SendAsync("POST", Path, body);

        answer.ShouldBeProblem((HttpStatusCode)status);
        ((string)answer.Body["error"]!).Should().Contain(word);
        ((bool)answer.Body["ok"]!).Should().BeFalse();
    }

    [Test]
    public async Task A_service_that_does_not_answer_in_time_is_given_up_and_may_be_called_again()
    {
        using var gate = new SemaphoreSlim(0);
        Service.Target.On("/silent", async (http, _) => await gate.WaitAsync(http.RequestAborted));
        const string body = """{"call": "/silent", "timeout_ms": 100}""";
        var answer = await SendAsync("POST", Path, body, ("Idempotency-Key", "silent"));
        Service.Target.On("/silent", (http, _) => TargetServer.JsonAsync(http, 200, "{}"));
        var again = await SendAsync("POST", Path, body.Replace("100", "10000", StringComparison.Ordinal), ("Idempotency-Key", "silent"));

        answer.ShouldBeProblem(HttpStatusCode.GatewayTimeout);
        again.Status.Should().Be(HttpStatusCode.OK);
    }

    [Test]
    public async Task An_answer_that_is_too_large_is_not_taken()
    {
        Service.Target.On("/large", (http, _) => TargetServer.JsonAsync(http, 200, $"\"{new string('x', 300 * 1024)}\""));

        (await SendAsync("POST", Path, """{"call": "/large"}""")).ShouldBeProblem(HttpStatusCode.BadGateway);
    }
}
