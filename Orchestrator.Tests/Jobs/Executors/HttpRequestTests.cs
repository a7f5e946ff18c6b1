using System.Text.Json.Nodes;
using Orchestrator.Jobs.Executors;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Executors;

/// <summary>What an http step sends, over real HTTP.</summary>
[TestFixture]
internal sealed class HttpRequestTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task A_call_without_a_body_sends_the_ids_the_inputs_and_the_results_it_depends_on()
    {
        var run = await _service.RunAsync("""
            key: body
            steps:
              - { id: first, type: transform, value: "{ n: 1 }" }
              - { id: other, type: transform, value: 2 }
              - { id: send, call: /body, depends_on: [first] }
            """, """{"topic": "cells"}""");

        var request = _service.Target.RequestsTo("/body").Should().ContainSingle().Subject;
        request.Method.Should().Be("POST");
        JsonNode.DeepEquals(JsonNode.Parse(request.Body), JsonNode.Parse($$$"""
            {"user_id": "ada", "intent_id": "learn", "workflow_run_id": "{{{run.Id}}}", "step_id": "send",
             "payload": {"topic": "cells"}, "results": {"first": {"n": 1} } }
            """)).Should().BeTrue(request.Body);
    }

    [Test]
    public async Task A_call_by_get_sends_the_ids_as_query_and_no_body()
    {
        var run = await _service.RunAsync("""
            key: get
            steps:
              - { id: send, call: /get?fixed=1, method: GET }
            """);

        var request = _service.Target.RequestsTo("/get").Should().ContainSingle().Subject;
        (request.Method, request.Body).Should().Be(("GET", ""));
        request.Query.Should().Be($"?fixed=1&user_id=ada&intent_id=learn&workflow_run_id={run.Id}&step_id=send");
    }

    [Test]
    public async Task Query_headers_and_body_are_templates()
    {
        await _service.RunAsync("""
            key: templates
            steps:
              - id: send
                call: /templates/{{ inputs.id }}
                query: { q: "{{ inputs.q }}", none: "{{ inputs.none }}" }
                headers: { X-Topic: "about {{ inputs.id }}" }
                body: { n: "{{ inputs.n }}", text: "n={{ inputs.n }}" }
            """, """{"id": "a b", "q": "x&y=z", "n": 3}""");

        var request = _service.Target.RequestsTo("/templates").Should().ContainSingle().Subject;
        request.Path.Should().Be("/templates/a%20b");
        request.Query.Should().Be("?q=x%26y%3Dz");
        request.Headers["X-Topic"].Should().Be("about a b");
        request.Body.Should().Be("""{"n":3,"text":"n=3"}""");
    }

    [Test]
    public async Task The_service_token_goes_with_a_call_and_never_to_a_url()
    {
        await _service.RunAsync($$"""
            key: tokens
            steps:
              - { id: call, call: /tokens/call }
              - { id: url, url: "{{_service.Target.Address}}tokens/url" }
            """);

        var requests = _service.Target.RequestsTo("/tokens").ToDictionary(request => request.Path);
        requests["/tokens/call"].Authorization.Should().Be($"Bearer {TestService.ServiceToken}");
        requests["/tokens/url"].Authorization.Should().BeNull();
        requests["/tokens/url"].Method.Should().Be("GET");
    }

    [Test]
    public async Task The_idempotency_key_is_the_same_for_all_attempts_and_the_run_is_the_trace()
    {
        var answered = 0;
        _service.Target.On("/keys", (http, _) =>
            TargetServer.JsonAsync(http, Interlocked.Increment(ref answered) < 3 ? 503 : 200, """{"ok": true}"""));
        var run = await _service.RunAsync("""
            key: keys
            steps:
              - { id: send, call: /keys, retry: { delay_ms: 1 } }
            """);

        var requests = _service.Target.RequestsTo("/keys");
        requests.Select(request => request.Key).Should().HaveCount(3).And.OnlyContain(key => key == $"{run.Id}:send:0");
        requests.Select(request => request.TraceParent).Should().OnlyHaveUniqueItems()
            .And.OnlyContain(trace => trace!.StartsWith($"00-{run.Id.Value:N}-", StringComparison.Ordinal) && trace.EndsWith("-01", StringComparison.Ordinal));
    }

    [Test]
    public async Task A_user_in_an_address_is_refused_and_its_password_told_to_nobody()
    {
        var run = await _service.RunAsync(
            "{ key: user_in_address, steps: [{ id: send, url: 'http://{{ inputs.who }}' }] }",
            $$"""{"who": "ada:hunter2@{{_service.Target.Address.Authority}}/users"}""");

        run["send"].Attempts.Should().Be(1);
        run.AttemptsOf("send").Single().ErrorText.Should().StartWith("'url' has a user or a password in it").And.NotContain("hunter2");
        _service.Target.RequestsTo("/users").Should().BeEmpty();
    }

    [Test]
    public void A_request_is_called_by_its_address_without_user_and_query()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://ada:hunter2@x:8080/a%20b?token=1");

        HttpRequests.Name(request).Should().Be("GET http://x:8080/a%20b");
    }

    [TestCase("line\r\nX-Evil: 1")]
    [TestCase("null\0")]
    [TestCase("snow ☃")]
    public async Task A_header_that_http_does_not_allow_is_refused_and_not_tried_again(string value)
    {
        var run = await _service.RunAsync("""
            key: header
            steps:
              - { id: send, call: /injection, headers: { X-Value: "{{ inputs.value }}" } }
            """,
            new JsonObject { ["value"] = value }.ToJsonString());

        run["send"].Should().Match<TestStep>(step => step.Status == "dead" && step.Attempts == 1);
        ((string)run.Error["message"]!).Should().Contain("Header 'X-Value' can't be sent");
        _service.Target.RequestsTo("/injection").Should().BeEmpty();
    }

    [Test]
    public async Task The_services_own_headers_cannot_be_doubled_by_the_files()
    {
        await _service.RunAsync("""
            key: own_headers
            steps:
              - { id: send, call: /own, headers: { X-Idempotency-Key: mine, Authorization: Basic abc, traceparent: none, Content-Type: text/plain } }
            """);

        var request = _service.Target.RequestsTo("/own").Should().ContainSingle().Subject;
        request.Key.Should().Be("mine");
        request.Authorization.Should().Be("Basic abc");
        request.TraceParent.Should().Be("none");
        request.Headers["Content-Type"].Should().Be("text/plain");
    }

    [Test]
    public async Task Secrets_reach_no_row_and_no_log()
    {
        await _service.RunAsync($$"""
            key: secrets
            steps:
              - { id: good, call: /secrets }
              - { id: bad, url: "http://127.0.0.1:1/secrets?token=in-the-query", retry: { max_attempts: 1 } }
            """);

        foreach (var table in new[] { "job_attempts", "job_outputs", "workflow_run_data", "job_queue", "hangfire.job", "hangfire.state" })
        {
            var rows = await _service.Database.ScalarAsync<string>($"select coalesce(json_agg(t)::text, '') from {table} t");
            rows.Should().NotContain(TestService.ServiceToken, table).And.NotContain("in-the-query", table);
        }

        _service.Log.Text.Should().NotContain(TestService.ServiceToken).And.NotContain("in-the-query");
    }
}
