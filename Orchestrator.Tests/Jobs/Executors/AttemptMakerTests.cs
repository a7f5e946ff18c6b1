using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Executors;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Recording;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Tests.Jobs.Executors;

/// <summary>A step's failure is an outcome, whatever its executor throws.</summary>
[TestFixture]
internal sealed class AttemptMakerTests
{
    private static readonly RunInfo Run = new()
    {
        Tenant = "default",
        Id = RunId.New(DateTimeOffset.UnixEpoch),
        WorkflowKey = "one",
        WorkflowVersion = 1,
        Trigger = "api",
        CreatedAt = DateTime.UnixEpoch,
    };

    [Test]
    public async Task An_exception_that_nobody_expected_is_a_failed_attempt()
    {
        var verdict = await AttemptAsync(() => throw new UriFormatException("too long"));

        verdict.Should().BeOfType<VerdictRetry>().Which.Failure.Should().Match<Failure>(failure =>
            failure.Kind == FailureKind.Unexpected && failure.Message.Contains("UriFormatException") && failure.Message.Contains("too long"));
    }

    [Test]
    public async Task A_worker_that_shuts_down_leaves_the_attempt_to_another()
    {
        using var shutdown = new CancellationTokenSource();
        await shutdown.CancelAsync();

        var attempt = () => AttemptAsync(() => throw new OperationCanceledException(shutdown.Token), cancellationToken: shutdown.Token);

        await attempt.Should().ThrowAsync<OperationCanceledException>();
    }

    [Test]
    public async Task A_step_whose_worker_died_too_often_is_not_run()
    {
        var verdict = await AttemptAsync(() => throw new InvalidOperationException("it ran"), lost: AttemptMaker.MaxLost);

        verdict.Should().BeOfType<VerdictDead>().Which.Failure.Kind.Should().Be(FailureKind.Poison);
    }

    [Test]
    public async Task Attempts_lost_with_their_worker_use_nothing_up()
    {
        (await AttemptAsync(() => throw new UriFormatException(), lost: 4, number: 5)).Should().BeOfType<VerdictRetry>();
        (await AttemptAsync(() => throw new UriFormatException(), lost: 0, number: 5)).Should().BeOfType<VerdictDead>();
    }

    private static async Task<StepVerdict> AttemptAsync(
        Func<AttemptResult> execute, int lost = 0, int number = 1, CancellationToken cancellationToken = default)
    {
        var definition = WorkflowParser.Parse("{ key: one, steps: [{ id: call, call: /call }] }", "test").Definition!;
        var claimed = new ClaimedStep
        {
            Run = Run,
            Job = Run.Id.Job(0),
            Attempt = number,
            Lost = lost,
            MaxAttempts = 5,
            StartedAt = DateTime.UnixEpoch,
            Worker = 1,
            Queue = "default",
        };
        var maker = new AttemptMaker([new Scripted(execute)], null!, null!, new OrchestratorOptions(), TimeProvider.System, new Random(1), NullLogger<AttemptMaker>.Instance);
        var record = await maker.MakeAsync(new LoadedWorkflow(definition, 1), new RunMemory(Run), claimed, held: null, cancellationToken);
        return record.Verdict;
    }

    private sealed class Scripted(Func<AttemptResult> execute) : IStepExecutor
    {
        public Type Action => typeof(HttpAction);

        public ValueTask<AttemptResult> ExecuteAsync(StepAttempt attempt, CancellationToken cancellationToken) => new(execute());
    }
}
