using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Locks;
using Orchestrator.Tests.Support;
using Orchestrator.Tests.Web.Api;
using Orchestrator.Web.Api.Describing;

namespace Orchestrator.Tests.Web.Auth;

/// <summary>An administrator of another tenant meets every route with the ids of what the default tenant has.</summary>
[TestFixture]
internal sealed class TenantTests : ApiFixture
{
    private const string Stranger = "stranger";

    /// <summary>What is the same for every tenant.</summary>
    private static readonly string[] Shared = ["/healthz", "/readyz", "/api/workflows/schema.json", "/openapi/v1.json"];

    private HttpClient _stranger = null!;
    private Guid _run;
    private Guid _job;
    private Guid _key;
    private long _agent;

    [OneTimeSetUp]
    public async Task PrepareAsync()
    {
        _stranger = await Service.CreateClientAsync(Role.Admin, Stranger);
        _run = Guid.Parse(await DispatchAsync());
        await Service.EndAsync(new(_run));
        _job = await Service.Database.ScalarAsync<Guid>($"select job_id from job_queue where workflow_run_id = '{_run}'");
        await Service.Get<LockStore>().TryAcquireAsync(DispatchRequest.DefaultTenant, "ours", "us", TimeSpan.FromHours(1), null, null, default);
        _key = Guid.Parse((string)(await SendAsync("POST", "/api/keys", """{"name": "ours", "role": "viewer"}""")).Body["id"]!);
        _agent = (long)(await SendAsync("POST", "/api/agents", """{"username": "ours"}""")).Body["id"]!;
        (await SendAsync("POST", $"/api/agents/{_agent}/events", """{"event_type": "woke"}""")).Status.Should().Be(HttpStatusCode.Created);
    }

    [OneTimeTearDown]
    public void Leave() => _stranger.Dispose();

    [Test]
    public async Task It_finds_nothing_of_the_other_and_every_list_is_empty()
    {
        var wrong = new List<string>();
        foreach (var route in MappedRoute.Of(Service).Where(route => route.Method == "GET" && !Shared.Contains(route.Pattern) && !route.Pattern.StartsWith("/api/keys", StringComparison.Ordinal)))
        {
            using var response = await _stranger.GetAsync(route.Path(name => ValueOf(route, name)), HttpCompletionOption.ResponseHeadersRead);
            var isHidden = route.Pattern.Contains('{')
                ? response.StatusCode == HttpStatusCode.NotFound
                : response.StatusCode == HttpStatusCode.OK && JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject().Select(member => member.Value).OfType<JsonArray>().Single().Count == 0;
            if (!isHidden)
            {
                wrong.Add($"{route}: {(int)response.StatusCode}");
            }
        }

        wrong.Should().BeEmpty();
    }

    [Test]
    public async Task It_changes_nothing_of_the_other()
    {
        using var writer = await Service.CreateClientAsync(Role.Admin, "writer");
        var before = await RowsAsync();
        var wrong = new List<string>();
        foreach (var route in MappedRoute.Of(Service).Where(route => route.Method != "GET"))
        {
            using var request = new HttpRequestMessage(new HttpMethod(route.Method), route.Path(name => ValueOf(route, name)));
            request.Content = Body(route) is { } body ? new StringContent(body, Encoding.UTF8, "application/json") : null;
            using var response = await writer.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            if (response.StatusCode == HttpStatusCode.InternalServerError || (route.Pattern.Contains("{id") && response.StatusCode != HttpStatusCode.NotFound))
            {
                wrong.Add($"{route}: {(int)response.StatusCode}");
            }
        }

        wrong.Should().BeEmpty();
        (await RowsAsync()).Should().Be(before);
    }

    [Test]
    public async Task It_sees_only_its_own_keys()
    {
        var keys = JsonNode.Parse(await _stranger.GetStringAsync("/api/keys"))!["items"]!.AsArray();

        keys.Should().ContainSingle().Which!["name"]!.GetValue<string>().Should().Be($"{Role.Admin} of {Stranger}");
    }

    [Test]
    public async Task A_workflow_and_a_run_of_the_same_key_are_its_own()
    {
        using var tenant = await Service.CreateClientAsync(Role.Admin, "second");
        using var content = new StringContent("{ key: greet, steps: [{ id: own, type: transform, value: \"'of the second'\" }] }");
        (await tenant.PutAsync("/api/workflows/greet", content)).StatusCode.Should().Be(HttpStatusCode.Created);
        using var body = new StringContent("""{"workflow_key": "greet"}""", Encoding.UTF8, "application/json");
        using var dispatched = await tenant.PostAsync("/api/runs", body);
        var id = (string)JsonNode.Parse(await dispatched.Content.ReadAsStringAsync())!["workflow_run_id"]!;
        var run = await Eventually.GetAsync(
            async () => JsonNode.Parse(await tenant.GetStringAsync($"/api/runs/{id}")) is var found && (string)found!["status"]! == "success" ? found : null, "the run's end");

        ((string)run["steps"]![0]!["output"]!).Should().Be("of the second");
        (await GetAsync($"/api/runs/{id}")).Status.Should().Be(HttpStatusCode.NotFound);
        ((string)(await GetAsync("/api/workflows/greet")).Body["steps"]![0]!).Should().Be("hello");
        (await Service.DispatchAsync(new DispatchRequest { Tenant = "second", WorkflowKey = "greet" })).Value.Should().NotBeEmpty();
    }

    /// <summary>The example of the route's own description: with it the route gets as far as the other's rows.</summary>
    private static string? Body(MappedRoute route) =>
        route.Endpoint.Metadata.GetMetadata<BodyDescription>()?.Example.ToJsonString() ?? route.Endpoint.Metadata.GetMetadata<TextBody>()?.Example;

    private string? ValueOf(MappedRoute route, string name) => (name, route.Pattern) switch
    {
        ("id", var path) when path.StartsWith("/api/runs/", StringComparison.Ordinal) => _run.ToString(),
        ("id", var path) when path.StartsWith("/api/jobs/", StringComparison.Ordinal) => _job.ToString(),
        ("id", var path) when path.StartsWith("/api/keys/", StringComparison.Ordinal) => _key.ToString(),
        ("id", var path) when path.StartsWith("/api/agents/", StringComparison.Ordinal) => _agent.ToString(CultureInfo.InvariantCulture),
        ("key" or "workflow_key", _) => "greet",
        ("step", _) => "hello",
        _ => null,
    };

    /// <summary>Everything that the default tenant has, but when its keys were used.</summary>
    private Task<string> RowsAsync() => Service.Database.ScalarAsync<string>("""
        select md5((select string_agg(r::text, ',' order by r::text) from workflow_runs r where tenant_id = 'default')
          || (select string_agg(q::text, ',' order by q::text) from job_queue q where tenant_id = 'default')
          || (select string_agg(d::text, ',' order by d::text) from workflow_definitions d where tenant_id = 'default')
          || (select string_agg(h::text, ',' order by h::text) from workflow_heads h where tenant_id = 'default')
          || (select string_agg(a::text, ',' order by a.id) from agents a where tenant_id = 'default')
          || (select string_agg(e::text, ',' order by e.id) from agent_events e where tenant_id = 'default')
          || (select string_agg(api_key_id::text || coalesce(revoked_at::text, ''), ',' order by api_key_id) from api_keys where tenant_id = 'default'))
        """);
}
