using System.Net.Http.Json;
using System.Text.Json.Nodes;
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

    [Test]
    public async Task An_alternative_takes_nobodys_place()
    {
        var run = await _service.RunAsync("""
            key: no-alternative
            steps:
              - { id: main, type: transform, value: inputs.no.no, on_failure: { strategy: alternative, step: backup } }
              - { id: backup, type: transform, value: 1, when: "false" }
              - { id: after, type: transform, value: 1, depends_on: [main] }
            """);

        (run.Status, run["main"].Status, run["backup"].Status, run["after"].Status).Should().Be(("failed", "dead", "skipped", "cancelled"));
        ((string)run.Error["step_id"]!, (string)run.Error["message"]!).Should().Match<(string Step, string Message)>(
            error => error.Step == "main" && error.Message.Contains("inputs.no"));
    }

    private const string Listed = """
        key: listed
        steps:
          - id: each
            type: for_each
            items: "[1, 2]"
            steps:
              - { id: x, type: transform, value: item }
              - { id: y, type: transform, value: "'extra'", when: "item === 2" }
              - { id: z, type: transform, value: "'saved ' + item" }
          - id: lp
            type: loop
            maxIterations: 2
            depends_on: [each]
            steps:
              - { id: p, type: delay, ms: 1, when: "iteration === 1" }
              - { id: q, type: transform, value: "'done ' + iteration" }
        """;

    [Test]
    public async Task Of_steps_that_are_only_listed_the_next_one_runs()
    {
        var run = await _service.RunAsync(Listed);

        run.Status.Should().Be("success");
        run["each"].Output.Should().Be("""["saved 1", "saved 2"]""");
        (run["each[0].y"].Status, run["each[0].z"].Status, run["lp[0].p"].Status, run["lp[0].q"].Output)
            .Should().Be(("skipped", "success", "skipped", "\"done 0\""));
    }

    [Test]
    public async Task They_come_back_with_their_run()
    {
        var (mayFail, isBroken) = (new TaskCompletionSource(), true);
        _service.Target.On("/listed/slow", async (http, _) =>
        {
            mayFail.TrySetResult();
            if (isBroken)
            {
                await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            }

            await TargetServer.JsonAsync(http, 200, "{}");
        });
        _service.Target.On("/listed/gate", async (http, _) =>
        {
            await mayFail.Task;
            await TargetServer.JsonAsync(http, isBroken ? 400 : 200, "{}");
        });
        var failed = await _service.RunAsync("""
            key: listed-back
            steps:
              - { id: gate, call: /listed/gate }
              - id: each
                type: for_each
                items: "[1]"
                steps:
                  - { id: x, type: transform, value: 1, when: "false" }
                  - { id: y, call: /listed/slow }
            """);
        isBroken = false;
        using var answer = await _service.Client.PostAsync($"/api/runs/{failed.Id}/steps/gate/retry", null);
        var run = await _service.EndAsync(failed.Id);

        failed["each[0].y"].Status.Should().Be("cancelled");
        (run.Status, run["each[0].x"].Status, run["each[0].y"].Status).Should().Be(("success", "skipped", "success"));
    }

    [Test]
    public async Task A_dry_run_says_the_same()
    {
        using var put = await _service.Client.PutAsync("/api/workflows/listed-dry", new StringContent(Listed.Replace("key: listed", "key: listed-dry"), null, "application/yaml"));
        put.EnsureSuccessStatusCode();
        using var answer = await _service.Client.PostAsJsonAsync("/api/workflows/listed-dry/dry-run", new { });
        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;

        body["steps"]!.AsArray().Select(step => $"{step!["step_id"]} {step["status"]}").Should()
            .Contain("each[0].y skipped").And.Contain("each[0].z success").And.Contain("lp[0].p skipped").And.Contain("lp[0].q success");
    }

    [Test]
    public async Task After_one_that_fails_the_next_does_not_run_and_one_that_is_named_is_waited_for()
    {
        var failed = await _service.RunAsync("""
            key: listed-fails
            steps:
              - id: each
                type: for_each
                items: "[1]"
                steps:
                  - { id: x, type: transform, value: inputs.no.no }
                  - { id: y, type: transform, value: 1 }
            """);
        var named = await _service.RunAsync("""
            key: listed-named
            steps:
              - id: each
                type: for_each
                items: "[1]"
                steps:
                  - { id: x, type: transform, value: 1, when: "false" }
                  - { id: y, type: transform, value: 1, depends_on: [x] }
            """);

        (failed.Status, failed["each[0].y"].Status).Should().Be(("failed", "cancelled"));
        (named.Status, named["each[0].y"].Status).Should().Be(("success", "skipped"));
    }
}
