namespace Hangfire.Logging;

/// <summary>Logs that keep nothing.</summary>
internal sealed class SilentLogProvider : ILogProvider, ILog
{
    public ILog GetLogger(string name) => this;

    public bool Log(LogLevel logLevel, Func<string>? messageFunc, Exception? exception = null) => false;
}
