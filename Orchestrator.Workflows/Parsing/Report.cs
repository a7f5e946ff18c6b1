using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Yaml;
using Orchestrator.Workflows.Text;

namespace Orchestrator.Workflows.Parsing;

/// <summary>Collects everything wrong in one file.</summary>
internal sealed class Report(string file, string text)
{
    /// <summary>Names that are compared to find the nearest ones; a file with very many mistyped names gets no more of them.</summary>
    private const int MaxCompared = 200_000;

    /// <summary>A file with more mistakes than this is of another kind; it is told how many more there are.</summary>
    private const int MaxDiagnostics = 1000;

    /// <summary>Characters that are walked to find places inside scalars; after these the scalar's own place has to do.</summary>
    private const long MaxWalked = 50_000_000;

    private readonly List<Diagnostic> _diagnostics = [];
    private int _compared;
    private int _more;
    private long _walked;

    public string File => file;

    public string Text => text;

    /// <summary>The names that the file gives to the items of its lists.</summary>
    public IReadOnlyList<string> ItemNames
    {
        get;
        set
        {
            field = value;
            Names = Vocabulary.OfRunsWith(value);
        }
    } = [];

    /// <summary>What expressions of steps may start from.</summary>
    public Vocabulary Names { get; private set; } = Vocabulary.OfRuns;

    /// <summary>Errors so far.</summary>
    public int Errors { get; private set; }

    public bool HasErrors => Errors > 0;

    public void Error(Position position, FieldPath path, string message, string hint = "")
    {
        if (position.Origin is { } origin)
        {
            Error(origin.UsedAt, origin.Path, $"in template `{origin.Template}` ({origin.File}:{position.Line}:{position.Column}): {message}", hint);
            return;
        }

        Errors++;
        if (_diagnostics.Count < MaxDiagnostics)
        {
            _diagnostics.Add(new Diagnostic(Severity.Error, file, position.Line, position.Column, path.ToString(), message, hint));
        }
        else
        {
            _more++;
        }
    }

    /// <summary>An error at a character of a scalar's value.</summary>
    public void ErrorInside(ScalarNode scalar, int offset, FieldPath path, string message, string hint = "")
    {
        _walked += offset;
        var position = _walked <= MaxWalked ? ScalarPositions.Locate(scalar.Position.Origin?.Text ?? text, scalar, offset) with { Origin = scalar.Position.Origin } : scalar.Position;
        Error(position, path, message, hint);
    }

    /// <summary>The hint for an unknown name: the nearest known one, else all where they are few.</summary>
    public string Suggest(string name, IReadOnlyCollection<string> known) => MayCompare(known) ? Nearest.Hint(name, known) : "";

    /// <summary>The hint for an unknown name where the message has all known ones: the nearest of them.</summary>
    public string SuggestNear(string name, IReadOnlyCollection<string> known) =>
        MayCompare(known) && Nearest.Find(name, known) is not null ? Nearest.Hint(name, known) : "";

    private bool MayCompare(IReadOnlyCollection<string> known)
    {
        _compared += known.Count;
        return _compared <= MaxCompared;
    }

    /// <summary>All of it, in the order of the file.</summary>
    public IReadOnlyList<Diagnostic> Build()
    {
        List<Diagnostic> all = [.. _diagnostics.OrderBy(one => one.Line).ThenBy(one => one.Column)];
        if (_more > 0)
        {
            all.Add(all[^1] with { Path = "", Message = $"there are {_more} more mistakes", Hint = "Mend these first." });
        }

        return all;
    }
}
