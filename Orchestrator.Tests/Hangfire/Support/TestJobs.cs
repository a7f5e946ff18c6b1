using System.Collections.Concurrent;
using Hangfire;
using Hangfire.Server;

namespace Orchestrator.Tests.Hangfire.Support;

/// <summary>Jobs whose performances a test can wait for, by a key of its own.</summary>
public sealed class TestJobs
{
    private static readonly ConcurrentDictionary<string, Probe> Probes = new();

    public static Probe For(string key) => Probes.GetOrAdd(key, static _ => new());

    public Task Touch(string key)
    {
        For(key).Enter();
        return Task.CompletedTask;
    }

    public async Task Hold(string key, CancellationToken cancellationToken)
    {
        var probe = For(key);
        probe.Enter();
        await probe.Gate.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Goes on whatever it is told, as a job does that does not look at its token.</summary>
    public async Task HoldOn(string key)
    {
        var probe = For(key);
        probe.Enter();
        await probe.Gate.Task;
    }

    public int Add(int a, int b) => a + b;

    public Task<string> AddLater(string a, string b) => Task.FromResult(a + b);

    public void Run(string id, int attempt, CancellationToken cancellationToken) => For(id).Enter();

    public void Note(string text, PerformContext? context) => For(text).Context.TrySetResult(context!);

    public void Boom() => throw new InvalidOperationException("boom");

    [AutomaticRetry(Attempts = 0)]
    public void BoomUnprintably() => throw new InvalidOperationException("a\0b\ud800c\ud83d\ude00");

    [AutomaticRetry(Attempts = 0)]
    public void BoomOnce() => throw new InvalidOperationException("boom once");

    [AutomaticRetry(Attempts = 0)]
    public void FailOnce(string key)
    {
        if (For(key).Enter() == 1) throw new InvalidOperationException("the first time");
    }

    [AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
    public void BoomDelete() => throw new InvalidOperationException("boom delete");

    [AutomaticRetry(DelaysInSeconds = [0])]
    public void FailUntil(string key, int attempt)
    {
        if (For(key).Enter() < attempt) throw new InvalidOperationException("not yet");
    }

    [Queue("critical")]
    public void Urgent(string key) => For(key).Enter();

    /// <summary>What a test knows of performances.</summary>
    public sealed class Probe
    {
        private int entered;

        public int Entered => Volatile.Read(ref entered);

        public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Opened by the test, it lets a held job end.</summary>
        public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<PerformContext> Context { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Enter()
        {
            var count = Interlocked.Increment(ref entered);
            Started.TrySetResult();
            return count;
        }
    }
}
