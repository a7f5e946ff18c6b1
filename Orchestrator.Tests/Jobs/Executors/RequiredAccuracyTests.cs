using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Executors;

/// <summary><c>required_accuracy</c> on steps of any type.</summary>
[TestFixture]
internal sealed class RequiredAccuracyTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [TestCase("value: '({ accuracy: 80 })'", "success")]
    [TestCase("value: '({ accuracy: 79.9 })'", "failed")]
    [TestCase("value: 1", "success", Description = "It says nothing of it.")]
    [TestCase("value: '({ accuracy: 10 })', output: '({ accuracy: 90 })'", "success", Description = "The later one counts.")]
    [TestCase("value: '({ accuracy: 10, text: 1 })', output: step.result.text", "failed", Description = "The raw one where the later has none.")]
    [TestCase("value: '({ accuracy: \"much\" })'", "failed")]
    public async Task A_result_has_to_reach_it(string fields, string state)
    {
        var run = await _service.RunAsync($"{{ key: any, steps: [{{ id: a, type: transform, required_accuracy: 80, retry: {{ max_attempts: 1 }}, {fields} }}] }}");

        run.Status.Should().Be(state);
    }

    [Test]
    public async Task An_http_step_is_tried_again()
    {
        var calls = 0;
        _service.Target.On("/guess", (http, _) => TargetServer.JsonAsync(http, 200, $$"""{"ok": true, "accuracy": {{50 * ++calls}}}"""));

        var run = await _service.RunAsync("{ key: guess, steps: [{ id: a, call: /guess, required_accuracy: 80, retry: { on: [accuracy], delay_ms: 1 } }] }");

        run["a"].Attempts.Should().Be(2);
        run.Attempts[0].ErrorText.Should().Be("The result has an accuracy of 50, below the required 80 (required_accuracy).");
    }
}
