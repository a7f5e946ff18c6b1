using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Execution;

/// <summary>Lines that an attempt leaves (<c>job_attempts.logs</c>: a list of <c>{at, level, message}</c>). Bounded.</summary>
internal sealed class AttemptLog(TimeProvider time)
{
    public const int MaxLines = 200;
    public const int MaxLength = 2000;

    private List<Value>? _lines;

    public void Info(string message) => Add("info", message);

    public void Error(string message) => Add("error", message);

    /// <summary>As JSON; null where there is no line.</summary>
    public string? ToJson() => _lines is null ? null : Value.Array(_lines).ToJson();

    private void Add(string level, string message)
    {
        _lines ??= [];
        if (_lines.Count < MaxLines)
        {
            var text = message.Length <= MaxLength ? message : message[..MaxLength] + "…";
            _lines.Add(Value.Object(("at", time.GetUtcNow().UtcDateTime.ToString("O")), ("level", level), ("message", text)));
        }
    }
}
