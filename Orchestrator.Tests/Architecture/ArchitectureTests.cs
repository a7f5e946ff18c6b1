using System.Reflection;
using System.Text.RegularExpressions;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Web.Hosting;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Tests.Architecture;

/// <summary>The arrows between the projects, their folders, and the rules that a compiler does not hold.</summary>
[TestFixture]
internal sealed partial class ArchitectureTests
{
    private const int MaxLines = 400;

    private static readonly string Root = FindRoot();
    private static readonly string[] Projects =
        ["Orchestrator.Workflows", "Orchestrator.Hangfire", "Orchestrator.Jobs", "Orchestrator.Web", "Orchestrator.Tests", "Orchestrator.Benchmarks"];

    [Test]
    public void Workflows_knows_nothing_of_the_rest() =>
        References(typeof(Planner).Assembly).Should().NotContain(name => IsOurs(name) || name.Contains("Npgsql") || name.Contains("AspNetCore"));

    [Test]
    public void Hangfire_knows_nothing_of_workflows() =>
        References(typeof(global::Hangfire.BackgroundJob).Assembly).Should().NotContain(name => IsOurs(name));

    [Test]
    public void Jobs_knows_workflows_and_hangfire() =>
        References(typeof(OrchestratorOptions).Assembly).Where(IsOurs).Should().BeSubsetOf(["Orchestrator.Workflows", "Hangfire.Core", "Hangfire.PostgreSql", "Orchestrator.Hangfire"])
            .And.Contain("Orchestrator.Workflows");

    [Test]
    public void Web_is_known_by_nobody_but_the_tests() =>
        References(typeof(ServiceHost).Assembly).Should().Contain(["Orchestrator.Jobs", "Orchestrator.Workflows"]);

    [TestCase("Orchestrator.Workflows", "Definitions", "Parsing", "Expressions", "Graph", "States", "Planning")]
    [TestCase("Orchestrator.Hangfire", "Client", "Common", "States", "Server", "Storage", "Sql")]
    [TestCase("Orchestrator.Jobs", "Dispatch", "Execution", "Executors", "Recording", "Maintenance", "Storage", "Sql", "Migrations", "Hosting")]
    [TestCase("Orchestrator.Web", "Api", "Auth", "Cli", "Hosting")]
    [TestCase("", "workflows", "Orchestrator.Tests", "Orchestrator.Benchmarks")]
    public void The_folders_are_where_they_are_looked_for(string project, params string[] folders) =>
        folders.Where(folder => !Directory.Exists(Path.Combine(Root, project, folder))).Should().BeEmpty();

    [Test]
    public void No_file_is_too_long() =>
        Sources(Projects).Where(file => File.ReadLines(file).Count() > MaxLines).Should().BeEmpty();

    [Test]
    public void Time_comes_in_as_a_parameter() => Sources(["Orchestrator.Workflows", "Orchestrator.Jobs"])
        .Where(file => OwnClock().IsMatch(File.ReadAllText(file))).Should().BeEmpty();

    [Test]
    public void A_file_holds_the_namespace_of_its_folder() => Sources(Projects)
        .Where(file => !file.StartsWith(Path.Combine(Root, "Orchestrator.Hangfire"), StringComparison.Ordinal))
        .Where(file => Namespace().Match(File.ReadAllText(file)) is { Success: true } found && !Fits(found.Groups[1].Value, file))
        .Should().BeEmpty();

    private static bool Fits(string name, string file)
    {
        var folder = Path.GetRelativePath(Root, Path.GetDirectoryName(file)!).Replace(Path.DirectorySeparatorChar, '.');

        // A set-up fixture belongs to the namespace whose tests it is for.
        return folder == name || folder.StartsWith(name + ".", StringComparison.Ordinal);
    }

    private static IEnumerable<string> References(Assembly assembly) => assembly.GetReferencedAssemblies().Select(name => name.Name!);

    private static bool IsOurs(string name) =>
        name.StartsWith("Orchestrator.", StringComparison.Ordinal) || name.StartsWith("Hangfire.", StringComparison.Ordinal);

    private static IEnumerable<string> Sources(IEnumerable<string> projects) => projects
        .SelectMany(project => Directory.EnumerateFiles(Path.Combine(Root, project), "*", SearchOption.AllDirectories))
        .Where(file => Path.GetExtension(file) is ".cs" or ".sql")
        .Where(file => !Path.GetRelativePath(Root, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Orchestrator.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests run outside of the repository.");
        }

        return folder.TrimEnd(Path.DirectorySeparatorChar);
    }

    [GeneratedRegex(@"DateTime(Offset)?\.(UtcNow|Now|Today)")]
    private static partial Regex OwnClock();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
