using System.Net;
using Microsoft.AspNetCore.Http;
using Orchestrator.Jobs.Executors;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Executors;

/// <summary>How an http step judges what comes back, or that nothing does.</summary>
[TestFixture]
internal sealed class HttpAnswerTests
{
    private const int MaxResponseBytes = 2048;

    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync(options => options.MaxResponseBytes = MaxResponseBytes);

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [TestCase("""{"ok": false, "error": "no such plan"}""", "answered ok: false: no such plan")]
    [TestCase("""{"ok": false, "error": {"message": "deep"}}""", "answered ok: false: deep")]
    [TestCase("""[1, 2]""", "has to answer a 'call' with a JSON object: [1, 2]")]
    [TestCase("plain text", "has to answer a 'call' with a JSON object: plain text")]
    [TestCase("", "has to answer a 'call' with a JSON object")]
    [TestCase("""{"ok": tru""", "has to answer a 'call' with a JSON object")]
    public async Task A_call_has_to_be_answered_by_an_object_that_is_ok(string body, string error)
    {
        var run = await CallAsync(http => TargetServer.JsonAsync(http, 200, body));

        run["send"].Should().Match<TestStep>(step => step.Status == "dead" && step.Attempts == 2, "such an answer may pass");
        run.Attempts[0].ErrorText.Should().Contain(error);
        run.Attempts[0].StatusCode.Should().Be(200);
    }

    [TestCase("""[1, 2]""", """[1,2]""")]
    [TestCase("plain text", "\"plain text\"")]
    [TestCase("", "null")]
    [TestCase("""{"a": 1}""", """{"a":1}""")]
    public async Task A_url_may_answer_anything(string body, string output)
    {
        var run = await UrlAsync(http => TargetServer.JsonAsync(http, 200, body));

        Json.Compact(run["send"].Output).Should().Be(output);
    }

    [Test]
    public async Task A_url_that_says_ok_false_fails()
    {
        var run = await UrlAsync(http => TargetServer.JsonAsync(http, 200, """{"ok": false}"""));

        run["send"].Status.Should().Be("dead");
    }

    [Test]
    public async Task No_content_is_an_empty_result()
    {
        var run = await UrlAsync(http =>
        {
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });

        (run.Status, Json.Compact(run["send"].Output)).Should().Be(("success", "null"));
        run.Attempts[0].StatusCode.Should().Be(204);
    }

    [Test]
    public async Task Expected_statuses_are_the_only_successes()
    {
        var wanted = await UrlAsync(http => TargetServer.JsonAsync(http, 404, """{"gone": true}"""), "expect_status: [200, 404]");
        var unwanted = await UrlAsync(http => TargetServer.JsonAsync(http, 201, "{}"), "expect_status: 200");

        wanted.Output.Should().Be("""{"gone":true}""");
        unwanted["send"].Should().Match<TestStep>(step => step.Status == "dead" && step.Attempts == 1);
        ((string)unwanted.Error["message"]!).Should().Contain("answered 201, not 200 (expect_status)");
    }

    [Test]
    public async Task A_redirect_is_not_followed()
    {
        var run = await CallAsync(http =>
        {
            http.Response.Redirect("/redirected");
            return Task.CompletedTask;
        });

        run["send"].Should().Match<TestStep>(step => step.Status == "dead" && step.Attempts == 1);
        run.Attempts[0].StatusCode.Should().Be(302);
        _service.Target.RequestsTo("/redirected").Should().BeEmpty();
    }

    [Test]
    public async Task An_answer_may_be_as_large_as_allowed_and_no_larger()
    {
        var largest = await UrlAsync(http => http.Response.WriteAsync(new string('x', MaxResponseBytes)));
        var larger = await UrlAsync(http => http.Response.WriteAsync(new string('x', MaxResponseBytes + 1)));

        largest.Status.Should().Be("success");
        larger["send"].Should().Match<TestStep>(step => step.Status == "dead" && step.Attempts == 1);
        larger.Attempts[0].ErrorText.Should().Contain($"more than {MaxResponseBytes} bytes (Orchestrator:MaxResponseBytes)");
    }

    [Test]
    public async Task Text_that_postgresql_cannot_hold_is_mended()
    {
        var result = await UrlAsync(http => TargetServer.JsonAsync(http, 200, """{"nul": "a\u0000b", "half": "\ud800"}"""));
        var error = await UrlAsync(http => http.Response.WriteAsync("nul \0 here"), "expect_status: 201");
        var refused = await CallAsync(http => TargetServer.JsonAsync(http, 200, """{"ok": false, "error": "nul \u0000 here"}"""));

        result.Status.Should().Be("success");
        error.Attempts[0].ErrorText.Should().Contain("nul \uFFFD here");
        ((string)refused.Error["message"]!).Should().Contain("nul \uFFFD here");
    }

    [Test]
    public async Task A_connection_that_breaks_off_or_is_refused_is_tried_again()
    {
        var broken = await CallAsync(http =>
        {
            http.Abort();
            return Task.CompletedTask;
        });
        var refused = await _service.RunAsync("""
            key: refused
            steps:
              - { id: send, url: "http://127.0.0.1:1/", retry: { max_attempts: 2, delay_ms: 1, on: network } }
            """);

        broken["send"].Attempts.Should().Be(2);
        refused["send"].Should().Match<TestStep>(step => step.Status == "dead" && step.Attempts == 2);
        refused.Attempts[0].ErrorText.Should().Contain("GET http://127.0.0.1:1/ could not be reached: Connection refused");
        refused.Attempts[0].Logs.Should().Contain("Connection refused");
    }

    [TestCase("http://169.254.169.254/latest/meta-data")]
    [TestCase("http://[fe80::1]/")]
    [TestCase("http://0.0.0.0/")]
    public async Task An_address_that_steps_may_not_call_is_refused_for_good(string url)
    {
        var run = await _service.RunAsync($$"""
            key: refused_address
            steps:
              - { id: send, url: "{{url}}" }
            """);

        run["send"].Should().Match<TestStep>(step => step.Status == "dead" && step.Attempts == 1);
        run.Attempts[0].ErrorText.Should().Contain("an address that steps may not call");
    }

    [TestCase("169.254.169.254", false)]
    [TestCase("::ffff:169.254.169.254", false)]
    [TestCase("0.0.0.0", false)]
    [TestCase("::", false)]
    [TestCase("224.0.0.1", false)]
    [TestCase("255.255.255.255", false)]
    [TestCase("fe80::1", false)]
    [TestCase("ff02::1", false)]
    [TestCase("fd00:ec2::254", false)]
    [TestCase("fd20:ce::254", false)]
    [TestCase("64:ff9b::a9fe:a9fe", false)]
    [TestCase("2002:a9fe:a9fe::1", false)]
    [TestCase("64:ff9b::808:808", true)]
    [TestCase("fd00:ec2::253", true)]
    [TestCase("127.0.0.1", true)]
    [TestCase("10.1.2.3", true)]
    [TestCase("2001:db8::1", true)]
    public void Link_local_and_multicast_addresses_are_out_of_reach(string address, bool isAllowed) =>
        Outbound.IsAllowed(IPAddress.Parse(address)).Should().Be(isAllowed);

    private Task<TestRun> CallAsync(Func<HttpContext, Task> answer) => RunAsync("call: ", answer, "");

    private Task<TestRun> UrlAsync(Func<HttpContext, Task> answer, string more = "") =>
        RunAsync($"url: {_service.Target.Address.GetLeftPart(UriPartial.Authority)}", answer, more);

    private Task<TestRun> RunAsync(string target, Func<HttpContext, Task> answer, string more)
    {
        var path = $"/answer/{Guid.NewGuid():N}";
        _service.Target.On(path, (http, _) => answer(http));
        return _service.RunAsync($$"""
            key: answer
            steps:
              - id: send
                {{target}}{{path}}
                retry: { max_attempts: 2, delay_ms: 1 }
                {{more}}
            """);
    }
}
