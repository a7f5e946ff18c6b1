using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Scripts;

/// <summary>A script and what it gets.</summary>
internal sealed record ScriptRequest
{
    public required string Script { get; init; }

    /// <summary><c>results</c>, <c>variables</c>, <c>inputs</c>, <c>run</c>, <c>startTime</c>.</summary>
    public required Value Given { get; init; }

    /// <summary>MiB.</summary>
    public required int MemoryMb { get; init; }

    /// <summary>Longest result, characters of JSON.</summary>
    public required int MaxResult { get; init; }

    /// <summary>Lines that its console may have.</summary>
    public required int MaxLines { get; init; }

    /// <summary>What the step allows.</summary>
    public IReadOnlyList<string> AllowedModules { get; init; } = [];

    /// <summary>The packages' files.</summary>
    public ScriptModules Modules { get; init; } = ScriptModules.None;

    /// <summary>Bytes that may come back: a result and lines, each character escaped at most.</summary>
    public long MaxAnswer => 64 * 1024 + 6L * MaxResult * 2 + MaxLines * 4L * 6 * 2000;

    /// <summary>The two lines that the runner reads: what is the host's, and what is the script's.</summary>
    public string ToLines()
    {
        var host = Value.Object(
            ("script", Script),
            ("texts", Value.Object(Modules.Files.Select(file => KeyValuePair.Create(file.Path, Value.Of(file.Text))))));
        var data = Value.Object(
            ("limits", Value.Object(("result", MaxResult), ("lines", MaxLines))),
            ("allowed", AllowedModules.Count == 0 ? "none" : string.Join(", ", AllowedModules)),
            ("modules", Value.Object(Modules.Roots.Select(root => KeyValuePair.Create(root.Name, root.ToValue())))),
            ("files", Value.Object(Modules.Files.Select(file => KeyValuePair.Create(file.Path, file.ToValue())))));
        foreach (var (name, value) in Given.AsObject())
        {
            data = data.With(name, value);
        }

        return $"{host.ToJson()}\n{data.ToJson()}\n";
    }
}

/// <summary>How a script ended. A closed set.</summary>
internal abstract record ScriptOutcome;

/// <summary>It returned a value.</summary>
internal sealed record ScriptReturned(Value Result) : ScriptOutcome;

/// <summary>It went wrong.</summary>
internal sealed record ScriptFailed(ScriptProblem Problem, string Message) : ScriptOutcome;

internal enum ScriptProblem
{
    /// <summary>It threw, or used up its memory.</summary>
    Thrown,

    /// <summary>It is no JavaScript, or what it returns no JSON.</summary>
    Invalid,

    /// <summary>Its process is gone, and not by its doing.</summary>
    Lost,
}
