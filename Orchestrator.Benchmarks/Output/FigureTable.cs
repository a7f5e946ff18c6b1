using System.Globalization;
using System.Text;
using Orchestrator.Benchmarks.Measuring;
using Orchestrator.Benchmarks.Peers;

namespace Orchestrator.Benchmarks.Output;

/// <summary>Figures as a Markdown table that is also readable as plain text.</summary>
internal static class FigureTable
{
    private static readonly string[] Head =
    [
        "benchmark", "what", "median", "min – max", "unit", "bare SQL", "reached", "per", "statements", "commits", "rows", "WAL bytes", "CPU µs: db", "program",
    ];

    public static string Of(IReadOnlyList<Figure> figures)
    {
        var text = Table(Head, figures.Select(Row));
        text.Append("\nreached: part of what bare SQL does in the same run; 1.00 is as fast. Bare SQL:\n");
        foreach (var bound in figures.DistinctBy(figure => (figure.Benchmark, figure.BoundIs)))
        {
            text.Append("  ").Append(bound.Benchmark).Append(": ").Append(bound.BoundIs).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>What peers reached; empty where none was measured.</summary>
    public static string Of(IReadOnlyList<PeerFigure> peers) => peers.Count == 0
        ? ""
        : Table(["workload", "what", "peer", "median", "min – max"], peers.Select(peer => new[]
        {
            peer.Workload, peer.What, peer.Peer, Number(peer.Measured.Median), $"{Number(peer.Measured.Min)} – {Number(peer.Measured.Max)}",
        })).ToString();

    private static StringBuilder Table(string[] head, IEnumerable<string[]> body)
    {
        string[][] rows = [head, .. body];
        var widths = head.Select((_, column) => rows.Max(row => row[column].Length)).ToArray();
        var text = new StringBuilder();
        AddRow(text, rows[0], widths);
        AddRow(text, [.. widths.Select(width => new string('-', width))], widths);
        foreach (var row in rows.Skip(1))
        {
            AddRow(text, row, widths);
        }

        return text;
    }

    private static string[] Row(Figure figure) =>
    [
        figure.Benchmark, figure.What, Number(figure.Measured.Median), $"{Number(figure.Measured.Min)} – {Number(figure.Measured.Max)}",
        figure.Unit, Number(figure.Bound.Median), Small(figure.Reached), figure.Per, Small(figure.Costs.Statements),
        Small(figure.Costs.Commits), Small(figure.Costs.Rows), Number(figure.Costs.WalBytes),
        Number(figure.Costs.DatabaseMicroseconds), Number(figure.Costs.ProgramMicroseconds),
    ];

    private static void AddRow(StringBuilder text, string[] cells, int[] widths) =>
        text.Append("| ").AppendJoin(" | ", cells.Select((cell, column) => cell.PadRight(widths[column]))).Append(" |\n");

    private static string Small(double? value) => value is null ? "n/a" : value.Value.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString(value < 100 ? "0.00" : "#,0", CultureInfo.InvariantCulture);
}
