using Microsoft.Extensions.Logging;

namespace Orchestrator.Jobs.Execution;

/// <summary>A log whose lines are kept with an attempt, and go to the host's log too.</summary>
internal sealed class AttemptLogger(AttemptLog attempt, ILogger host) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => host.BeginScope(state);

    /// <summary>What the attempt keeps: it is for the operator of the run, not for whoever debugs the host.</summary>
    public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Information and not LogLevel.None || host.IsEnabled(logLevel);

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel is >= LogLevel.Information and not LogLevel.None)
        {
            var line = formatter(state, exception);
            attempt.Write(Word(logLevel), exception is null ? line : $"{line} ({exception.GetType().Name}: {exception.Message})");
        }

        host.Log(logLevel, eventId, state, exception, formatter);
    }

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        _ => "error",
    };
}
