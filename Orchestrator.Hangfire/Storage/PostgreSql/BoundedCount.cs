using System.Text.Json;

namespace Hangfire.PostgreSql;

/// <summary>
/// Counts that cost the same however many there are: exact up to a limit, beyond it what the planner takes them for.
/// </summary>
internal static class BoundedCount
{
    /// <summary>The largest exact count.</summary>
    public const int Limit = 10_000;

    /// <summary>How far a statement counts.</summary>
    public const int Bound = Limit + 1;

    /// <summary>What was counted, or an estimate if that has reached the bound.</summary>
    public static long OrEstimate(this Database database, long counted, string estimate, params object?[] values) =>
        counted < Bound ? counted : Math.Max(Bound, RowsOf(database.Explain(estimate, values)));

    private static long RowsOf(string plan)
    {
        using var json = JsonDocument.Parse(plan);
        return (long)json.RootElement[0].GetProperty("Plan").GetProperty("Plan Rows").GetDouble();
    }
}
