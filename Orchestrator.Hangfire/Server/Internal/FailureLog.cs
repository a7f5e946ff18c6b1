using Hangfire.Logging;
using Npgsql;

namespace Hangfire.Server;

/// <summary>
/// Says what failed without filling the log: the same failure again is said for debugging only, and its end once. What
/// the database refuses or does not answer needs no stack.
/// </summary>
internal sealed class FailureLog(ILog log)
{
    private string? last;

    public void Failed(string what, Exception failure)
    {
        var message = failure.InnerException is { } inner ? $"{failure.Message} ({inner.Message})" : failure.Message;
        if (message == Interlocked.Exchange(ref last, message)) log.Debug($"{what} {message}");
        else if (failure is NpgsqlException) log.Warn($"{what} {message}");
        else log.ErrorException(what, failure);
    }

    public void Succeeded(string what)
    {
        if (last is not null && Interlocked.Exchange(ref last, null) is not null) log.Info(what);
    }
}
