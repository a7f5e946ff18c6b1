namespace Orchestrator.Workflows.Parsing.Yaml;

/// <summary>A place in a file, both from 1.</summary>
internal readonly record struct Position(int Line, int Column)
{
    /// <summary>The use of a template that it comes from; null: it is a place in the file itself.</summary>
    public Templates.Origin? Origin { get; init; }

    public static Position Start { get; } = new(1, 1);
}
