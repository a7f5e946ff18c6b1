namespace Orchestrator.Workflows.Scripts;

internal enum ScriptTokenKind
{
    Name,

    /// <summary>A string in quotes, on one line.</summary>
    String,

    /// <summary>A number, a regular expression, or the text of a template string.</summary>
    Literal,
    Punctuator,
}

/// <summary>A word of a script's text.</summary>
internal readonly record struct ScriptToken(ScriptTokenKind Kind, int Start, int End);
