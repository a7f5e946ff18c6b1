using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Waits;

/// <summary>Steps that contain others, while they are open: their time, and items that are added.</summary>
[Parallelizable(ParallelScope.Self)]
public sealed class OpenStepTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [TestCase("type: parallel, steps: [slow, quick]")]
    [TestCase("type: race, steps: [slow]")]
    [TestCase("type: for_each, items: '[1, 2]', step: slow")]
    [TestCase("type: loop, steps: [quick, slow]")]
    [TestCase("type: loop, steps: [quick], max_iterations: 1000, delay_ms: 10")]
    public async Task Its_time_is_for_the_whole(string container)
    {
        var id = await _service.StartRunAsync($$"""
            key: in_time
            steps:
              - { id: whole, {{container}}, timeout_ms: 400 }
              {{(container.Contains("slow") ? "- { id: slow, type: delay, ms: 600000 }" : "")}}
              {{(container.Contains("quick") ? "- { id: quick, type: transform, value: 1 }" : "")}}
              - { id: after, type: transform, value: 1, depends_on: [whole] }
            """);
        var run = await _service.EndAsync(id);

        run.Status.Should().Be("failed");
        ((string)run.Error["message"]!).Should().Be("No end within 400 ms (timeout_ms of step 'whole').");
        run["whole"].Should().Match<TestStep>(step => step.Status == "dead" && step.Attempts == 1);
        run.Steps.Values.Where(step => step.StepId.EndsWith("slow")).Should().NotContain(step => step.Status != "cancelled");
    }

    [Test]
    public async Task A_step_in_its_time_is_left_alone()
    {
        var run = await _service.RunAsync("""
            key: soon_enough
            steps:
              - { id: whole, type: loop, steps: [{ id: quick, type: delay, ms: 5 }], max_iterations: 5, timeout_ms: 60000 }
              - { id: long, type: delay, ms: 600000, timeout_ms: 100, on_failure: { strategy: alternative, step: instead } }
              - { id: instead, type: delay, ms: 200 }
            """);

        run.Status.Should().Be("success");
        run.Steps.Values.Should().HaveCount(8).And.OnlyContain(step => step.Status == "success");
    }

    [Test]
    public async Task Items_are_added_to_an_open_for_each()
    {
        var id = await _service.StartRunAsync("""
            key: more
            steps:
              - { id: all, type: for_each, items: "[1]", steps: [{ id: wait, type: wait_for_event, event: "{{ 'go' + item }}" }, { id: n, type: transform, value: item, depends_on: [wait] }] }
            """);
        await _service.UntilAsync(id, run => run.Steps.ContainsKey("all[0].wait") && run["all[0].wait"].WaitingFor == "event", "the first item");

        var (status, body) = await AddAsync(id, "all", """{"items": [2, 3]}""");
        await _service.UntilAsync(id, run => run.Steps.ContainsKey("all[2].wait") && run["all[2].wait"].WaitingFor == "event", "the added items");
        foreach (var item in new[] { 1, 2, 3 })
        {
            await _service.Client.PostAsJsonAsync($"/api/runs/{id}/signals/go{item}", new { });
        }

        var run = await _service.EndAsync(id);

        (status, (int)body["items"]!).Should().Be((HttpStatusCode.OK, 3));
        run.Status.Should().Be("success");
        run.Output.Should().Be("[1,2,3]");
        (await AddAsync(id, "all", """{"items": [4]}""")).Status.Should().Be(HttpStatusCode.Conflict);
    }

    [Test]
    public async Task Every_item_that_is_accepted_is_worked_on()
    {
        // Added when the last one has ended, at the moment of the step's last count.
        var id = await _service.StartRunAsync("""
            key: hurry
            steps: [{ id: all, type: for_each, items: "[0, 0, 0]", steps: [{ id: n, type: delay, ms: 15 }] }]
            output: results.all.length
            """);
        var accepted = 3;
        for (var isOpen = true; isOpen && accepted < 30;)
        {
            await _service.UntilAsync(id, now => now.Steps.Values.Count(step => step is { HasEnded: true, StepId: not "all" }) == accepted, "the end of all items");
            isOpen = (await AddAsync(id, "all", """{"items": [1]}""")).Status == HttpStatusCode.OK;
            accepted += isOpen ? 1 : 0;
        }

        var run = await _service.EndAsync(id);

        run.Status.Should().Be("success");
        run.Output.Should().Be($"{accepted}");
    }

    [Test]
    public async Task What_takes_no_items_says_so()
    {
        var id = await _service.StartRunAsync("{ key: takes_none, steps: [{ id: wait, type: delay, ms: 600000 }] }");

        (await AddAsync(id, "wait", """{"items": [1]}""")).Status.Should().Be(HttpStatusCode.Conflict);
        (await AddAsync(id, "none", """{"items": [1]}""")).Status.Should().Be(HttpStatusCode.NotFound);
        (await AddAsync(id, "wait", """{"items": []}""")).Status.Should().Be(HttpStatusCode.UnprocessableEntity);
    }

    private async Task<(HttpStatusCode Status, JsonNode Body)> AddAsync(RunId id, string step, string body)
    {
        using var answer = await _service.Client.PostAsync($"/api/runs/{id}/steps/{step}/items", new StringContent(body, null, "application/json"));
        return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonNode>())!);
    }
}
