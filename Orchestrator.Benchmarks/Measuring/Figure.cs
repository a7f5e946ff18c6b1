namespace Orchestrator.Benchmarks.Measuring;

/// <summary>What was measured, run by run, beside its bound.</summary>
internal sealed record Figure
{
    public required string Benchmark { get; init; }

    public required string What { get; init; }

    public required string Unit { get; init; }

    /// <summary>False where less is better: a time.</summary>
    public required bool IsRate { get; init; }

    public required Sample Measured { get; init; }

    /// <summary>The same by bare SQL, in the same unit.</summary>
    public required Sample Bound { get; init; }

    /// <summary>What the bare SQL does.</summary>
    public required string BoundIs { get; init; }

    /// <summary>What the costs are counted for: a step, a job.</summary>
    public required string Per { get; init; }

    public required Costs Costs { get; init; }

    /// <summary>How much of the bound is reached; 1: as fast as bare SQL.</summary>
    public double Reached => IsRate ? Measured.Median / Bound.Median : Bound.Median / Measured.Median;
}

/// <summary>The same measured several times.</summary>
internal sealed record Sample(IReadOnlyList<double> Values)
{
    public double Median => Of(Values, 0.5);

    public double Min => Values.Min();

    public double Max => Values.Max();

    /// <summary>The value below which that part of them lies.</summary>
    public static double Of(IEnumerable<double> values, double part)
    {
        var sorted = values.Order().ToArray();
        var at = part * (sorted.Length - 1);
        var (low, high) = ((int)Math.Floor(at), (int)Math.Ceiling(at));
        return sorted[low] + ((sorted[high] - sorted[low]) * (at - low));
    }
}

/// <summary>What one step or job costs; null: not counted here.</summary>
internal sealed record Costs
{
    public required double? Statements { get; init; }

    public required double? Commits { get; init; }

    public required double? Rows { get; init; }

    public required double WalBytes { get; init; }

    /// <summary>Processor time of PostgreSQL.</summary>
    public required double DatabaseMicroseconds { get; init; }

    /// <summary>Processor time of this process: the service, and the callers.</summary>
    public required double ProgramMicroseconds { get; init; }
}
