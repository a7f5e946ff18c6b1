namespace Orchestrator.Workflows.Expressions;

/// <summary>Sums of sizes that stay at a bound: values may share parts, so the written size can exceed any integer.</summary>
internal static class Saturating
{
    private const long Bound = long.MaxValue / 4;

    public static long Add(long left, long right) => Math.Min(Bound, left + right);
}
