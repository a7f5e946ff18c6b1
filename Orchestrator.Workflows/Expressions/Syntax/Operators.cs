using System.Collections.Frozen;
using Orchestrator.Workflows.Expressions.Nodes;

namespace Orchestrator.Workflows.Expressions.Syntax;

/// <summary>The infix operators and how strongly they bind.</summary>
internal static class Operators
{
    /// <summary>Binds stronger than every infix operator.</summary>
    public const int UnaryPower = 20;

    private static readonly FrozenDictionary<string, Infix> Table = new Dictionary<string, Infix>
    {
        ["?"] = new(1, RightAssociative: true),
        ["??"] = new(2, IsLogical: true),
        ["||"] = new(3, IsLogical: true),
        ["&&"] = new(4, IsLogical: true),
        ["==="] = new(8),
        ["!=="] = new(8),
        ["=="] = new(8),
        ["!="] = new(8),
        ["<"] = new(9),
        ["<="] = new(9),
        [">"] = new(9),
        [">="] = new(9),
        ["+"] = new(11),
        ["-"] = new(11),
        ["*"] = new(12),
        ["/"] = new(12),
        ["%"] = new(12),
        ["**"] = new(13, RightAssociative: true),
    }.ToFrozenDictionary();

    public static Infix? Find(Token token) =>
        token.Kind == TokenKind.Punctuator && Table.TryGetValue(token.Text, out var found) ? found : null;

    /// <summary>JavaScript's rule: <c>??</c> doesn't mix with <c>||</c> and <c>&amp;&amp;</c>, nor <c>-a</c> with <c>**</c>.</summary>
    public static void RefuseMixing(Token op, Node operand, Node? parenthesised)
    {
        if (ReferenceEquals(operand, parenthesised))
        {
            return;
        }

        if (operand is LogicalNode logical && (op.Text == "??") != (logical.Operator == "??") && Table[op.Text].IsLogical)
        {
            throw new SyntaxException(
                Math.Max(op.Start, logical.Offset), $"`{op.Text}` and `{logical.Operator}` are mixed", "Put one of the two into parentheses.");
        }

        if (op.Text == "**" && operand is UnaryNode)
        {
            throw new SyntaxException(op.Start, "`**` follows a signed number", "Put the sign and the number into parentheses.");
        }
    }

    /// <summary>An operator between two operands; the higher its power, the stronger it binds.</summary>
    internal sealed record Infix(int Power, bool RightAssociative = false, bool IsLogical = false);
}
