using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Execution;

/// <summary>What a step that its <c>when</c> skips means for those around it.</summary>
public sealed class AbsenceTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task In_a_race_it_takes_no_part()
    {
        var run = await _service.RunAsync("""
            key: race-on
            steps:
              - id: race
                type: race
                steps:
                  - { id: primary, type: delay, ms: 60 }
                  - { id: fallback, type: transform, value: "'fb'", when: "false" }
                  - { id: other, type: transform, value: "'ot'", when: "false" }
            """);

        run.States.Should().Be("race success, primary success, fallback skipped, other skipped");
        run.Output.Should().Contain("\"winner\":\"primary\"");
    }

    [Test]
    public async Task A_race_in_which_none_takes_part_is_skipped_and_one_in_which_the_others_fail_fails()
    {
        var none = await _service.RunAsync("""
            key: race-none
            steps:
              - { id: race, type: race, steps: [{ id: a, type: transform, value: 1, when: "false" }, { id: b, type: transform, value: 2, when: "false" }] }
              - { id: after, type: transform, value: 1, depends_on: [race] }
            """);
        var failed = await _service.RunAsync("""
            key: race-failed
            steps:
              - { id: race, type: race, steps: [{ id: a, type: transform, value: inputs.no.no }, { id: b, type: transform, value: 2, when: "false" }] }
            """);

        (none.Status, none.States).Should().Be(("success", "race skipped, after skipped, a skipped, b skipped"));
        (failed.Status, failed["race"].Status).Should().Be(("failed", "dead"));
        ((string)failed.Error["message"]!).Should().Contain("a: ");
    }

    [Test]
    public async Task What_is_passed_over_after_a_failure_has_ended_well_and_wins()
    {
        var run = await _service.RunAsync("""
            key: race-passed
            steps:
              - { id: race, type: race, steps: [{ id: a, type: transform, value: inputs.no.no, on_failure: skip }, { id: b, type: delay, ms: 600000 }] }
            """);

        run.Status.Should().Be("success");
        run.Output.Should().Contain("\"winner\":\"a\"").And.Contain("\"skipped\":true");
    }

    [Test]
    public async Task Results_of_parallel_steps_that_others_wait_for_are_there()
    {
        var run = await _service.RunAsync("""
            key: both
            steps:
              - { id: both, type: parallel, steps: [a, b] }
              - { id: a, type: transform, value: 1 }
              - { id: b, type: transform, value: results.a + 1, depends_on: [a] }
            """);

        run["both"].Output.Should().Be("""{"a": 1, "b": 2}""");
    }
}
