using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orchestrator.Jobs;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Tests.Support;
using RangeAttribute = System.ComponentModel.DataAnnotations.RangeAttribute;

namespace Orchestrator.Tests.Jobs.Steps;

/// <summary>Steps in C#, run by the real service.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Children)]
internal sealed class OwnStepTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync(AddSteps);

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task It_gets_its_config_and_context_and_its_result_and_lines_are_kept()
    {
        var run = await _service.RunAsync("""
            key: own_echo
            steps:
              - {id: total, type: transform, value: '40 + 2'}
              - {id: echo, type: echo, config: {text: 'for {{ user.id }}', number: '{{ results.total }}'}, depends_on: [total]}
              - {id: after, type: transform, value: results.echo.the_text, depends_on: [echo]}
            output: '{ said: results.after }'
            """);

        run.Status.Should().Be("success", run.Row.Error);
        run.Output.Should().Be("""{"said":"for ada"}""");
        var id = run.Id.ToString();
        JsonNode.DeepEquals(JsonNode.Parse(run["echo"].Output!), JsonNode.Parse(
            $$"""{"number":42,"the_text":"for ada","step":"echo","run":"{{id}}","attempt":1,"key":"{{id}}:echo:0","user":"ada","tenant":"default","workflow":"own_echo"}""")).Should().BeTrue(run["echo"].Output);
        run.AttemptsOf("echo").Should().ContainSingle().Which.Logs.Should().Contain("heard for ada").And.Contain("warning").And.NotContain("not kept");
        run["echo"].History.Should().Contain("Processing", "a step with an effect is written before it starts");
    }

    [Test]
    public async Task An_exception_is_tried_again_each_time_with_a_new_instance()
    {
        var run = await _service.RunAsync("""
            key: own_flaky
            steps: [{id: a, type: flaky, fail_until: 3, retry: {max_attempts: 4, delay_ms: 0, jitter: false}}]
            """);

        run.Status.Should().Be("success", run.Row.Error);
        run.AttemptsOf("a").Select(attempt => attempt.ErrorText).Should().Equal(
            "InvalidOperationException: attempt 1 of instance 1", "InvalidOperationException: attempt 2 of instance 1", null);
    }

    [TestCase(true, 1)]
    [TestCase(false, 3)]
    public async Task A_failure_says_whether_it_is_for_good(bool isPermanent, int attempts)
    {
        var run = await _service.RunAsync($$"""
            key: own_failing_{{attempts}}
            steps: [{id: a, type: failing, permanent: {{(isPermanent ? "true" : "false")}}, retry: {max_attempts: 3, delay_ms: 0} }]
            """);

        run.Status.Should().Be("failed");
        run.AttemptsOf("a").Should().HaveCount(attempts).And.OnlyContain(attempt => attempt.ErrorText == "no such account");
    }

    [Test]
    public async Task A_template_of_another_type_fails_the_step_for_good()
    {
        var run = await _service.RunAsync("""
            key: own_mistyped
            steps: [{id: a, type: echo, text: x, number: '{{ "seven" }}'}]
            """);

        run.Status.Should().Be("failed");
        run.AttemptsOf("a").Should().ContainSingle().Which.ErrorText.Should().Be(
            "Step 'a': `number` has to be a whole number from 0 to 100, but is \"seven\".");
    }

    [Test]
    public async Task An_attempt_that_takes_too_long_is_cancelled_and_counts_as_a_timeout()
    {
        var run = await _service.RunAsync("""
            key: own_slow
            steps: [{id: a, type: slow, timeout_ms: 50, retry: {max_attempts: 1}}]
            """);

        run.Status.Should().Be("failed");
        run.AttemptsOf("a").Should().ContainSingle().Which.ErrorText.Should().Contain("No end within 50 ms");
    }

    [Test]
    public async Task A_result_that_is_no_json_fails_the_step_for_good()
    {
        var run = await _service.RunAsync("{ key: own_unwritable, steps: [{id: a, type: unwritable}] }");

        run.AttemptsOf("a").Should().ContainSingle().Which.ErrorText.Should().StartWith("The result can't be written as JSON");
    }

    [Test]
    public async Task The_service_validates_with_the_type_and_shows_it_in_the_schema()
    {
        using var put = await _service.Client.PutAsync(
            "/api/workflows/own_wrong", new StringContent("key: own_wrong\nsteps:\n  - {id: a, type: echo, text: x, numbr: 1}\n"));

        (await put.Content.ReadAsStringAsync()).Should().Contain("line 3, column 34").And.Contain("Did you mean `number`?");
        (await _service.Client.GetStringAsync("/api/workflows/schema.json")).Should().Contain("\"const\": \"echo\"");
    }

    [Test]
    public void A_class_that_is_no_step_is_refused()
    {
        var add = () => new OrchestratorOptions().AddStep<string>("text");

        add.Should().Throw<ArgumentException>().WithMessage("*implements IStep<TConfig>*");
    }

    private static void AddSteps(OrchestratorOptions options)
    {
        options.AddStep<Echo>("echo");
        options.AddStep<Flaky>("flaky");
        options.AddStep<Failing>("failing");
        options.AddStep<Slow>("slow");
        options.AddStep<Unwritable>("unwritable");
    }

    private sealed record EchoConfig(string Text)
    {
        [Range(0, 100)]
        public int Number { get; init; }
    }

    private sealed class Echo(TimeProvider time, ILogger<Echo> log) : IStep<EchoConfig>
    {
        public Task<object?> RunAsync(EchoConfig config, StepContext step, CancellationToken cancellationToken)
        {
            time.Should().NotBeNull();
            log.LogInformation("not kept");
            step.Logger.LogWarning("heard {Text}", config.Text);
            return Task.FromResult<object?>(new
            {
                config.Number,
                TheText = config.Text,
                Step = step.StepId,
                Run = step.RunId,
                step.Attempt,
                Key = step.IdempotencyKey,
                User = step.UserId,
                step.Tenant,
                Workflow = step.WorkflowKey,
            });
        }
    }

    private sealed record FlakyConfig(int FailUntil);

    private sealed class Flaky(IServiceProvider scope) : IStep<FlakyConfig>
    {
        private int _calls;

        public Task<object?> RunAsync(FlakyConfig config, StepContext step, CancellationToken cancellationToken)
        {
            scope.GetRequiredService<Flaky>().Should().BeSameAs(this, "an attempt has one scope");
            _calls++;
            return step.Attempt < config.FailUntil
                ? throw new InvalidOperationException($"attempt {step.Attempt} of instance {_calls}")
                : Task.FromResult<object?>(null);
        }
    }

    private sealed record FailingConfig(bool Permanent);

    private sealed class Failing : IStep<FailingConfig>
    {
        public Task<object?> RunAsync(FailingConfig config, StepContext step, CancellationToken cancellationToken) =>
            throw new StepFailedException("no such account", config.Permanent);
    }

    private sealed record Nothing;

    private sealed class Slow : IStep<Nothing>
    {
        public async Task<object?> RunAsync(Nothing config, StepContext step, CancellationToken cancellationToken)
        {
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            catch (OperationCanceledException e)
            {
                throw new InvalidOperationException("wrapped, as some libraries do", e);
            }

            return null;
        }
    }

    private sealed class Unwritable : IStep<Nothing>
    {
        public Task<object?> RunAsync(Nothing config, StepContext step, CancellationToken cancellationToken) =>
            Task.FromResult<object?>(new { Type = typeof(string) });
    }
}
