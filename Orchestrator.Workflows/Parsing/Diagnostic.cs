namespace Orchestrator.Workflows.Parsing;

/// <summary>How bad a <see cref="Diagnostic"/> is.</summary>
public enum Severity
{
    /// <summary>The file can't be used.</summary>
    Error,

    /// <summary>The file can be used, but something in it is probably not meant.</summary>
    Warning,
}

/// <summary>Something wrong in a workflow file.</summary>
/// <param name="Severity">An error keeps the file from being used.</param>
/// <param name="File">The file's name as it was given.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1, in UTF-16 characters.</param>
/// <param name="Path">The field, such as <c>steps[2].depends_on[0]</c>; empty: the whole file.</param>
/// <param name="Message">What was expected and found.</param>
/// <param name="Hint">How to mend it; may be empty.</param>
public sealed record Diagnostic(Severity Severity, string File, int Line, int Column, string Path, string Message, string Hint)
{
    /// <summary><c>file:line:column: error: path: message. hint</c>.</summary>
    public override string ToString()
    {
        var severity = Severity == Severity.Error ? "error" : "warning";
        var path = Path.Length == 0 ? "" : $"{Path}: ";
        var hint = Hint.Length == 0 ? "" : $" {Hint}";
        return $"{File}:{Line}:{Column}: {severity}: {path}{Message}.{hint}";
    }
}
