namespace Orchestrator.Workflows.Expressions.Syntax;

/// <summary>Ends the reading of one expression; never leaves <see cref="ExpressionParser"/>.</summary>
internal sealed class SyntaxException(int offset, string message, string hint = "") : Exception(message)
{
    public ExpressionError Error { get; } = new(offset, message, hint);
}
