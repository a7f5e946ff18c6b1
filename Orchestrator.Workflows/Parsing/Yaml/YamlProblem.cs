namespace Orchestrator.Workflows.Parsing.Yaml;

/// <summary>A file can't be read any further; never leaves <see cref="WorkflowParser"/>.</summary>
internal sealed class YamlProblem(Position position, string message, string hint = "") : Exception(message)
{
    public Position Position => position;

    public string Hint => hint;
}
