namespace Orchestrator.Workflows.Expressions;

/// <summary>Something wrong in an expression's text, at <paramref name="Offset"/> from 0; the hint says how to mend it.</summary>
internal sealed record ExpressionError(int Offset, string Message, string Hint = "");
