namespace Orchestrator.Workflows.Expressions;

/// <summary>An expression can't be evaluated with the values at hand; trying again with the same values won't help.</summary>
public sealed class EvaluationException : Exception
{
    public EvaluationException(string problem, string source, int offset)
        : base($"{problem} (in `{Shorten(source)}` at {offset + 1})")
    {
        Problem = problem;
        Expression = source;
        Offset = offset;
    }

    /// <summary>What went wrong, without the place.</summary>
    public string Problem { get; }

    /// <summary>The expression's text.</summary>
    public string Expression { get; }

    /// <summary>Where in <see cref="Expression"/>, from 0.</summary>
    public int Offset { get; }

    private static string Shorten(string source) => source.Length <= 200 ? source : string.Concat(source.AsSpan(0, 200), "…");
}
