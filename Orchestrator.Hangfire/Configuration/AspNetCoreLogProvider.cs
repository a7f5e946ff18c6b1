using Hangfire.Logging;
using Microsoft.Extensions.Logging;
using HangfireLevel = Hangfire.Logging.LogLevel;
using Level = Microsoft.Extensions.Logging.LogLevel;

namespace Hangfire.AspNetCore;

/// <summary>Sends messages to the application's log.</summary>
public class AspNetCoreLogProvider : ILogProvider
{
    private readonly ILoggerFactory loggerFactory;

    /// <summary>Sends messages to logs of <paramref name="loggerFactory"/>.</summary>
    public AspNetCoreLogProvider(ILoggerFactory loggerFactory)
    {
        ArgumentNullException.ThrowIfNull(loggerFactory);
        this.loggerFactory = loggerFactory;
    }

    public ILog GetLogger(string name)
    {
        try
        {
            return new Log(loggerFactory.CreateLogger(name));
        }
        catch (ObjectDisposedException)
        {
            // The log of a host that has ended: others of this process may still speak.
            return new Log(Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        }
    }

    private sealed class Log(ILogger logger) : ILog
    {
        bool ILog.Log(HangfireLevel logLevel, Func<string>? messageFunc, Exception? exception)
        {
            var level = Map(logLevel);
            if (!logger.IsEnabled(level)) return false;
            if (messageFunc is not null) logger.Log(level, default, messageFunc, exception, static (message, _) => message());
            return true;
        }

        private static Level Map(HangfireLevel level) => level switch
        {
            HangfireLevel.Trace => Level.Trace,
            HangfireLevel.Debug => Level.Debug,
            HangfireLevel.Info => Level.Information,
            HangfireLevel.Warn => Level.Warning,
            HangfireLevel.Error => Level.Error,
            _ => Level.Critical,
        };
    }
}
