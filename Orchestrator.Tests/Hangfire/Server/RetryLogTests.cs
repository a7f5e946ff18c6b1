using Hangfire;
using Hangfire.Logging;
using Hangfire.States;
using Orchestrator.Tests.Hangfire.Support;

namespace Orchestrator.Tests.Hangfire.Server;

/// <summary>What retries say in the log, which is the process's: nothing else runs meanwhile. NUnit keeps that of fixtures alone.</summary>
[TestFixture]
[NonParallelizable]
internal sealed class RetryLogTests : HangfireFixture
{
    [TestCase(true)]
    [TestCase(false)]
    public void EventsAreLoggedUnlessNot(bool logs)
    {
        var retry = new AutomaticRetryAttribute { Attempts = 0, LogEvents = logs };
        var log = new Recorder();
        using var connection = Storage.GetConnection();
        using var transaction = connection.CreateWriteTransaction();
        var job = new BackgroundJob("1", null, DateTime.UtcNow);
        var failed = new FailedState(new InvalidOperationException($"boom {log.Mark}"));
        var context = new ElectStateContext(new(Storage, connection, transaction, job, failed, "Processing"));
        LogProvider.SetCurrentLogProvider(log);
        retry.OnStateElection(context);
        LogProvider.SetCurrentLogProvider(TestLog.Instance);

        log.Count.Should().Be(logs ? 1 : 0);
        context.CandidateState.Should().BeSameAs(failed);
    }

    /// <summary>Counts what is said about one exception.</summary>
    private sealed class Recorder : ILogProvider, ILog
    {
        public string Mark { get; } = Guid.NewGuid().ToString();

        public int Count { get; private set; }

        public ILog GetLogger(string name) => this;

        public bool Log(LogLevel logLevel, Func<string>? messageFunc, Exception? exception = null)
        {
            if (exception?.Message.Contains(Mark, StringComparison.Ordinal) == true) Count++;
            return true;
        }
    }
}
