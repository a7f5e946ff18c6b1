using Orchestrator.Jobs.Dispatch;
using Orchestrator.Tests.Support;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Tests.Jobs.Executors;

/// <summary>How large results and variables may be.</summary>
[TestFixture]
internal sealed class OutputBoundTests
{
    private const int Max = 512 * 1024;

    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync(options => options.MaxOutputBytes = Max);

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task A_result_of_more_than_256_KiB_is_kept_and_read()
    {
        var run = await _service.RunAsync("""
            key: large
            steps:
              - { id: big, type: transform, value: "'x'.repeat(500000)", set: { big: "{{ step.result }}" } }
              - { id: size, type: transform, value: "results.big.length + variables.big.length", depends_on: [big] }
            """);

        (run.Status, run["size"].Output).Should().Be(("success", "1000000"));
    }

    [TestCase("type: transform, value: \"'x'.repeat(524287)\"", "Its result has 524289 bytes; 524288 are allowed (Orchestrator:MaxOutputBytes).")]
    [TestCase("type: transform, value: \"'é'.repeat(300000)\"", "Its result has 600002 bytes")]
    [TestCase("type: transform, value: 1, output: \"'x'.repeat(600000)\"", "Its result has 600002 bytes")]
    [TestCase("type: for_each, items: [1, 2], steps: [{ id: in_it, type: transform, value: \"'x'.repeat(300000)\" }]", "Its result has 600007 bytes")]
    [TestCase("type: transform, value: 1, set: { a: \"{{ 'x'.repeat(300000) }}\", b: \"{{ 'x'.repeat(300000) }}\" }", "With its `set` the run's variables have 600")]
    public async Task What_is_larger_fails_the_step_for_good(string step, string error)
    {
        var run = await _service.RunAsync($"{{ key: larger, defaults: {{ retry: {{ max_attempts: 3 }} }}, steps: [{{ id: big, {step} }}] }}");

        run.Status.Should().Be("failed");
        run.AttemptsOf("big").Should().ContainSingle().Which.ErrorText.Should().StartWith(error);
    }

    [Test]
    public async Task Steps_that_assign_at_once_pass_the_bound_by_what_they_add_and_no_other_does()
    {
        var (arrived, all) = (0, new TaskCompletionSource());
        _service.Target.On("/at_once", async (http, seen) =>
        {
            _ = Interlocked.Increment(ref arrived) == 3 && all.TrySetResult();
            await all.Task;
            await TargetServer.JsonAsync(http, 200, "{}");
        });
        var run = await _service.RunAsync("""
            key: at_once
            steps:
              - { id: a, call: /at_once, set: { a: "{{ 'x'.repeat(300000) }}" } }
              - { id: b, call: /at_once, set: { b: "{{ 'x'.repeat(300000) }}" } }
              - { id: c, call: /at_once, set: { c: "{{ 'x'.repeat(300000) }}" } }
              - { id: last, type: transform, value: 1, set: { d: 1 }, depends_on: [a, b, c], on_failure: skip }
            """);

        run.States.Should().Be("a success, b success, c success, last skipped");
        run.AttemptsOf("last").Single().ErrorText.Should().StartWith("With its `set` the run's variables have 9000");
        Value.Parse(run.Row.Variables).AsObject().Select(one => one.Key).Should().BeEquivalentTo("a", "b", "c");
    }

    [Test]
    public async Task Variables_that_grow_are_bounded_as_a_whole()
    {
        var run = await _service.RunAsync("""
            key: growing
            steps:
              - { id: one, type: transform, value: 1, set: { a: "{{ 'x'.repeat(300000) }}" } }
              - { id: two, type: transform, value: 1, set: { b: "{{ 'x'.repeat(300000) }}" }, depends_on: [one] }
            """);

        run.States.Should().Be("one success, two dead");
        (await _service.Get<Dispatcher>().DispatchAsync(
            new DispatchRequest { WorkflowKey = "growing", Variables = Value.Object(("a", new string('x', 600_000))) }, CancellationToken.None))
            .Should().BeOfType<DispatchRefused>().Which.Message.Should().Contain("variables has 600008 bytes; 524288 are allowed (Orchestrator:MaxOutputBytes)");
    }
}
