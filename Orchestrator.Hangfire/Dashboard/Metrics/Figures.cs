using System.Globalization;
using Hangfire.PostgreSql;

namespace Hangfire.Dashboard;

/// <summary>Counts as pages show them.</summary>
internal static class Figures
{
    public static string Text(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A count of rows: beyond what is counted it is an estimate, and says so.</summary>
    public static string Rows(long value) => value > BoundedCount.Limit ? "≈" + Text(value) : Text(value);

    /// <summary>A figure that is a count of rows.</summary>
    public static Metric OfRows(long value, MetricStyle style = MetricStyle.Default) => new(Rows(value))
    {
        IntValue = value,
        Style = value > 0 ? style : MetricStyle.Default,
        Highlighted = value > 0 && style != MetricStyle.Default,
    };
}
