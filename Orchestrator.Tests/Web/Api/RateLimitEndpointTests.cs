using System.Net;
using System.Text.Json.Nodes;
using Orchestrator.Jobs.Access;

namespace Orchestrator.Tests.Web.Api;

/// <summary>Token buckets over HTTP.</summary>
[TestFixture]
internal sealed class RateLimitEndpointTests : ApiFixture
{
    private const string Take = "/functions/v1/orchestrator/rate_limit";

    [Test]
    public async Task Tokens_are_taken_until_there_are_none_and_the_answer_says_when_there_is_one()
    {
        const string wish = """{"rl_key": "user:ada:agent:clo", "capacity": 2, "refill_rate": 0.01, "tokens": 1}""";

        (await SendAsync("POST", Take, wish)).Body.ToJsonString().Should().Be("""{"allowed":true,"tokens":1,"retry_after_ms":0}""");
        ((bool)(await SendAsync("POST", Take, """{"rl_key": "user:ada:agent:clo"}""")).Body["allowed"]!).Should().BeTrue();
        var refused = (await SendAsync("POST", Take, wish)).Body;

        ((bool)refused["allowed"]!).Should().BeFalse();
        ((long)refused["retry_after_ms"]!).Should().BeInRange(99_000, 100_000);
        var bucket = (await GetAsync("/api/rate-limits/user:ada:agent:clo")).Body;
        (((string?)bucket["rl_key"], (double?)bucket["capacity"], (double?)bucket["refill_rate"], (int?)bucket["waiting"]))
            .Should().Be(("user:ada:agent:clo", 2, 0.01, 0));
        ((double)bucket["tokens"]!).Should().BeInRange(0, 0.1);
        ((DateTime)bucket["last_refill"]!).Kind.Should().Be(DateTimeKind.Utc);
    }

    [TestCase("a:b", "a:b")]
    [TestCase("a%3Ac", "a:c")]
    [TestCase("a%2Fb%20c%25d", "a/b c%d")]
    [TestCase("%C3%A4%3A1", "ä:1")]
    public async Task A_key_is_what_the_address_says(string path, string key)
    {
        var put = await SendAsync("PUT", $"/api/rate-limits/{path}", """{"capacity": 5, "refill_rate": 2.5}""");

        put.Status.Should().Be(HttpStatusCode.OK, put.Text);
        ((string)put.Body["rl_key"]!).Should().Be(key);
        ((double)put.Body["tokens"]!).Should().Be(5);
        (await SendAsync("POST", Take, new JsonObject { ["rl_key"] = key, ["tokens"] = 5 }.ToJsonString())).Body["allowed"]!.GetValue<bool>().Should().BeTrue();
        ((double)(await GetAsync($"/api/rate-limits/{path}")).Body["refill_rate"]!).Should().Be(2.5);
    }

    [Test]
    public async Task What_an_operator_sets_holds_though_others_ask_as_before()
    {
        const string wish = """{"rl_key": "set", "capacity": 2, "refill_rate": 1}""";
        await SendAsync("POST", Take, wish);
        await SendAsync("PUT", "/api/rate-limits/set", """{"capacity": 50, "refill_rate": 40}""");
        await SendAsync("POST", Take, wish);

        ((double)(await GetAsync("/api/rate-limits/set")).Body["capacity"]!).Should().Be(50);
    }

    [TestCase("{}", "rl_key: is required")]
    [TestCase("""{"rl_key": "new"}""", "capacity: and refill_rate are needed: there is no bucket 'new' yet")]
    [TestCase("""{"rl_key": "new", "capacity": 3}""", "refill_rate: is needed where the other is given")]
    [TestCase("""{"rl_key": "new", "capacity": 3, "refill_rate": 1, "tokens": 4}""", "tokens: are more than the bucket can ever hold (capacity)")]
    [TestCase("""{"rl_key": "new", "capacity": 0, "refill_rate": -1}""", "capacity: has to be a number from 1 to 1000000")]
    [TestCase("""{"rl_key": "new", "capacity": 1, "refill_rate": 0}""", "refill_rate: has to be a number from 0.000001 to 1000000")]
    [TestCase("""{"rl_key": "new", "capcity": 1}""", "capcity: is not known; did you mean 'capacity'?")]
    public async Task Wrong_wishes_are_told_what_is_wrong(string body, string error)
    {
        var answer = await SendAsync("POST", Take, body);

        answer.ShouldBeProblem(HttpStatusCode.UnprocessableEntity);
        answer.Errors.Should().Contain(error);
    }

    [Test]
    public async Task More_than_an_existing_bucket_holds_is_refused_for_good()
    {
        await SendAsync("PUT", "/api/rate-limits/small", """{"capacity": 2, "refill_rate": 1}""");

        (await SendAsync("POST", Take, """{"rl_key": "small", "tokens": 3}""")).Errors.Should().Contain("tokens: are more than the bucket can ever hold (2)");
    }

    [Test]
    public async Task A_bucket_that_is_not_there_or_another_tenants_is_not_found()
    {
        await SendAsync("PUT", "/api/rate-limits/ours", """{"capacity": 2, "refill_rate": 1}""");
        using var stranger = await Service.CreateClientAsync(Role.Admin, "stranger");

        (await stranger.GetAsync("/api/rate-limits/ours")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await GetAsync("/api/rate-limits/nobody")).ShouldBeProblem(HttpStatusCode.NotFound);
    }

    [TestCase("GET", Role.Viewer, HttpStatusCode.OK)]
    [TestCase("PUT", Role.Viewer, HttpStatusCode.Forbidden)]
    [TestCase("PUT", Role.Operator, HttpStatusCode.OK)]
    public async Task Viewers_look_and_operators_set(string method, Role role, HttpStatusCode status)
    {
        await SendAsync("PUT", "/api/rate-limits/roles", """{"capacity": 2, "refill_rate": 1}""");
        using var client = await Service.CreateClientAsync(role);
        using var request = new HttpRequestMessage(new HttpMethod(method), "/api/rate-limits/roles");
        request.Content = method == "PUT" ? new StringContent("""{"capacity": 2, "refill_rate": 1}""", System.Text.Encoding.UTF8, "application/json") : null;

        (await client.SendAsync(request)).StatusCode.Should().Be(status);
    }
}
