using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Execution;

/// <summary>How far a rollback reaches: into the items and passes around the step that failed, and no further than its failure.</summary>
public sealed class RollbackReachTests
{
    private const string Items = """
        steps:
          - { id: charge, type: transform, value: "'charged'", compensate: refund }
          - { id: refund, type: transform, value: "'refunded ' + results.charge" }
          - { id: release, type: transform, value: "'released ' + item + ' ' + results.reserve + ' ' + index" }
          - id: each
            type: for_each
            items: "[1, 2, 3]"
            max_concurrency: 1
            depends_on: [charge]
            steps:
              - { id: reserve, type: transform, value: item * 10, compensate: release }
              - { id: ship, type: transform, value: "item === 3 ? inputs.x.y : 1", on_failure: rollback, depends_on: [reserve] }
        """;

    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task What_other_items_did_is_undone_too_each_in_its_own_item()
    {
        var run = await _service.RunAsync($"key: reach-items\n{Items}");

        run.Status.Should().Be("failed");
        Compensations(run, "release", "refund").Should().Equal(
            "each[2].release \"released 3 30 2\"", "each[1].release \"released 2 20 1\"", "each[0].release \"released 1 10 0\"", "refund \"refunded charged\"");
    }

    [Test]
    public async Task A_dry_run_undoes_the_same_in_the_same_order()
    {
        await _service.PutAsync($"key: reach-dry\n{Items}");
        using var answer = await _service.Client.PostAsJsonAsync("/api/workflows/reach-dry/dry-run", new { });
        var order = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["order"]!.AsArray().Select(step => (string)step!).ToArray();

        order.TakeLast(4).Should().Equal("each[2].release", "each[1].release", "each[0].release", "refund");
    }

    [Test]
    public async Task What_earlier_passes_did_is_undone_and_a_loop_that_rolls_back_undoes_its_own()
    {
        const string Loop = """
            steps:
              - { id: a, type: transform, value: 1, compensate: una }
              - { id: una, type: transform, value: "'a'" }
              - { id: unp, type: transform, value: "'p' + iteration" }
              - id: lp
                type: loop
                maxIterations: 2
                depends_on: [a]
                on_failure: OUTER
                steps:
                  - { id: p, type: transform, value: iteration, compensate: unp }
                  - { id: bad, type: transform, value: "iteration === 1 ? inputs.x.y : 1", on_failure: INNER, depends_on: [p] }
            """;
        var inner = await _service.RunAsync("key: reach-pass\n" + Loop.Replace("OUTER", "abort").Replace("INNER", "rollback"));
        var outer = await _service.RunAsync("key: reach-loop\n" + Loop.Replace("OUTER", "rollback").Replace("INNER", "abort"));

        foreach (var run in new[] { inner, outer })
        {
            run.Status.Should().Be("failed");
            Compensations(run, "unp", "una").Should().Equal("lp[1].unp \"p1\"", "lp[0].unp \"p0\"", "una \"a\"");
        }
    }

    [Test]
    public async Task What_completed_steps_contain_is_left_to_their_own_compensation()
    {
        var run = await _service.RunAsync("""
            key: reach-done
            steps:
              - id: each
                type: for_each
                items: "[1, 2]"
                compensate: unall
                steps: [{ id: one, type: transform, value: item, compensate: unone }]
              - { id: bad, type: transform, value: inputs.x.y, on_failure: rollback, depends_on: [each] }
              - { id: unall, type: transform, value: results.each.length }
              - { id: unone, type: transform, value: item }
            """);

        Compensations(run, "unall", "unone").Should().Equal("unall 2");
    }

    [TestCase("type: for_each, items: '[1, 2]', on_item_failure: continue", TestName = "Items_that_may_fail_keep_what_is_around_them")]
    [TestCase("type: parallel, on_failure: skip", TestName = "A_step_that_is_passed_over_keeps_what_is_around_it")]
    [TestCase("type: parallel, on_failure: { strategy: alternative, step: other }", TestName = "A_step_with_an_alternative_keeps_what_is_around_it")]
    [TestCase("type: race", TestName = "A_race_keeps_what_is_around_it")]
    public async Task Where_a_failure_is_absorbed_what_lies_outside_stays(string container)
    {
        var key = $"reach-{Guid.NewGuid():n}";
        var run = await _service.RunAsync($$"""
            key: {{key}}
            steps:
              - { id: charge, type: transform, value: "'charged'", compensate: refund }
              - { id: refund, type: transform, value: "'refunded'" }
              - { id: undo_made, type: transform, value: results.made }
              - { id: other, type: transform, value: 1{{(container.Contains("other", StringComparison.Ordinal) ? "" : ", depends_on: [charge]")}} }
              - {{{container}}, id: box, depends_on: [charge], steps: [made{{(container.Contains("race", StringComparison.Ordinal) ? ", quiet" : "")}}]}
              - { id: made, type: transform, value: 1, compensate: undo_made }
              - { id: ship, type: transform, value: inputs.x.y, on_failure: rollback, depends_on: [made] }
              - { id: quiet, type: delay, ms: 200{{(container.Contains("race", StringComparison.Ordinal) ? "" : ", depends_on: [charge]")}} }
              - { id: after, type: transform, value: results.charge, depends_on: [box] }
            """);

        (run.Status, run["after"].Output).Should().Be(("success", "\"charged\""));
        run.Steps.Keys.Should().NotContain(step => step.EndsWith("refund", StringComparison.Ordinal));
        run.Steps.Values.Where(step => step.StepId.EndsWith("undo_made", StringComparison.Ordinal)).Should().NotBeEmpty().And.OnlyContain(step => step.Status == "success");
    }

    private static IEnumerable<string> Compensations(TestRun run, params string[] ids) => run.Steps.Values
        .Where(step => ids.Any(id => step.StepId == id || step.StepId.EndsWith($".{id}", StringComparison.Ordinal)))
        .Select(step => $"{step.StepId} {step.Output}");
}
