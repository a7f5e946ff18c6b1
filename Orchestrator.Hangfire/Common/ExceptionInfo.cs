namespace Hangfire;

/// <summary>What is kept of an exception when a job is deleted because of it.</summary>
public sealed class ExceptionInfo
{
    /// <summary>Takes type and message of <paramref name="exception"/> and of those within.</summary>
    public ExceptionInfo(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        Type = Common.TypeHelper.CurrentTypeSerializer(exception.GetType());
        Message = exception.Message;
        InnerException = exception.InnerException is null ? null : new ExceptionInfo(exception.InnerException);
    }

    [Newtonsoft.Json.JsonConstructor]
    public ExceptionInfo(string type, string? message, ExceptionInfo? innerException)
    {
        Type = type;
        Message = message;
        InnerException = innerException;
    }

    public string Type { get; }

    public string? Message { get; }

    public ExceptionInfo? InnerException { get; }

    public override string ToString() =>
        InnerException is null ? $"{Type}: {Message}" : $"{Type}: {Message} ---> {InnerException}";
}
