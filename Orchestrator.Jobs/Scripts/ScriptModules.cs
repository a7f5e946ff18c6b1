using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Scripts;

/// <summary>The files of packages that a script may load, read by the service: the script's process has no files.</summary>
/// <param name="Roots">What the script may name.</param>
/// <param name="Files">These and all that they load, each once.</param>
internal sealed record ScriptModules(IReadOnlyList<ModuleRoot> Roots, IReadOnlyList<ModuleFile> Files)
{
    public static ScriptModules None { get; } = new([], []);
}

/// <summary>A name that a script may <c>require</c>.</summary>
/// <param name="Name">As the script writes it.</param>
/// <param name="Path">Its file, below the folder of modules; null: there is none.</param>
/// <param name="Problem">Why there is none.</param>
internal sealed record ModuleRoot(string Name, string? Path, string? Problem)
{
    public Value ToValue() => Path is null ? Value.Object(("problem", Problem)) : Value.Object(("path", Path));
}

/// <summary>A file of a package.</summary>
/// <param name="Path">Below the folder of modules.</param>
/// <param name="Text">What is in it.</param>
/// <param name="Requires">The files that it loads, by the names that it gives them.</param>
internal sealed record ModuleFile(string Path, string Text, IReadOnlyList<KeyValuePair<string, string>> Requires)
{
    public Value ToValue() => Value.Object(
        ("json", Path.EndsWith(".json", StringComparison.Ordinal)),
        ("requires", Value.Object(Requires.Select(one => KeyValuePair.Create(one.Key, Value.Object(("path", one.Value)))))));
}

/// <summary>A package that can't be loaded; the message says why.</summary>
internal sealed class ModuleException(string message) : Exception(message);
