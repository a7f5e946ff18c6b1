using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Orchestrator.Jobs.Access;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Notifications;

/// <summary><c>notify</c>: webhooks whose addresses stay secret, and alerts.</summary>
[TestFixture]
internal sealed class NotifyTests
{
    private const string Secret = "hook-secret-2468";

    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync(options =>
    {
        options.Notifications.Channels["ops_team"] = new Uri(options.EdgeBaseUrl!, $"/services/{Secret}?key={Secret}").AbsoluteUri;
        options.Notifications.Channels["closed"] = $"http://127.0.0.1:1/{Secret}";
        options.Notifications.Channels["refused"] = $"http://169.254.169.254/{Secret}";
    });

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [TestCase("#ops-team", """{"text": "3 left", "data": {"n": 3}, "channel": "#ops-team"}""")]
    [TestCase("OPS_TEAM", """{"text": "3 left", "data": {"n": 3}}""")]
    public async Task A_webhook_is_told_what_slack_understands(string channel, string body)
    {
        var run = await _service.RunAsync($$$"""
            key: told
            steps: [{ id: tell, type: notify, config: { channel: "{{{channel}}}", message: "{{ inputs.n }} left", data: { n: "{{ inputs.n }}" } } }]
            """, """{"n": 3}""");

        run.Status.Should().Be("success");
        var request = _service.Target.RequestsTo("/services").Last();
        JsonNode.DeepEquals(JsonNode.Parse(request.Body), JsonNode.Parse(body)).Should().BeTrue(request.Body);
        (request.Method, request.Key, request.Authorization).Should().Be(("POST", $"{run.Id}:tell:0", null));
    }

    [TestCase("ops_team", 404, 1, "Channel 'ops_team' answered 404.")]
    [TestCase("ops_team", 503, 2, "Channel 'ops_team' answered 503.")]
    [TestCase("closed", 200, 2, "Channel 'closed' could not be reached: ConnectionError")]
    [TestCase("refused", 200, 1, "Channel 'refused' is at an address that steps may not call.")]
    public async Task What_goes_wrong_is_said_without_the_address(string channel, int status, int attempts, string message)
    {
        _service.Target.On($"/services/{Secret}", (http, seen) => TargetServer.JsonAsync(http, status, $"no {seen.Path}"));

        var run = await _service.RunAsync($"{{ key: wrong, steps: [{{ id: tell, type: notify, channel: {channel}, message: m, retry: {{ max_attempts: 2, delay_ms: 1 }} }}] }}");
        _service.Target.On($"/services/{Secret}", (http, _) => TargetServer.JsonAsync(http, 200, "{}"));

        run.AttemptsOf("tell").Should().HaveCount(attempts).And.OnlyContain(attempt => attempt.ErrorText == message);
        var everything = await _service.Client.GetStringAsync($"/api/runs/{run.Id}") + await _service.Client.GetStringAsync($"/api/runs/{run.Id}/logs")
            + await _service.Database.ScalarAsync<string>("select string_agg(s::text, '') from hangfire.state s") + string.Join("", _service.Log.Lines);
        everything.Should().NotContain(Secret);
    }

    [Test]
    public async Task A_channel_that_is_not_there_is_dead_at_once_and_the_error_names_those_that_are()
    {
        var run = await _service.RunAsync("{ key: unknown, steps: [{ id: tell, type: notify, channel: '#sales', message: m }] }");

        run.AttemptsOf("tell").Single().ErrorText.Should().Be(
            "Step 'tell': there is no channel '#sales'; there are 'ops_team', 'closed', 'refused', 'alerts'. Set its webhook as Notifications__Channels__sales.");
    }

    [Test]
    public async Task An_alert_is_a_row_that_is_listed_and_acknowledged_once()
    {
        var run = await _service.RunAsync("""
            key: alerting
            steps: [{ id: tell, type: notify, channel: alerts, severity: critical, message: "{{ 'x'.repeat(3000) }}", data: { n: 1 } }]
            """);
        var page = (await _service.Client.GetFromJsonAsync<JsonNode>($"/api/alerts?run_id={run.Id}"))!;

        var alert = page["items"]!.AsArray().Single()!;
        page["next_cursor"].Should().BeNull();
        ((string)alert["message"]!).Should().Be(new string('x', 1999) + "…");
        ((string)alert["severity"]!, (string)alert["type"]!, (string)alert["status"]!, (string)alert["step_id"]!, alert["data"]!.ToJsonString())
            .Should().Be(("critical", "notify", "open", "tell", """{"n":1}"""));
        ((string)alert["alert_id"]!).Should().Be((string)JsonNode.Parse(run.Output!)!["alert_id"]!);

        using var viewer = await _service.CreateClientAsync(Role.Viewer);
        using var operating = await _service.CreateClientAsync(Role.Operator);
        var route = $"/api/alerts/{alert["alert_id"]}/acknowledge";
        (await viewer.PostAsync(route, null)).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        var first = await (await _service.Client.PostAsync(route, null)).Content.ReadFromJsonAsync<JsonNode>();
        var second = await (await operating.PostAsync(route, null)).Content.ReadFromJsonAsync<JsonNode>();

        ((string)first!["status"]!).Should().Be("acknowledged");
        JsonNode.DeepEquals(first, second).Should().BeTrue("who did so first stays");
        (await _service.Client.PostAsync($"/api/alerts/{Guid.NewGuid()}/acknowledge", null)).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task Alerts_are_found_by_what_they_are_page_by_page()
    {
        await _service.Database.ExecuteAsync("""
            insert into alerts (tenant_id, alert_id, severity, type, message, created_at, acknowledged_at, acknowledged_by, resolved_at)
            select t.tenant, gen_random_uuid(), case when n % 2 = 0 then 'info' else 'warning' end, 'paging', 'm' || n, now() - n * interval '1 hour',
                   case when n > 3 then now() end, case when n > 3 then 'ada' end, case when n > 5 then now() end
            from generate_series(1, 6) n, (values ('default'), ('other')) as t (tenant)
            """);

        (await MessagesAsync("type=paging&limit=4")).Should().Equal("m1", "m2", "m3", "m4");
        var cursor = (string)(await _service.Client.GetFromJsonAsync<JsonNode>("/api/alerts?type=paging&limit=4"))!["next_cursor"]!;
        (await MessagesAsync($"type=paging&limit=4&cursor={cursor}")).Should().Equal("m5", "m6");
        (await MessagesAsync("type=paging&severity=info")).Should().Equal("m2", "m4", "m6");
        (await MessagesAsync("type=paging&status=open")).Should().Equal("m1", "m2", "m3");
        (await MessagesAsync("type=paging&status=acknowledged")).Should().Equal("m4", "m5");
        (await MessagesAsync("type=paging&status=resolved")).Should().Equal("m6");
        (await _service.Client.GetAsync("/api/alerts?status=closed")).StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    private async Task<IEnumerable<string>> MessagesAsync(string query) =>
        (await _service.Client.GetFromJsonAsync<JsonNode>($"/api/alerts?{query}"))!["items"]!.AsArray().Select(one => (string)one!["message"]!);
}
