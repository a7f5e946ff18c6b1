using Orchestrator.Jobs.Storage;

namespace Orchestrator.Tests.Jobs.Storage;

[TestFixture]
internal sealed class ProjectFoldersTests
{
    private static readonly string Root = Path.GetPathRoot(Path.GetTempPath())!;
    private static readonly string Project = Path.Combine(Root, "project");
    private static readonly string Program = Path.Combine(Root, "program");

    [Test]
    public void Nearest_folder_upward_with_workflows_has_both() =>
        Resolve(Path.Combine(Project, "src", "deep"), [Project, Root]).Should().Be(Both(Project));

    [Test]
    public void Current_folder_comes_first() =>
        Resolve(Path.Combine(Project, "src"), [Path.Combine(Project, "src"), Project]).Should().Be(Both(Path.Combine(Project, "src")));

    [Test]
    public void Without_any_they_lie_beside_the_program() =>
        Resolve(Path.Combine(Root, "elsewhere"), []).Should().Be(Both(Program));

    [Test]
    public void Settings_move_their_own_folder_alone_from_the_current_one()
    {
        Resolve(Project, [Project], data: "state").Should()
            .Be(Both(Project) with { Data = Path.Combine(Project, "state") });
        Resolve(Project, [Project], workflows: Path.Combine("..", "flows")).Should()
            .Be(Both(Project) with { Workflows = Path.Combine(Root, "flows") });
    }

    [Test]
    public void Empty_settings_are_none() => Resolve(Project, [Project], data: " ", workflows: "").Should().Be(Both(Project));

    private static ProjectFolders Both(string folder) =>
        new(Path.Combine(folder, "workflows"), Path.Combine(folder, ".orchestrator"));

    private static ProjectFolders Resolve(string current, string[] projects, string? data = null, string? workflows = null) =>
        ProjectFolders.Resolve(current, Program, data, workflows, projects.Select(one => Path.Combine(one, "workflows")).Contains);
}
