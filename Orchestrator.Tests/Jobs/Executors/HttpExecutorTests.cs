using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Executors;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Tests.Jobs.Executors;

/// <summary>Failures of the client itself, which no target can bring about at will.</summary>
[TestFixture]
internal sealed class HttpExecutorTests
{
    [Test]
    public async Task A_connection_that_does_not_come_about_in_time_is_a_network_failure()
    {
        var result = await ExecuteAsync(() => new TaskCanceledException("", new TimeoutException("ConnectTimeout")), CancellationToken.None);

        result.Should().BeOfType<AttemptFailed>().Which.Failure.Kind.Should().Be(FailureKind.Network);
    }

    [Test]
    public async Task A_cancelled_attempt_is_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        var execute = () => ExecuteAsync(() => new OperationCanceledException(cancelled.Token), cancelled.Token);

        await execute.Should().ThrowAsync<OperationCanceledException>();
    }

    private static async Task<AttemptResult> ExecuteAsync(Func<Exception> failure, CancellationToken cancellationToken)
    {
        var definition = WorkflowParser.Parse("{ key: one, steps: [{ id: get, url: 'http://localhost/' }] }", "test").Definition!;
        var run = new RunInfo
        {
            Tenant = "default",
            Id = RunId.New(DateTimeOffset.UnixEpoch),
            WorkflowKey = "one",
            WorkflowVersion = 1,
            Trigger = "api",
            CreatedAt = DateTime.UnixEpoch,
        };
        var (workflow, memory) = (new LoadedWorkflow(definition, 1), new RunMemory(run));
        var attempt = new StepAttempt
        {
            Step = definition.Steps[0],
            Workflow = workflow,
            Memory = memory,
            StepNumber = 0,
            Run = run,
            Number = 1,
            Log = new AttemptLog(() => DateTime.UtcNow),
            Scope = new StepScope(workflow, memory, 0, null, 1),
        };
        using var client = new HttpMessageInvoker(new FailingHandler(failure));
        return await new HttpExecutor(client, new OrchestratorOptions()).ExecuteAsync(attempt, cancellationToken);
    }

    private sealed class FailingHandler(Func<Exception> failure) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromException<HttpResponseMessage>(failure());
    }
}
