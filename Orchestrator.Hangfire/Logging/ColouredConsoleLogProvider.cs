namespace Hangfire.Logging.LogProviders;

/// <summary>Writes messages to the console, in a colour that says how much they matter.</summary>
public class ColouredConsoleLogProvider : ILogProvider
{
    private static readonly Lock Gate = new();

    private readonly LogLevel minLevel;

    public ColouredConsoleLogProvider()
        : this(LogLevel.Info)
    {
    }

    /// <summary>Messages below <paramref name="minLevel"/> are not written.</summary>
    public ColouredConsoleLogProvider(LogLevel minLevel) => this.minLevel = minLevel;

    public delegate string MessageFormatterDelegate(string loggerName, LogLevel level, object message, Exception? e);

    public static Dictionary<LogLevel, ConsoleColor> Colors { get; set; } = new()
    {
        [LogLevel.Fatal] = ConsoleColor.Red,
        [LogLevel.Error] = ConsoleColor.Yellow,
        [LogLevel.Warn] = ConsoleColor.Magenta,
        [LogLevel.Info] = ConsoleColor.White,
        [LogLevel.Debug] = ConsoleColor.Gray,
        [LogLevel.Trace] = ConsoleColor.DarkGray,
    };

    public static MessageFormatterDelegate MessageFormatter { get; set; } = DefaultMessageFormatter;

    public ILog GetLogger(string name) => new Log(name, minLevel);

    protected static string DefaultMessageFormatter(string loggerName, LogLevel level, object message, Exception? e) =>
        $"{DateTime.Now:yyyy-MM-dd HH:mm:ss} [{level.ToString().ToUpperInvariant()}] ({loggerName}) {message}{(e is null ? "" : Environment.NewLine + e)}";

    private sealed class Log(string name, LogLevel minLevel) : ILog
    {
        bool ILog.Log(LogLevel logLevel, Func<string>? messageFunc, Exception? exception)
        {
            if (logLevel < minLevel) return false;
            if (messageFunc is not null) Write(logLevel, MessageFormatter(name, logLevel, messageFunc(), exception));
            return true;
        }

        private static void Write(LogLevel level, string text)
        {
            lock (Gate)
            {
                if (Colors.TryGetValue(level, out var color)) Console.ForegroundColor = color;
                Console.WriteLine(text);
                Console.ResetColor();
            }
        }
    }
}
