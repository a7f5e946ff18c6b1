using System.Globalization;
using Hangfire.PostgreSql;
using static Hangfire.Dashboard.Markup;

namespace Hangfire.Dashboard;

/// <summary>How many jobs ended each hour or day: bars, and a table that says the same.</summary>
internal static class HistoryGraph
{
    private const int Width = 600, Height = 160;

    public static IReadOnlyList<Bar> Day(JobStorage storage)
    {
        var monitor = storage.GetMonitoringApi();
        return Merge("HH:mm", monitor.HourlySucceededJobs(), monitor.HourlyFailedJobs(), (monitor as PostgreSqlMonitoringApi)?.HourlyDeletedJobs());
    }

    public static IReadOnlyList<Bar> Week(JobStorage storage)
    {
        var monitor = storage.GetMonitoringApi();
        return Merge("ddd d", monitor.SucceededByDatesCount(), monitor.FailedByDatesCount(), (monitor as PostgreSqlMonitoringApi)?.DeletedByDatesCount());
    }

    public static NonEscapedString Render(IReadOnlyList<Bar> bars)
    {
        var highest = Math.Max(1, bars.Max(static bar => bar.Succeeded + bar.Failed + bar.Deleted));
        var step = (double)Width / bars.Count;
        return Html($"""
            <p class="legend"><span class="key succeeded">Succeeded</span> <span class="key failed">Failed</span> <span class="key deleted">Deleted</span> <span class="faint">highest: {highest:N0}</span></p>
            <svg class="graph" viewBox="0 0 {Width} {Height}" preserveAspectRatio="none" role="img" aria-label="Jobs that ended; the table below has the numbers">{Each(Enumerable.Range(0, bars.Count), index => Column(bars[index], index * step, step, highest))}</svg>
            <p class="axis"><span>{bars[0].Label}</span><span>{bars[bars.Count / 2].Label}</span><span>{bars[^1].Label} UTC</span></p>
            <details><summary>Numbers</summary><table class="narrow"><thead><tr><th scope="col">From (UTC)</th><th scope="col">Succeeded</th><th scope="col">Failed</th><th scope="col">Deleted</th></tr></thead>
            <tbody>{Each(bars.Reverse(), static bar => Html($"<tr><th scope=\"row\">{bar.Label}</th><td>{bar.Succeeded:N0}</td><td>{bar.Failed:N0}</td><td>{bar.Deleted:N0}</td></tr>"))}</tbody></table></details>
            """);
    }

    private static NonEscapedString Column(Bar bar, double left, double width, long highest)
    {
        var top = (double)Height;
        return Html($"<g><title>{bar.Label}: {bar.Succeeded:N0} succeeded, {bar.Failed:N0} failed, {bar.Deleted:N0} deleted</title>{Part(bar.Succeeded, "succeeded")}{Part(bar.Failed, "failed")}{Part(bar.Deleted, "deleted")}</g>");

        NonEscapedString Part(long count, string kind)
        {
            if (count == 0) return Nothing;
            var height = Math.Max(1, (double)count / highest * (Height - 4));
            top -= height;
            return Html($"""<rect class="{kind}" x="{left + (width * 0.1):0.##}" y="{top:0.##}" width="{width * 0.8:0.##}" height="{height:0.##}"/>""");
        }
    }

    private static List<Bar> Merge(string format, IDictionary<DateTime, long> succeeded, IDictionary<DateTime, long> failed, IDictionary<DateTime, long>? deleted) =>
        [.. succeeded.Keys.Order().Select(time => new Bar(time.ToString(format, CultureInfo.InvariantCulture), succeeded[time], At(failed, time), At(deleted, time)))];

    private static long At(IDictionary<DateTime, long>? counts, DateTime time) => counts is not null && counts.TryGetValue(time, out var count) ? count : 0;

    /// <summary>An hour or a day.</summary>
    internal sealed record Bar(string Label, long Succeeded, long Failed, long Deleted);
}
