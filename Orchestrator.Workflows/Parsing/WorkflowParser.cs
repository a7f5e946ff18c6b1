namespace Orchestrator.Workflows.Parsing;

/// <summary>Reads workflow files.</summary>
public static class WorkflowParser
{
    /// <summary>
    /// Reads one workflow file, YAML 1.2 or JSON. Never throws for what is in the text: everything wrong in it is
    /// reported at once.
    /// </summary>
    public static ParseResult Parse(string text, string fileName) =>
        new(null, [new Diagnostic(Severity.Error, fileName, 1, 1, "", $"nothing is read yet of {text.Length} characters", "")]);
}
