using Microsoft.AspNetCore.Http;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Recording;

/// <summary>A run's output is made of how its steps have ended, those that end with it too.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
internal sealed class RunOutputTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [TestCase("continue", "results.last.error", "\"can\\u0027t read")]
    [TestCase("skip", "results.last.reason", "\"can\\u0027t read")]
    [TestCase("skip", "steps.last.state", "\"skipped\"")]
    [TestCase("continue", "steps.last.state", "\"dead\"")]
    public async Task The_result_of_a_last_step_that_fails_without_failing_the_run_is_in_it(string strategy, string output, string expected)
    {
        var run = await _service.RunAsync($$"""
            key: last_{{strategy}}
            steps: [{ id: last, type: transform, value: inputs.x.y, on_failure: {{strategy}} }]
            output: "{{output}}"
            """);

        run.Status.Should().Be("success", run.Row.Error);
        run.Output.Should().StartWith(expected);
    }

    [Test]
    public async Task Without_an_output_it_has_the_results_of_all_last_steps_however_they_ended()
    {
        _service.Target.On("/gone", (http, _) => TargetServer.JsonAsync(http, 404, "{}"));
        var run = await _service.RunAsync("""
            key: lasts
            steps:
              - { id: a, call: /gone, on_failure: continue }
              - { id: b, call: /gone, on_failure: skip }
              - { id: c, type: transform, value: 3 }
            """);

        run.Output.Should().Contain("\"a\":{\"error\":").And.Contain("\"b\":{\"reason\":").And.Contain("\"c\":3");
    }

    [Test]
    public async Task Steps_that_its_last_news_skip_are_skipped_in_it()
    {
        var run = await _service.RunAsync("""
            key: untaken
            steps:
              - { id: choose, type: condition, condition: "true", true_step: x, false_step: y }
              - { id: x, type: transform, value: 1 }
              - { id: y, type: transform, value: 2 }
            output: "[steps.x.state, steps.y.state]"
            """);

        run.Output.Should().Be("""["success","skipped"]""");
    }

    [Test]
    public async Task Variables_are_those_of_all_steps_whoever_ended_last()
    {
        var (second, first) = (new SemaphoreSlim(0), new SemaphoreSlim(0));
        _service.Target.On("/first", Hold(first));
        _service.Target.On("/second", Hold(second));
        var id = await _service.StartRunAsync("""
            key: assigned
            steps:
              - { id: c, call: /first, set: { n: "{{ 5 }}" } }
              - { id: d, call: /second, set: { m: "{{ variables.n === undefined ? 6 : 0 }}" } }
            output: "[variables.n, variables.m]"
            """);
        await Eventually.IsTrueAsync(() => Task.FromResult(_service.Target.RequestsTo("/first").Count + _service.Target.RequestsTo("/second").Count == 2), "both calls");
        first.Release();
        await _service.UntilAsync(id, run => run["c"].HasEnded, "the first");
        second.Release();

        (await _service.EndAsync(id)).Output.Should().Be("[5,6]");
    }

    private static Func<HttpContext, SeenRequest, Task> Hold(SemaphoreSlim gate) => async (http, _) =>
    {
        await gate.WaitAsync(http.RequestAborted);
        await TargetServer.JsonAsync(http, 200, """{"ok": true}""");
    };
}
