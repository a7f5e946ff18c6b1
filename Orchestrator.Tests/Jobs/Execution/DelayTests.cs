using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Execution;

/// <summary>Delays whose time is known beforehand: parked by the commit that makes them ready, woken by the process that holds the timer.</summary>
[TestFixture]
internal sealed class DelayTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task A_delay_is_parked_when_it_becomes_ready()
    {
        var run = await _service.RunAsync("""
            key: parked
            steps:
              - { id: first, type: transform, value: 1 }
              - { id: rest, type: delay, ms: 30, depends_on: [first] }
              - { id: again, type: delay, ms: 1, depends_on: [rest] }
              - { id: call, call: /delays/call, depends_on: [again] }
            """);

        run.Status.Should().Be("success", run.Row.Error);
        foreach (var step in new[] { run["rest"], run["again"] })
        {
            (step.Attempts, step.Timers, step.Deliveries).Should().Be((1, 0, 0));
            step.History.Should().StartWith("Scheduled", "it was parked at once; a sweeper may have been quicker than its timer");
            step.History.Should().EndWith("Succeeded");
            step.Output.Should().StartWith("{\"until\": \"20");
        }

        run["call"].History.Should().StartWith("Enqueued", "what calls somebody does it in a worker of its queue");
    }

    [Test]
    public async Task What_asks_for_more_than_its_time_has_a_first_turn()
    {
        var run = await _service.RunAsync("""
            key: not_parked
            inputs: { ms: { type: number, default: 5 } }
            steps:
              - { id: first, type: transform, value: 1 }
              - { id: never, type: delay, ms: 60000, when: "results.first > 1", depends_on: [first] }
              - { id: read, type: delay, ms: "{{ inputs.ms }}", depends_on: [first] }
              - { id: none, type: delay, ms: 0, depends_on: [first] }
            """);

        run.States.Should().Be("first success, never skipped, read success, none success");
        run.Steps.Values.Should().OnlyContain(step => step.Timers == 0 && step.Deliveries == 0);
    }

    [Test]
    public async Task A_delay_in_a_loop_is_parked_in_each_pass()
    {
        var run = await _service.RunAsync("""
            key: parked_in_a_loop
            steps:
              - id: passes
                type: loop
                max_iterations: 3
                steps:
                  - { id: rest, type: delay, ms: 2 }
            """);

        run.Status.Should().Be("success", run.Row.Error);
        Enumerable.Range(0, 3).Select(pass => run[$"passes[{pass}].rest"].History).Should().OnlyContain(history => history!.First() == "Scheduled" && history!.Last() == "Succeeded");
    }

    [Test]
    public async Task Until_is_a_time_in_each_of_its_forms()
    {
        var run = await _service.RunAsync("""
            key: until
            steps:
              - { id: date, type: delay, until: new Date(now().getTime() - 1) }
              - { id: written, type: delay, until: 2026-01-31T12:00:00Z }
              - { id: text, type: delay, until: "now().toISOString()" }
              - { id: number, type: delay, until: now().getTime() }
              - { id: template, type: delay, until: "{{ now() }}" }
            """);

        run.Status.Should().Be("success", run.Row.Error);
        run["written"].Output.Should().Be("{\"until\": \"2026-01-31T12:00:00.0000000Z\"}");
    }
}
