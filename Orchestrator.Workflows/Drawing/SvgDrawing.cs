using System.Globalization;
using System.Text;
using System.Xml;
using Orchestrator.Workflows.Graph;

namespace Orchestrator.Workflows.Drawing;

/// <summary>
/// A graph of steps as an SVG image: no script, nothing from elsewhere, light and dark as the reader's screen is. A state
/// is told by its word as well as by its colour.
/// </summary>
public static class SvgDrawing
{
    private const int Width = 190;
    private const int Height = 46;
    private const int ColumnWidth = 260;
    private const int RowHeight = 62;
    private const int Margin = 16;
    private const int MaxText = 26;

    private const string Style = """
        :root { --back: #ffffff; --text: #1f2328; --faint: #59636e; --line: #8c959f; --fill: #f6f8fa }
        .success { --line: #1a7f37; --fill: #dafbe1 } .running, .leased { --line: #0969da; --fill: #ddf4ff }
        .queued { --line: #6639ba; --fill: #fbefff } .failed { --line: #9a6700; --fill: #fff8c5 }
        .dead { --line: #cf222e; --fill: #ffebe9 } .skipped, .cancelled { --fill: #eaeef2; stroke-dasharray: 4 3 }
        text { font: 12px system-ui, sans-serif; fill: var(--text); stroke: none } .id { font-weight: 600 } .more { fill: var(--faint); font-size: 11px }
        rect { fill: var(--fill); stroke: var(--line); stroke-width: 1.5 } .back { fill: var(--back); stroke: none } path { fill: none; stroke: var(--line); stroke-width: 1.5 }
        .other { stroke-dasharray: 3 4 } marker path { fill: var(--line); stroke: none }
        @media (prefers-color-scheme: dark) {
          :root { --back: #0d1117; --text: #f0f6fc; --faint: #9198a1; --line: #656c76; --fill: #151b23 }
          .success { --line: #3fb950; --fill: #12261e } .running, .leased { --line: #4493f8; --fill: #121d2f }
          .queued { --line: #ab7df8; --fill: #1f1a2e } .failed { --line: #d29922; --fill: #272115 }
          .dead { --line: #f85149; --fill: #25171c } .skipped, .cancelled { --fill: #212830 }
        }
        """;

    /// <summary>The image's text.</summary>
    /// <param name="graph">Who depends on whom.</param>
    /// <param name="steps">The steps, by index.</param>
    /// <param name="title">What the image shows.</param>
    /// <param name="kinds">Of edges that are no dependencies; null: there are none.</param>
    /// <exception cref="DrawingTooLargeException">There is too much to be drawn.</exception>
    public static string Write(StepGraph graph, IReadOnlyList<DrawnStep> steps, string title, IReadOnlyDictionary<Edge, string>? kinds = null)
    {
        var layout = LayeredLayout.Of(graph);
        var (width, height) = ((layout.Columns * ColumnWidth) - (ColumnWidth - Width) + (2 * Margin), (layout.Rows * RowHeight) - (RowHeight - Height) + (2 * Margin));
        var text = new StringBuilder();
        using (var svg = XmlWriter.Create(text, new XmlWriterSettings { OmitXmlDeclaration = true, Indent = true, NewLineChars = "\n" }))
        {
            svg.WriteStartElement("svg", "http://www.w3.org/2000/svg");
            Attributes(svg, ("viewBox", $"0 0 {Number(width)} {Number(height)}"), ("width", Number(width)), ("height", Number(height)), ("role", "img"));
            svg.WriteElementString("title", Clean(title));
            svg.WriteElementString("style", Style);
            Arrowhead(svg);
            Element(svg, "rect", ("class", "back"), ("width", "100%"), ("height", "100%"));
            foreach (var (edge, through) in layout.Edges)
            {
                Element(svg, "path", [.. kinds?.ContainsKey(edge) == true ? [("class", "other")] : Array.Empty<(string, string)>(), ("d", Curve(layout, through)), ("marker-end", "url(#arrow)")]);
            }

            for (var step = 0; step < steps.Count; step++)
            {
                Box(svg, steps[step], layout.Steps[step]);
            }

            svg.WriteEndElement();
        }

        return text.Append('\n').ToString();
    }

    private static void Box(XmlWriter svg, DrawnStep step, Place place)
    {
        svg.WriteStartElement("g");
        Attributes(svg, ("class", step.Status ?? "plain"), ("transform", $"translate({Number(X(place))} {Number(Y(place))})"));
        svg.WriteElementString("title", Clean(step.Title));
        Element(svg, "rect", ("width", Number(Width)), ("height", Number(Height)), ("rx", "8"));
        Text(svg, "id", 19, step.Name ?? step.Id);
        Text(svg, "more", 36, string.Join(" · ", new[]
        {
            step.Name is null ? step.Type : step.Id, step.Status, step.Attempts > 1 ? $"{step.Attempts}×" : null,
        }.OfType<string>()));
        svg.WriteEndElement();
    }

    private static void Text(XmlWriter svg, string name, int y, string text)
    {
        svg.WriteStartElement("text");
        Attributes(svg, ("class", name), ("x", "12"), ("y", Number(y)));
        svg.WriteString(Clean(Short(text)));
        svg.WriteEndElement();
    }

    private static void Arrowhead(XmlWriter svg)
    {
        svg.WriteStartElement("defs");
        svg.WriteStartElement("marker");
        Attributes(
            svg, ("id", "arrow"), ("viewBox", "0 0 8 8"), ("refX", "7"), ("refY", "4"), ("markerWidth", "7"), ("markerHeight", "7"), ("orient", "auto"));
        Element(svg, "path", ("d", "M 0 0 L 8 4 L 0 8 z"));
        svg.WriteEndElement();
        svg.WriteEndElement();
    }

    /// <summary>From the right side of a box, level through each place on the way, to the left side of the next.</summary>
    private static string Curve(LayeredLayout layout, int[] through)
    {
        var (x, y) = (X(layout.At(through[0])) + Width, Middle(layout.At(through[0])));
        var path = new StringBuilder($"M {Number(x)} {Number(y)}");
        foreach (var place in through.Skip(1).Select(layout.At))
        {
            var (toX, toY) = (X(place), Middle(place));
            var half = (x + toX) / 2;
            path.Append($" C {Number(half)} {Number(y)} {Number(half)} {Number(toY)} {Number(toX)} {Number(toY)}");
            (x, y) = (toX, toY);
            if (place != layout.At(through[^1]))
            {
                x += Width;
                path.Append($" H {Number(x)}");
            }
        }

        return path.ToString();
    }

    private static double X(Place place) => Margin + (place.Layer * ColumnWidth);

    private static double Y(Place place) => Margin + (place.Row * RowHeight);

    private static double Middle(Place place) => Y(place) + (Height / 2.0);

    private static void Element(XmlWriter svg, string name, params (string Name, string Value)[] attributes)
    {
        svg.WriteStartElement(name);
        Attributes(svg, attributes);
        svg.WriteEndElement();
    }

    private static void Attributes(XmlWriter svg, params (string Name, string Value)[] attributes)
    {
        foreach (var (name, value) in attributes)
        {
            svg.WriteAttributeString(name, value);
        }
    }

    private static string Number(double value) => Math.Round(value, 1).ToString(CultureInfo.InvariantCulture);

    private static string Short(string text)
    {
        var letters = StringInfo.ParseCombiningCharacters(text);
        return letters.Length <= MaxText ? text : string.Concat(text.AsSpan(0, letters[MaxText - 1]), "…");
    }

    /// <summary>XML has no place for control characters and lone surrogates, escaped or not.</summary>
    private static string Clean(string text) =>
        Orchestrator.Workflows.Text.StorableText.Of(string.Concat(text.Select(c => char.IsSurrogate(c) || XmlConvert.IsXmlChar(c) ? c : '\uFFFD')));
}
