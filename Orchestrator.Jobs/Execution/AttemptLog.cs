using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Execution;

/// <summary>Lines that an attempt leaves (<c>job_attempts.logs</c>: a list of <c>{at, level, message}</c>). Bounded.</summary>
/// <param name="now">By the clock of the attempt's own times.</param>
internal sealed class AttemptLog(Func<DateTime> now)
{
    public const int MaxLines = 200;
    public const int MaxLength = 2000;

    private readonly Lock _lock = new();
    private List<Value>? _lines;

    public void Info(string message) => Write("info", message);

    public void Error(string message) => Write("error", message);

    /// <summary>Adds a line. A host's step may do so from any thread, and after its attempt has ended.</summary>
    public void Write(string level, string message)
    {
        lock (_lock)
        {
            _lines ??= [];
            if (_lines.Count < MaxLines)
            {
                var text = message.Length <= MaxLength ? message : message[..MaxLength] + "…";
                _lines.Add(Value.Object(("at", now().ToString("O")), ("level", level), ("message", text)));
            }
        }
    }

    /// <summary>As JSON; null where there is no line.</summary>
    public string? ToJson()
    {
        lock (_lock)
        {
            return _lines is null ? null : Value.Array(_lines).ToJson();
        }
    }
}
