using Orchestrator.Jobs;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Recording;

/// <summary>A worker meets a step of a type that only another process has.</summary>
[TestFixture]
internal sealed class GivingBackTests
{
    private const string Workflow = """
        key: foreign
        steps:
          - {id: a, type: only-there, retry: {max_attempts: 1}}
          - {id: b, type: transform, value: 1, depends_on: [a]}
        """;

    [Test]
    public async Task The_step_goes_back_uses_nothing_up_and_a_worker_with_the_type_takes_it()
    {
        await using var knowing = await TestService.StartAsync(WithTypeButIdle);
        await using var lacking = await knowing.StartAnotherAsync();
        var id = await knowing.StartRunAsync(Workflow);
        var given = await lacking.UntilAsync(id, run => run["a"].Lost > 0, "the step's way back");

        given.AttemptsOf("a")[0].ErrorText.Should().Contain("Version 1 of workflow 'foreign' can't be read by this program")
            .And.Contain("unknown type `only-there`").And.Contain("This program knows http, transform");
        given["a"].Status.Should().BeOneOf("failed", "queued", "running");
        given.Status.Should().Be("running");

        await lacking.DisposeAsync();
        await using var working = await knowing.StartAnotherAsync(options => options.AddStep<OnlyThere>("only-there"));
        var run = await working.EndAsync(id);

        run.Status.Should().Be("success", run.Row.Error);
        run["a"].Lost.Should().Be((short)(run["a"].Attempts - 1));
    }

    [Test]
    public async Task After_so_many_times_the_step_is_dead_and_the_run_says_why()
    {
        await using var knowing = await TestService.StartAsync(WithTypeButIdle);
        await using var lacking = await knowing.StartAnotherAsync();
        var id = await knowing.StartRunAsync(Workflow);
        await lacking.UntilAsync(id, run => run["a"].Lost > 0 && run["a"].Status == "failed", "the step's way back");
        await lacking.Database.ExecuteAsync("update orchestrator.job_queue set lost = 19, attempts = 19, next_run_at = now() where step_id = 'a' and status = 'failed'");

        var run = await lacking.EndAsync(id);

        run.Status.Should().Be("failed");
        run["a"].Status.Should().Be("dead");
        run["a"].HangfireState.Should().Be("Failed");
        run["b"].Status.Should().Be("cancelled");
        run.Row.OpenSteps.Should().Be(0);
        ((string?)run.Error["message"]).Should().Contain("unknown type `only-there`");
    }

    private static void WithTypeButIdle(OrchestratorOptions options)
    {
        TestService.WithoutWorkers(options);
        options.AddStep<OnlyThere>("only-there");
    }

    [Test]
    public async Task A_version_with_a_field_of_a_newer_program_ends_its_step_with_a_word_about_it()
    {
        await using var dispatching = await TestService.StartAsync(TestService.WithoutWorkers);
        var id = await dispatching.StartRunAsync("key: newer\nsteps: [{id: a, type: transform, value: 1}]\n");
        await dispatching.Database.ExecuteAsync("""
            update workflow_definitions set content = 'key: newer' || chr(10) || 'field_of_tomorrow: 1' || chr(10) || 'steps: [{id: a, type: transform, value: 1}]';
            update job_queue set lost = 19, attempts = 19
            """);

        await using var working = await dispatching.StartAnotherAsync();
        var run = await dispatching.EndAsync(id);

        run.Status.Should().Be("failed");
        run["a"].Status.Should().Be("dead");
        run.AttemptsOf("a").Should().ContainSingle().Which.ErrorText.Should()
            .Contain("Version 1 of workflow 'newer' can't be read by this program").And.Contain("unknown field `field_of_tomorrow`");
    }

    private sealed record Nothing;

    private sealed class OnlyThere : IStep<Nothing>
    {
        public Task<object?> RunAsync(Nothing config, StepContext step, CancellationToken cancellationToken) => Task.FromResult<object?>("done");
    }
}
