using Hangfire.Logging;

namespace Orchestrator.Tests.Hangfire.Support;

/// <summary>Shows what went wrong behind a test's back.</summary>
internal sealed class TestLog : ILogProvider, ILog
{
    public static TestLog Instance { get; } = new();

    public ILog GetLogger(string name) => this;

    public bool Log(LogLevel logLevel, Func<string>? messageFunc, Exception? exception = null)
    {
        if (logLevel < LogLevel.Warn) return false;
        if (messageFunc is not null) NUnit.Framework.TestContext.Progress.WriteLine($"{logLevel}: {messageFunc()} {exception}");
        return true;
    }
}
