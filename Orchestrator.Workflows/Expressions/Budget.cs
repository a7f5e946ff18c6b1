namespace Orchestrator.Workflows.Expressions;

/// <summary>The bounds that let every expression be read and every evaluation end.</summary>
internal static class Budget
{
    /// <summary>Brackets, operators and functions inside each other, in the text.</summary>
    public const int MaxNesting = 100;

    /// <summary>Levels of the compiled tree; a chain <c>a + b + c …</c> has one per operator.</summary>
    public const int MaxTreeDepth = 500;

    /// <summary>Units of work of one evaluation: a node is one, and so are 64 characters or elements that it makes.</summary>
    public const int MaxWork = 1_000_000;

    /// <summary>Characters, as JSON, of any value on the way.</summary>
    public const long MaxSize = 8 * 1024 * 1024;

    /// <summary>How much made content costs one unit of work.</summary>
    public const int ContentPerWork = 64;
}
