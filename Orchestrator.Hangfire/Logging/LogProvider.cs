namespace Hangfire.Logging;

/// <summary>The logs of this process; silent until a provider is set.</summary>
public static class LogProvider
{
    private static volatile ILogProvider? current;

    /// <summary>Sets where logs come from; null: nowhere.</summary>
    public static void SetCurrentLogProvider(ILogProvider? logProvider) => current = logProvider;

    public static ILog For<T>() => GetLogger(typeof(T));

    public static ILog GetLogger(Type type) => GetLogger(type.FullName ?? type.Name);

    /// <summary>A log that follows the provider of the moment.</summary>
    public static ILog GetLogger(string name) => new CurrentLog(name);

    private sealed class CurrentLog(string name) : ILog
    {
        private (ILogProvider Provider, ILog Log)? made;

        public bool Log(LogLevel logLevel, Func<string>? messageFunc, Exception? exception = null)
        {
            if (current is not { } provider) return false;
            if (made is not { } known || known.Provider != provider) made = known = (provider, provider.GetLogger(name));
            return known.Log.Log(logLevel, messageFunc, exception);
        }
    }
}
