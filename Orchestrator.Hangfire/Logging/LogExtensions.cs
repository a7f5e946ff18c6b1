using System.Globalization;

namespace Hangfire.Logging;

/// <summary>Short forms on logs.</summary>
public static class LogExtensions
{
    public static bool IsTraceEnabled(this ILog logger) => logger.Log(LogLevel.Trace, null);

    public static void Trace(this ILog logger, Func<string> messageFunc) => logger.Log(LogLevel.Trace, messageFunc);

    public static void Trace(this ILog logger, string message) => logger.Log(LogLevel.Trace, () => message);

    public static void TraceFormat(this ILog logger, string message, params object[] args) =>
        logger.Log(LogLevel.Trace, () => string.Format(CultureInfo.InvariantCulture, message, args));

    public static void TraceException(this ILog logger, string message, Exception exception) =>
        logger.Log(LogLevel.Trace, () => message, exception);

    public static bool IsDebugEnabled(this ILog logger) => logger.Log(LogLevel.Debug, null);

    public static void Debug(this ILog logger, Func<string> messageFunc) => logger.Log(LogLevel.Debug, messageFunc);

    public static void Debug(this ILog logger, string message) => logger.Log(LogLevel.Debug, () => message);

    public static void DebugFormat(this ILog logger, string message, params object[] args) =>
        logger.Log(LogLevel.Debug, () => string.Format(CultureInfo.InvariantCulture, message, args));

    public static void DebugException(this ILog logger, string message, Exception exception) =>
        logger.Log(LogLevel.Debug, () => message, exception);

    public static bool IsInfoEnabled(this ILog logger) => logger.Log(LogLevel.Info, null);

    public static void Info(this ILog logger, Func<string> messageFunc) => logger.Log(LogLevel.Info, messageFunc);

    public static void Info(this ILog logger, string message) => logger.Log(LogLevel.Info, () => message);

    public static void InfoFormat(this ILog logger, string message, params object[] args) =>
        logger.Log(LogLevel.Info, () => string.Format(CultureInfo.InvariantCulture, message, args));

    public static void InfoException(this ILog logger, string message, Exception exception) =>
        logger.Log(LogLevel.Info, () => message, exception);

    public static bool IsWarnEnabled(this ILog logger) => logger.Log(LogLevel.Warn, null);

    public static void Warn(this ILog logger, Func<string> messageFunc) => logger.Log(LogLevel.Warn, messageFunc);

    public static void Warn(this ILog logger, string message) => logger.Log(LogLevel.Warn, () => message);

    public static void WarnFormat(this ILog logger, string message, params object[] args) =>
        logger.Log(LogLevel.Warn, () => string.Format(CultureInfo.InvariantCulture, message, args));

    public static void WarnException(this ILog logger, string message, Exception exception) =>
        logger.Log(LogLevel.Warn, () => message, exception);

    public static bool IsErrorEnabled(this ILog logger) => logger.Log(LogLevel.Error, null);

    public static void Error(this ILog logger, Func<string> messageFunc) => logger.Log(LogLevel.Error, messageFunc);

    public static void Error(this ILog logger, string message) => logger.Log(LogLevel.Error, () => message);

    public static void ErrorFormat(this ILog logger, string message, params object[] args) =>
        logger.Log(LogLevel.Error, () => string.Format(CultureInfo.InvariantCulture, message, args));

    public static void ErrorException(this ILog logger, string message, Exception exception) =>
        logger.Log(LogLevel.Error, () => message, exception);

    public static bool IsFatalEnabled(this ILog logger) => logger.Log(LogLevel.Fatal, null);

    public static void Fatal(this ILog logger, Func<string> messageFunc) => logger.Log(LogLevel.Fatal, messageFunc);

    public static void Fatal(this ILog logger, string message) => logger.Log(LogLevel.Fatal, () => message);

    public static void FatalFormat(this ILog logger, string message, params object[] args) =>
        logger.Log(LogLevel.Fatal, () => string.Format(CultureInfo.InvariantCulture, message, args));

    public static void FatalException(this ILog logger, string message, Exception exception) =>
        logger.Log(LogLevel.Fatal, () => message, exception);
}
