using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Workflows.Drawing;

/// <summary>A step as a drawing shows it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name; null: it has none.</param>
/// <param name="Type">Its type.</param>
/// <param name="Status">The word of its state; null: a definition is drawn, not a run.</param>
/// <param name="Attempts">Attempts that have begun.</param>
public sealed record DrawnStep(string Id, string? Name, string Type, string? Status = null, int Attempts = 0)
{
    /// <summary>The steps of a definition, by index.</summary>
    public static IReadOnlyList<DrawnStep> Of(WorkflowDefinition definition) =>
        [.. definition.Steps.Select(step => new DrawnStep(step.Id, step.Name, step.Action.Type))];

    /// <summary>Everything in one line.</summary>
    public string Title => string.Join(" · ", new[]
    {
        Id, Name, Type, Status, Attempts > 0 ? $"{Attempts} {(Attempts == 1 ? "attempt" : "attempts")}" : null,
    }.Where(part => !string.IsNullOrEmpty(part)));
}

/// <summary>The graph is too large to be drawn.</summary>
public sealed class DrawingTooLargeException(string message) : Exception(message);
