using Hangfire;
using Hangfire.Server;
using Orchestrator.Tests.Hangfire.Support;

namespace Orchestrator.Tests.Hangfire.Interoperability;

/// <summary>The methods of the jobs in <c>OfficialRows.txt</c>, where their class is called <c>Steps</c> of an assembly <c>Demo</c>.</summary>
public sealed class Steps
{
    public void Run(string id, int attempt, CancellationToken cancellationToken) => TestJobs.For(id).Enter();

    public void Note(string text, PerformContext? context) => TestJobs.For(text).Context.TrySetResult(context!);

    public int Add(int a, int b) => a + b;

    public void Boom() => throw new InvalidOperationException("boom");

    [AutomaticRetry(Attempts = 0)]
    public void BoomOnce() => throw new InvalidOperationException("boom once");

    public Task Slow() => Task.CompletedTask;

    [DisableConcurrentExecution(5)]
    public Task Exclusive() => Task.CompletedTask;
}
