using System.Text;
using System.Text.RegularExpressions;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Scripts;

/// <summary>
/// The packages that an operator has put into a folder for scripts. Only regular files that lie in it are read, wherever
/// links point; a bounded number of bounded size.
/// </summary>
internal sealed partial class ModuleFolder(OrchestratorOptions options, ProjectFolders folders)
{
    private const int MaxFiles = 1000;
    private const int MaxBytes = 8 << 20;

    private string Folder { get; } = Path.GetFullPath(options.Scripts.ModulesFolder ?? Path.Combine(folders.Data, "modules", "node_modules"));

    /// <summary>The packages among those allowed that the script's text names, with all that they load.</summary>
    public ScriptModules Read(string script, IReadOnlyList<string> allowed)
    {
        string[] named = [.. allowed.SelectMany(name => NamesIn(script, name)).Distinct()];
        if (named.Length == 0)
        {
            return ScriptModules.None;
        }

        var reading = new Reading(new PackageResolver(Folder));
        return new ScriptModules([.. named.Select(reading.Root)], reading.Files);
    }

    /// <summary><c>lodash</c> and parts of it such as <c>lodash/fp</c>, where they stand in quotes.</summary>
    private static IEnumerable<string> NamesIn(string script, string package) => script.Contains(package, StringComparison.Ordinal)
        ? Regex.Matches(script, $"""['"`]({Regex.Escape(package)}(?:/[^'"`\s]+)?)['"`]""", RegexOptions.CultureInvariant).Select(match => match.Groups[1].Value)
        : [];

    [GeneratedRegex("""\brequire\(\s*['"]([^'"\r\n]+)['"]\s*\)""", RegexOptions.CultureInvariant)]
    private static partial Regex Requires();

    /// <summary>What one script loads.</summary>
    private sealed class Reading(PackageResolver resolver)
    {
        private readonly Dictionary<string, ModuleFile> _files = new(StringComparer.Ordinal);
        private long _bytes;

        public IReadOnlyList<ModuleFile> Files => [.. _files.Values];

        public ModuleRoot Root(string name)
        {
            try
            {
                var path = resolver.Resolve(name, "") ?? throw new ModuleException(
                    $"there is no package '{name}' in {resolver.Folder}; the operator puts it there: npm install --prefix {Path.GetDirectoryName(resolver.Folder)} {PackageResolver.PackageOf(name)}");
                Load(path);
                return new ModuleRoot(name, path, null);
            }
            catch (Exception e) when (e is ModuleException or IOException or UnauthorizedAccessException)
            {
                return new ModuleRoot(name, null, $"require('{name}'): {e.Message}");
            }
        }

        private void Load(string first)
        {
            var waiting = new Stack<string>([first]);
            while (waiting.TryPop(out var path))
            {
                if (_files.ContainsKey(path))
                {
                    continue;
                }

                var text = ReadText(path);
                var requires = path.EndsWith(".json", StringComparison.Ordinal) ? [] : Requires().Matches(text)
                    .Select(match => match.Groups[1].Value).Distinct()
                    .Select(name => KeyValuePair.Create(name, resolver.Resolve(name, path)))
                    .Where(found => found.Value is not null)
                    .Select(found => KeyValuePair.Create(found.Key, found.Value!)).ToList();
                _files[path] = new ModuleFile(path, text, requires);
                requires.ForEach(one => waiting.Push(one.Value));
            }
        }

        private string ReadText(string path)
        {
            var bytes = RegularFile.Read(Path.Combine(resolver.Folder, path), MaxBytes);
            _bytes += bytes?.Length ?? MaxBytes + 1;
            return bytes is null || _bytes > MaxBytes || _files.Count >= MaxFiles
                ? throw new ModuleException($"it and what it loads are more than {MaxBytes >> 20} MiB or {MaxFiles} files")
                : Encoding.UTF8.GetString(bytes);
        }
    }
}
