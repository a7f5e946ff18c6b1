using System.Text.Json.Nodes;
using Orchestrator.Tests.Support;
using Orchestrator.Tests.Workflows.Support;

namespace Orchestrator.Tests.Scenarios;

/// <summary>The files of <c>workflows/examples</c> do what their comments say.</summary>
[TestFixture]
internal sealed class ExampleTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task An_event_starts_the_workflow_that_waits_for_it()
    {
        await _service.PutAsync(Files.Shipped("examples/event_trigger.yml"));

        var low = await ReportAsync("""{"type": "mood_noted", "user_id": "ada", "payload": {"mood": 2, "note": "long day"}}""");
        var high = await ReportAsync("""{"type": "mood_noted", "user_id": "ada", "payload": {"mood": 4}}""");
        var wrong = await ReportAsync("""{"type": "mood_noted", "user_id": "ada", "payload": {"mood": 0}}""");

        var run = await _service.EndAsync(new(Guid.Parse((string)low["dispatched"]![0]!["workflow_run_id"]!)));
        JsonNode.DeepEquals(JsonNode.Parse(run.Output!), JsonNode.Parse("""{"to": "ada", "text": "Mood 2: long day. Take it easy today."}""")).Should().BeTrue(run.Output);
        high["dispatched"]!.AsArray().Should().BeEmpty();
        ((string)wrong["errors"]![0]!["message"]!).Should().Contain("payload.mood");
    }

    [Test]
    public async Task Expressions_compute()
    {
        var run = await _service.RunAsync(Files.Shipped("examples/expressions.yml"), """{"from": "2026-02-27"}""");

        run.Status.Should().Be("success", run.Row.Error);
        var output = JsonNode.Parse(run.Output!)!;
        output["days"]!.AsArray().Select(day => (string)day!).Should().Equal("2026-02-27", "2026-02-28", "2026-03-01");
        output["bill"]!["lines"]!.AsArray().Select(line => (string)line!).Should().Equal("tea: 7.50", "juice: 6.20", "cake: 4.20");
        ((string)output["bill"]!["total"]!).Should().Be("17.90");
        Guid.TryParse((string)output["stamp"]!["id"]!, out _).Should().BeTrue();
        ((string)output["stamp"]!["hash"]!).Should().HaveLength(64);
    }

    private async Task<JsonNode> ReportAsync(string body)
    {
        using var answer = await _service.Client.PostAsync("/api/events", new StringContent(body));
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }
}
