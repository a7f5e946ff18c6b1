using System.Net;
using System.Text.Json.Nodes;

namespace Orchestrator.Tests.Web.Api;

/// <summary>What agents did, over HTTP.</summary>
[TestFixture]
internal sealed class AgentEventEndpointTests : ApiFixture
{
    private int _agents;

    [Test]
    public async Task One_event_is_stored_with_the_time_it_came()
    {
        var agent = await MakeAsync();
        var before = DateTime.UtcNow;

        var answer = await SendAsync("POST", $"/api/agents/{agent}/events", """{"event_type": "post_liked", "data": {"post_id": "p1"}}""");

        answer.Status.Should().Be(HttpStatusCode.Created, answer.Text);
        var item = answer.Body["items"]!.AsArray().Should().ContainSingle().Subject!;
        ((string)item["event_type"]!, (string)item["data"]!["post_id"]!).Should().Be(("post_liked", "p1"));
        ((DateTime)item["created_at"]!).Should().BeAfter(before.AddMinutes(-1)).And.BeBefore(DateTime.UtcNow.AddMinutes(1));
        item["workflow_run_id"].Should().BeNull();
    }

    [Test]
    public async Task A_list_is_imported_and_pages_go_from_the_newest()
    {
        var agent = await MakeAsync();
        var events = new JsonArray([.. Enumerable.Range(1, 5).Select(day => new JsonObject
        {
            ["event_type"] = $"day-{day}",
            ["created_at"] = $"2026-01-0{(day == 5 ? 4 : day)}T07:00:00Z",
        })]);

        var added = await SendAsync("POST", $"/api/agents/{agent}/events", new JsonObject { ["events"] = events }.ToJsonString());
        var first = await GetAsync($"/api/agents/{agent}/events?limit=3");
        var second = await GetAsync($"/api/agents/{agent}/events?limit=3&cursor={first.Body["next_cursor"]}");

        Types(added).Should().Equal("day-1", "day-2", "day-3", "day-4", "day-5");
        Types(first).Should().Equal("day-5", "day-4", "day-3");
        Types(second).Should().Equal("day-2", "day-1");
        second.Body["next_cursor"].Should().BeNull();
    }

    [Test]
    public async Task Everything_wrong_is_said_at_once_and_nothing_is_stored()
    {
        var agent = await MakeAsync();
        var answer = await SendAsync("POST", $"/api/agents/{agent}/events", $$$"""
            {"events": [{"event_type": "fine"}, {"data": 3}, "text", {"event_type": "a", "created_at": "2999-01-01T00:00:00Z", "date": "x"},
                        {"event_type": "{{{new string('e', 101)}}}", "data": {"a": "{{{new string('x', 8200)}}}"}}]}
            """);

        answer.ShouldBeProblem(HttpStatusCode.UnprocessableEntity);
        answer.Errors.Should().BeEquivalentTo(
            "events[1].event_type: is required",
            "events[1].data: has to be a JSON object",
            "events[2]: has to be a JSON object",
            "events[3].created_at: lies in the future",
            "events[3].date: is not known; did you mean 'data'?",
            "events[4].event_type: has to be a string of 1 to 100 characters",
            "events[4].data: has 8208 characters, more than 8192");
        Types(await GetAsync($"/api/agents/{agent}/events")).Should().BeEmpty();
    }

    [TestCase("{}", "event_type: is required, or a list as events")]
    [TestCase("""{"events": []}""", "events: has to be a list of 1 to 500 objects")]
    [TestCase("""{"events": {"event_type": "a"}}""", "events: has to be a list of 1 to 500 objects")]
    [TestCase("""{"event_type": "a", "events": [{"event_type": "b"}]}""", "events: stands alone: put each event into the list")]
    [TestCase("""{"event_type": "a", "created_at": "yesterday"}""", "created_at: has to be a time such as 2026-11-21T07:00:00Z")]
    public async Task A_body_that_says_nothing_is_refused(string body, string error) =>
        (await SendAsync("POST", $"/api/agents/{await MakeAsync()}/events", body)).Errors.Should().Equal(error);

    [Test]
    public async Task More_than_fits_is_refused()
    {
        var many = new JsonArray([.. Enumerable.Range(0, 501).Select(_ => new JsonObject { ["event_type"] = "a" })]);

        (await SendAsync("POST", $"/api/agents/{await MakeAsync()}/events", new JsonObject { ["events"] = many }.ToJsonString())).Errors
            .Should().Equal("events: has to be a list of 1 to 500 objects");
    }

    [Test]
    public async Task An_agent_that_is_not_there_has_none()
    {
        (await SendAsync("POST", "/api/agents/4711/events", """{"event_type": "a"}""")).ShouldBeProblem(HttpStatusCode.NotFound);
        (await GetAsync("/api/agents/4711/events")).ShouldBeProblem(HttpStatusCode.NotFound);
    }

    private static IEnumerable<string> Types(ApiAnswer answer) => answer.Body["items"]!.AsArray().Select(one => (string)one!["event_type"]!);

    private async Task<long> MakeAsync() =>
        (long)(await SendAsync("POST", "/api/agents", $$"""{"username": "doer-{{Interlocked.Increment(ref _agents)}}"}""")).Body["id"]!;
}
