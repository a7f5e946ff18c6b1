using System.Text.Json.Nodes;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Executors;

/// <summary>What <c>now()</c> and <c>uuid()</c> give inside of a run.</summary>
[TestFixture]
internal sealed class TimeAndIdsTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task Start() => _service = await TestService.StartAsync();

    [OneTimeTearDown]
    public async Task Stop() => await _service.DisposeAsync();

    [Test]
    public async Task Ids_are_the_same_in_every_attempt_and_others_at_each_call()
    {
        _service.Target.On("/ids", (http, _) =>
            TargetServer.JsonAsync(http, _service.Target.RequestsTo("/ids").Count == 1 ? 503 : 200, """{"ok": true}"""));

        var run = await _service.RunAsync(
            """
            key: ids
            steps:
              - { id: send, call: /ids, retry: { delay_ms: 1, jitter: false }, headers: { X-Id: "{{ uuid() }}" }, body: { a: "{{ uuid() }}", b: "{{ uuid() }}" } }
              - { id: other, type: transform, value: uuid(), depends_on: [send] }
            output: "[results.other, uuid()]"
            """);

        run.Status.Should().Be("success");
        var requests = _service.Target.RequestsTo("/ids");
        requests.Should().HaveCount(2);
        requests[1].Body.Should().Be(requests[0].Body);
        requests[1].Headers["X-Id"].Should().Be(requests[0].Headers["X-Id"]);
        var body = JsonNode.Parse(requests[0].Body)!;
        var output = JsonNode.Parse(run.Output!)!;
        string[] ids = [requests[0].Headers["X-Id"], (string)body["a"]!, (string)body["b"]!, (string)output[0]!, (string)output[1]!];
        ids.Should().OnlyHaveUniqueItems().And.AllSatisfy(id => Guid.TryParse(id, out _).Should().BeTrue());
    }

    /// <summary>The second step is evaluated ahead of the first one's commit, the third after a trip through the database.</summary>
    [Test]
    public async Task A_date_is_a_text_for_the_steps_that_follow_wherever_they_run()
    {
        var run = await _service.RunAsync(
            """
            key: times
            steps:
              - { id: first, type: transform, value: "[now(), new Date(), Date.now() - now()]" }
              - { id: second, type: transform, value: "{ day: results.first[0].slice(0, 10), now: now() }", depends_on: [first] }
              - { id: call, call: /x, depends_on: [second] }
              - { id: third, type: transform, value: "{ day: results.first[0].slice(0, 10), now: now() }", depends_on: [call] }
            output: "[results.first[0], results.second.now, results.third.now, results.third.day === results.second.day]"
            """);

        run.Status.Should().Be("success", run.Row.Error);
        var first = JsonNode.Parse(run["first"].Output!)!;
        ((string)first[0]!).Should().Be((string)first[1]!);
        ((int)first[2]!).Should().Be(0);
        var output = JsonNode.Parse(run.Output!)!;
        var times = Enumerable.Range(0, 3).Select(place => (DateTime)output[place]!).ToArray();
        times.Should().BeInAscendingOrder();
        ((bool)output[3]!).Should().BeTrue();
    }
}
