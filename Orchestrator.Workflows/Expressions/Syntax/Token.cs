namespace Orchestrator.Workflows.Expressions.Syntax;

internal enum TokenKind
{
    End,
    Name,
    Number,
    String,
    Punctuator,
}

/// <summary>A word of an expression: its place, and for names, strings and punctuators the text that it stands for.</summary>
internal readonly record struct Token(TokenKind Kind, int Start, int End, string Text, double Number = 0)
{
    public bool Is(string punctuator) => Kind == TokenKind.Punctuator && Text == punctuator;

    /// <summary>As a message calls it.</summary>
    public string Describe() => Kind switch
    {
        TokenKind.End => "the end",
        TokenKind.String => "a string",
        TokenKind.Number => "a number",
        _ => $"`{Text}`",
    };
}
