using System.Net;

namespace Orchestrator.Tests.Web.Api;

/// <summary>Agents over HTTP.</summary>
[TestFixture]
internal sealed class AgentEndpointTests : ApiFixture
{
    [Test]
    public async Task An_agent_is_made_read_replaced_and_deleted()
    {
        var made = await SendAsync("POST", "/api/agents", """
            {"username": "Mira", "about": "Reads.", "system_prompt": "Be kind.", "capabilities": ["write", "read"], "required_accuracy": 87.5, "endpoint": "https://agents.example.org/mira?v=2"}
            """);
        var id = (long)made.Body["id"]!;
        var replaced = await SendAsync("PUT", $"/api/agents/{id}", """{"username": "mira", "about": "Writes."}""");
        var read = await GetAsync($"/api/agents/{id}");
        var deleted = await SendAsync("DELETE", $"/api/agents/{id}");

        made.Status.Should().Be(HttpStatusCode.Created, made.Text);
        made.Text.Should().Contain("\"username\":\"Mira\",\"about\":\"Reads.\",\"system_prompt\":\"Be kind.\",\"capabilities\":[\"write\",\"read\"],\"required_accuracy\":87.5,\"endpoint\":\"https://agents.example.org/mira?v=2\",\"status\":\"active\"");
        replaced.Status.Should().Be(HttpStatusCode.OK, replaced.Text);
        read.Text.Should().Be(replaced.Text);
        read.Text.Should().Contain($"\"id\":{id},\"username\":\"mira\",\"about\":\"Writes.\",\"system_prompt\":\"\",\"capabilities\":[],\"required_accuracy\":null,\"endpoint\":null,\"status\":\"active\"");
        deleted.Text.Should().Be($$"""{"ok":true,"id":{{id}}}""");
        (await GetAsync($"/api/agents/{id}")).ShouldBeProblem(HttpStatusCode.NotFound);
        (await SendAsync("DELETE", $"/api/agents/{id}")).ShouldBeProblem(HttpStatusCode.NotFound);
        (await SendAsync("PUT", $"/api/agents/{id}", """{"username": "mira"}""")).ShouldBeProblem(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task A_name_is_one_agents_whatever_its_case()
    {
        var id = await MakeAsync("taken");
        var other = await MakeAsync("other");

        (await SendAsync("POST", "/api/agents", """{"username": "TAKEN"}""")).ShouldBeProblem(HttpStatusCode.Conflict);
        (await SendAsync("PUT", $"/api/agents/{other}", """{"username": "Taken"}""")).ShouldBeProblem(HttpStatusCode.Conflict);
        (await SendAsync("PUT", $"/api/agents/{id}", """{"username": "Taken"}""")).Status.Should().Be(HttpStatusCode.OK);
    }

    [Test]
    public async Task A_retired_agent_stays_so_until_it_is_made_active()
    {
        var id = await MakeAsync("resting");

        var retired = await SendAsync("POST", $"/api/agents/{id}/retire");
        var again = await SendAsync("POST", $"/api/agents/{id}/retire");
        var replaced = await SendAsync("PUT", $"/api/agents/{id}", """{"username": "resting", "about": "Sleeps."}""");
        var back = await SendAsync("PUT", $"/api/agents/{id}", """{"username": "resting", "status": "active"}""");

        ((string)retired.Body["status"]!).Should().Be("retired");
        again.Text.Should().Be(retired.Text);
        ((string)replaced.Body["status"]!).Should().Be("retired");
        ((string)back.Body["status"]!).Should().Be("active");
        (await SendAsync("POST", "/api/agents/4711/retire")).ShouldBeProblem(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task Everything_wrong_is_said_at_once()
    {
        var answer = await SendAsync("POST", "/api/agents", """
            {"username": "not a name", "abuot": "x", "capabilities": ["a", ""], "required_accuracy": 101, "status": "asleep", "system_prompt": 3,
             "endpoint": "https://user:password@agents"}
            """);
        var number = await SendAsync("POST", "/api/agents", """{"username": "4711"}""");

        answer.ShouldBeProblem(HttpStatusCode.UnprocessableEntity);
        answer.Errors.Should().BeEquivalentTo(
            "username: has to be of a-z, A-Z, 0-9, _, . and -, begin with a letter or digit, and not be a number",
            "system_prompt: has to be a string of 1 to 16000 characters",
            "capabilities: has to be a list of up to 100 strings of 1 to 100 characters",
            "required_accuracy: has to be a number from 0 to 100",
            "endpoint: has to be an absolute http or https address without user and password",
            "status: has to be one of active, retired",
            "abuot: is not known; did you mean 'about'?");
        number.ShouldBeProblem(HttpStatusCode.UnprocessableEntity);
        (await SendAsync("POST", "/api/agents", "{}")).Errors.Should().Equal("username: is required");
    }

    [Test]
    public async Task Lists_are_paged_newest_first_and_filtered()
    {
        var ids = new List<long>();
        for (var i = 0; i < 5; i++)
        {
            ids.Add(await MakeAsync($"paged-{i}", $", \"about\": \"Likes Tea {i % 2}\""));
        }

        await SendAsync("POST", $"/api/agents/{ids[2]}/retire");
        var first = await GetAsync("/api/agents?q=PAGED-&limit=2");
        var second = await GetAsync($"/api/agents?q=paged-&limit=2&cursor={first.Body["next_cursor"]}");
        var third = await GetAsync($"/api/agents?q=paged-&limit=2&cursor={second.Body["next_cursor"]}");

        Ids(first).Should().Equal(ids[4], ids[3]);
        Ids(second).Should().Equal(ids[2], ids[1]);
        Ids(third).Should().Equal(ids[0]);
        third.Body["next_cursor"].Should().BeNull();
        Ids(await GetAsync("/api/agents?q=paged&status=retired")).Should().Equal(ids[2]);
        Ids(await GetAsync("/api/agents?q=tea%201&status=active")).Should().Equal(ids[3], ids[1]);
        (await GetAsync("/api/agents?status=asleep&cursor=-1&name=x")).Errors.Should().BeEquivalentTo(
            "status: has to be one of active, retired", "cursor: has to be the id of an earlier answer", "name: is not known");
    }

    [Test]
    public async Task A_key_makes_one_agent()
    {
        var first = await SendAsync("POST", "/api/agents", """{"username": "once"}""", ("Idempotency-Key", "agent-once"));
        var again = await SendAsync("POST", "/api/agents", """{"username": "once"}""", ("Idempotency-Key", "agent-once"));

        again.Status.Should().Be(HttpStatusCode.Created);
        again.Text.Should().Be(first.Text);
        again.Headers.Should().ContainKey("Idempotency-Replayed");
    }

    private static IEnumerable<long> Ids(ApiAnswer answer) => answer.Body["items"]!.AsArray().Select(one => (long)one!["id"]!);

    private async Task<long> MakeAsync(string username, string more = "")
    {
        var made = await SendAsync("POST", "/api/agents", $$"""{"username": "{{username}}"{{more}}}""");
        made.Status.Should().Be(HttpStatusCode.Created, made.Text);
        return (long)made.Body["id"]!;
    }
}
