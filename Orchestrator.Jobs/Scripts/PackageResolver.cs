using System.Text;
using System.Text.Json;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Scripts;

/// <summary>
/// Finds the file that a <c>require</c> means, as Node.js does for CommonJS: relative paths, <c>main</c>, <c>exports</c>
/// (conditions <c>browser</c>, <c>require</c>, <c>default</c>: scripts have nothing of Node.js), nested <c>node_modules</c>.
/// </summary>
/// <param name="folder">The <c>node_modules</c> of the operator.</param>
internal sealed class PackageResolver(string folder)
{
    private const int MaxManifest = 1 << 20;
    private static readonly string[] Conditions = ["browser", "require", "default"];

    /// <summary>The folder, links followed.</summary>
    public string Folder { get; } = RealPath(folder) ?? folder;

    /// <summary><c>@scope/name</c> of <c>@scope/name/part</c>.</summary>
    public static string PackageOf(string name) => string.Join('/', name.Split('/').Take(name[0] == '@' ? 2 : 1));

    /// <summary>The file, below <see cref="Folder"/>; null: there is none.</summary>
    /// <param name="name">What is required.</param>
    /// <param name="from">The file that requires it; empty: the script.</param>
    /// <exception cref="ModuleException">There is one, but it can't be loaded.</exception>
    public string? Resolve(string name, string from)
    {
        if (name[0] == '.')
        {
            return AsFile(Path.Combine(Folder, Path.GetDirectoryName(from) ?? "", name));
        }

        for (var place = Path.GetDirectoryName(from) ?? ""; ; place = Path.GetDirectoryName(place) ?? "")
        {
            var modules = place.Length == 0 ? Folder : Path.Combine(Folder, place, "node_modules");
            if (Directory.Exists(Path.Combine(modules, PackageOf(name))))
            {
                return InPackage(Path.Combine(modules, PackageOf(name)), name[PackageOf(name).Length..]);
            }

            if (place.Length == 0)
            {
                return null;
            }
        }
    }

    private string? InPackage(string package, string part)
    {
        var manifest = Manifest(package);
        if (manifest["exports"] is { IsNullish: false } exports)
        {
            return Exported(exports, "." + part) is { } target ? AsFile(Path.Combine(package, target), isModule: manifest["type"] == "module") : null;
        }

        return AsFile(part.Length == 0 ? package : package + part, isModule: manifest["type"] == "module");
    }

    private static string? Exported(Value exports, string part)
    {
        if (exports.Kind != ValueKind.Object || !exports.AsObject().Keys.Any(key => key.StartsWith('.')))
        {
            return part == "." ? Target(exports, null) : null;
        }

        foreach (var (key, value) in exports.AsObject())
        {
            var star = key.IndexOf('*', StringComparison.Ordinal);
            if (star < 0 ? key == part : part.Length >= key.Length && part.StartsWith(key[..star], StringComparison.Ordinal) && part.EndsWith(key[(star + 1)..], StringComparison.Ordinal))
            {
                return Target(value, star < 0 ? null : part[star..^(key.Length - star - 1)]);
            }
        }

        return null;
    }

    /// <summary>The first condition that holds; Node.js too goes by the order of the file.</summary>
    private static string? Target(Value value, string? star) => value.Kind switch
    {
        ValueKind.String => star is null ? value.AsString() : value.AsString().Replace("*", star, StringComparison.Ordinal),
        ValueKind.Object => value.AsObject().Where(one => Conditions.Contains(one.Key)).Select(one => Target(one.Value, star)).FirstOrDefault(found => found is not null),
        ValueKind.Array => value.AsArray().Select(one => Target(one, star)).FirstOrDefault(found => found is not null),
        _ => null,
    };

    /// <summary>A file, with or without its ending, or a folder's main one.</summary>
    private string? AsFile(string path, bool isModule = false, bool isMain = false)
    {
        foreach (var candidate in new[] { path, path + ".js", path + ".cjs", path + ".json" }.Where(File.Exists))
        {
            return Inside(candidate, isModule);
        }

        if (isMain || !Directory.Exists(path))
        {
            return null;
        }

        var main = Manifest(path)["main"] is { Kind: ValueKind.String } named ? named.AsString() : "index.js";
        return AsFile(Path.Combine(path, main), isModule, isMain: true) ?? AsFile(Path.Combine(path, main, "index.js"), isModule, isMain: true)
            ?? AsFile(Path.Combine(path, "index.js"), isModule, isMain: true);
    }

    private string Inside(string file, bool isModule)
    {
        var real = RealPath(file) ?? file;
        if (!real.StartsWith(Folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new ModuleException($"{Path.GetRelativePath(Folder, Path.GetFullPath(file))} is a link that leads out of the folder of modules");
        }

        return Path.GetExtension(real) switch
        {
            ".js" when isModule => throw IsModule(real),
            ".mjs" => throw IsModule(real),
            ".js" or ".cjs" or ".json" => Path.GetRelativePath(Folder, real),
            _ => throw new ModuleException($"{Path.GetRelativePath(Folder, real)} is no JavaScript"),
        };
    }

    private ModuleException IsModule(string file) => new(
        $"{Path.GetRelativePath(Folder, file)} is an ES module, which scripts can't load: install a version that is CommonJS");

    private Value Manifest(string package)
    {
        var file = Path.Combine(package, "package.json");
        try
        {
            return !File.Exists(file) || RealPath(file)?.StartsWith(Folder + Path.DirectorySeparatorChar, StringComparison.Ordinal) != true
                ? Value.EmptyObject
                : Value.FromUtf8(RegularFile.Read(file, MaxManifest) ?? throw new ModuleException($"{file} is too large"));
        }
        catch (JsonException e)
        {
            throw new ModuleException($"{Path.GetRelativePath(Folder, file)} is no JSON: {e.Message}");
        }
    }

    /// <summary>The path with every link in it followed; null: there is nothing.</summary>
    private static string? RealPath(string path)
    {
        var real = new StringBuilder(Path.GetPathRoot(Path.GetFullPath(path)));
        foreach (var part in Path.GetFullPath(path)[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            var next = Path.Combine(real.ToString(), part);
            var info = Directory.Exists(next) ? (FileSystemInfo)new DirectoryInfo(next) : new FileInfo(next);
            if (!info.Exists)
            {
                return null;
            }

            var target = info.LinkTarget is null ? next : RealPath(Path.Combine(real.ToString(), info.LinkTarget));
            if (target is null)
            {
                return null;
            }

            real.Clear().Append(target);
        }

        return real.ToString();
    }
}
