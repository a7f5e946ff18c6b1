namespace Hangfire.Logging;

/// <summary>How much a message matters.</summary>
public enum LogLevel
{
    Trace = 0,
    Debug = 1,
    Info = 2,
    Warn = 3,
    Error = 4,
    Fatal = 5,
}

/// <summary>Where messages go.</summary>
public interface ILog
{
    /// <summary>Logs a message; without one, says whether it would.</summary>
    bool Log(LogLevel logLevel, Func<string>? messageFunc, Exception? exception = null);
}

/// <summary>Makes logs.</summary>
public interface ILogProvider
{
    ILog GetLogger(string name);
}
