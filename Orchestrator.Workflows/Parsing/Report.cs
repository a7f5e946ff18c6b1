using Orchestrator.Workflows.Parsing.Yaml;
using Orchestrator.Workflows.Text;

namespace Orchestrator.Workflows.Parsing;

/// <summary>Collects everything wrong in one file.</summary>
internal sealed class Report(string file, string text)
{
    /// <summary>Searches for the nearest name cost time; a file with more mistyped names than this gets no more of them.</summary>
    private const int MaxSuggestions = 100;

    /// <summary>Characters that are walked to find places inside scalars; after these the scalar's own place has to do.</summary>
    private const long MaxWalked = 50_000_000;

    private readonly List<Diagnostic> _diagnostics = [];
    private int _suggestions;
    private long _walked;

    public bool HasErrors => _diagnostics.Exists(one => one.Severity == Severity.Error);

    public void Error(Position position, FieldPath path, string message, string hint = "") =>
        _diagnostics.Add(new Diagnostic(Severity.Error, file, position.Line, position.Column, path.ToString(), message, hint));

    /// <summary>An error at a character of a scalar's value.</summary>
    public void ErrorInside(ScalarNode scalar, int offset, FieldPath path, string message, string hint = "")
    {
        _walked += offset;
        var position = _walked <= MaxWalked ? ScalarPositions.Locate(text, scalar, offset) : scalar.Position;
        Error(position, path, message, hint);
    }

    /// <summary>The hint for an unknown name: the nearest known one.</summary>
    public string Suggest(string name, IEnumerable<string> known) => _suggestions++ < MaxSuggestions ? Nearest.Hint(name, known) : "";

    /// <summary>All of it, in the order of the file.</summary>
    public IReadOnlyList<Diagnostic> Build() => [.. _diagnostics.OrderBy(one => one.Line).ThenBy(one => one.Column)];
}
