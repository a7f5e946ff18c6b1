using System.Collections.Frozen;

namespace Orchestrator.Workflows.Expressions.Syntax;

/// <summary>What of JavaScript is not part of the language, and why.</summary>
internal static class Unsupported
{
    private static readonly FrozenSet<string> Assignments = FrozenSet.ToFrozenSet(
        ["=", "+=", "-=", "*=", "/=", "%=", "**=", "&=", "|=", "^=", "<<=", ">>=", ">>>=", "&&=", "||=", "??=", "++", "--"]);

    private static readonly FrozenSet<string> Bitwise = FrozenSet.ToFrozenSet(["&", "|", "^", "~", "<<", ">>", ">>>"]);

    private static readonly FrozenSet<string> Keywords = FrozenSet.ToFrozenSet(
    [
        "new", "function", "typeof", "void", "delete", "in", "instanceof", "await", "async", "yield", "class", "this", "super",
        "import", "let", "const", "var", "return", "if", "for", "while", "throw", "try", "switch",
    ]);

    /// <summary>An error for a token that JavaScript knows and this language does not; null for all others.</summary>
    public static SyntaxException? Explain(Token token) => token switch
    {
        { Kind: TokenKind.Name } when Keywords.Contains(token.Text) =>
            new(token.Start, $"`{token.Text}` is not part of the expression language"),
        { Kind: not TokenKind.Punctuator } => null,
        { Text: "=" } => new(token.Start, "an expression can't assign", "To compare, write ===."),
        { Text: ";" } => new(token.Start, "an expression is one expression, not several statements"),
        { Text: "(" } => new(token.Start, "only functions and methods of the language can be called, by their names"),
        { Text: "=>" } => new(token.Start, "an arrow function can only be an argument of a method", "For example inputs.list.map(x => x.id); its parameters are plain names, without destructuring."),
        _ when Assignments.Contains(token.Text) => new(token.Start, $"an expression can't assign, found `{token.Text}`"),
        _ when Bitwise.Contains(token.Text) =>
            new(token.Start, $"the bitwise operator `{token.Text}` is not part of the expression language", "Logic is written && and ||."),
        _ => null,
    };

    /// <summary>What to write in place of a function or method of JavaScript that is not part of the language.</summary>
    public static string? Instead(string name) => name switch
    {
        "push" or "unshift" => "Nothing is changed in an expression; write [...list, x] or [x, ...list].",
        "pop" or "shift" or "splice" => "Nothing is changed in an expression; use slice or filter.",
        "forEach" => "Use map, filter or reduce, which give a value.",
        "match" or "matchAll" or "test" or "exec" or "search" => "There are no regular expressions; use includes, startsWith, indexOf or split.",
        "Math.random" => "An expression gives the same again; use uuid(), or hash(x).",
        ['s', 'e', 't', >= 'A' and <= 'Z', ..] => "A date is not changed; write new Date(…) with another time.",
        _ => null,
    };

    public static bool IsKeyword(string name) => Keywords.Contains(name);
}
