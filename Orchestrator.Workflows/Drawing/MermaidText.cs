using System.Globalization;
using System.Text;
using Orchestrator.Workflows.Graph;

namespace Orchestrator.Workflows.Drawing;

/// <summary>A graph of steps as a Mermaid flowchart, for READMEs and issues.</summary>
public static class MermaidText
{
    private const string Classes = """
          classDef success fill:#dafbe1,stroke:#1a7f37,color:#1f2328
          classDef running fill:#ddf4ff,stroke:#0969da,color:#1f2328
          classDef leased fill:#ddf4ff,stroke:#0969da,color:#1f2328
          classDef queued fill:#fbefff,stroke:#6639ba,color:#1f2328
          classDef failed fill:#fff8c5,stroke:#9a6700,color:#1f2328
          classDef dead fill:#ffebe9,stroke:#cf222e,color:#1f2328
          classDef skipped stroke-dasharray:4 3
          classDef cancelled stroke-dasharray:4 3

        """;

    /// <summary>The flowchart's text.</summary>
    /// <param name="graph">Who depends on whom.</param>
    /// <param name="steps">The steps, by index.</param>
    /// <param name="kinds">Of edges that are no dependencies; null: there are none.</param>
    public static string Write(StepGraph graph, IReadOnlyList<DrawnStep> steps, IReadOnlyDictionary<Edge, string>? kinds = null)
    {
        var text = new StringBuilder("flowchart LR\n");
        for (var step = 0; step < steps.Count; step++)
        {
            text.Append(CultureInfo.InvariantCulture, $"  s{step}[\"{Escape(steps[step].Title)}\"]");
            text.Append(steps[step].Status is { } status ? $":::{status}\n" : "\n");
        }

        for (var step = 0; step < steps.Count; step++)
        {
            foreach (var child in graph.Children(step))
            {
                var arrow = kinds?.GetValueOrDefault(new Edge(step, child)) is { } kind ? $"-. {kind} .->" : "-->";
                text.Append(CultureInfo.InvariantCulture, $"  s{step} {arrow} s{child}\n");
            }
        }

        return steps.Any(step => step.Status is not null) ? text.Append(Classes).ToString() : text.ToString();
    }

    /// <summary>Anything but letters, digits and plain punctuation as a character code, which Mermaid shows as it is.</summary>
    private static string Escape(string text) => string.Concat(text.EnumerateRunes().Select(rune =>
        Rune.IsLetterOrDigit(rune) || " _-.,:/·()".Contains((char)(rune.IsBmp ? rune.Value : 0))
            ? rune.ToString()
            : Rune.IsControl(rune) ? " " : string.Create(CultureInfo.InvariantCulture, $"#{rune.Value};")));
}
