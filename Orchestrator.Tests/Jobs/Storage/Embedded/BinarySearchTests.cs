using Orchestrator.Jobs.Storage.Embedded;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Storage.Embedded;

[TestFixture]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class BinarySearchTests : IDisposable
{
    private readonly TestFolder _folder = TestFolder.Create();

    public void Dispose() => _folder.Dispose();

    [Test]
    public void Path_comes_before_installed_versions_newest_first_and_those_before_npm()
    {
        var search = new BinarySearch
        {
            Path = [Binaries("path"), At("nothing", "here")],
            VersionedRoots = [At("versions"), At("missing")],
            Folders = [Binaries("folder")],
            NodeModulesFrom = At("project", "below"),
        };
        string[] expected =
        [
            At("path"), Binaries("versions", "18", "bin"), Binaries("versions", "15", "bin"), Binaries("versions", "9.6", "bin"),
            At("folder"), Binaries("project", "node_modules", BinarySearch.NpmPackage, "native", "bin"),
        ];

        search.Candidates().Should().Equal(expected);
    }

    [Test]
    public void What_was_set_is_the_only_place() =>
        new BinarySearch { Explicit = Binaries("set"), Path = [Binaries("path")] }.Candidates().Should().Equal(At("set"));

    [Test]
    public void Folder_that_lacks_a_program_is_passed_over()
    {
        File.Delete(PostgresBinaries.Program(Binaries("half"), "pg_ctl"));

        new BinarySearch { Path = [At("half")] }.Candidates().Should().BeEmpty();
    }

    [Test]
    public void Links_lead_to_the_real_folder_and_count_once()
    {
        Binaries("real");
        Directory.CreateDirectory(At("links"));
        foreach (var program in Directory.EnumerateFiles(At("real")))
        {
            File.CreateSymbolicLink(Path.Combine(At("links"), Path.GetFileName(program)), program);
        }

        new BinarySearch { Path = [At("links"), At("real")] }.Candidates().Should().Equal(At("real"));
    }

    private string At(params string[] path) => Path.Combine([_folder.Path, .. path]);

    private string Binaries(params string[] path)
    {
        var folder = Directory.CreateDirectory(At(path)).FullName;
        foreach (var name in (string[])["initdb", "pg_ctl", "postgres"])
        {
            File.WriteAllText(PostgresBinaries.Program(folder, name), "");
        }

        return folder;
    }
}
