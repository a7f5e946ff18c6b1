using System.Runtime.Versioning;
using Orchestrator.Jobs.Storage.Embedded;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Storage.Embedded;

/// <summary>Other programs, other users, no space: each works, or gives one clear error and goes on once it is mended.</summary>
[TestFixture]
[Platform(Include = "Linux")]
[SupportedOSPlatform("linux")]
internal sealed class EmbeddedPostgresPlaceTests : EmbeddedPostgresFixture
{
    [Test]
    public async Task Programs_that_npm_brought_serve()
    {
        var (installed, bin) = (await InstalledAsync(), NpmFolder());
        foreach (var name in (string[])["initdb", "pg_ctl", "postgres"])
        {
            File.Copy(PostgresBinaries.Program(installed.Folder, name), Path.Combine(bin, name));
        }

        foreach (var beside in Directory.EnumerateDirectories(Path.GetDirectoryName(installed.Folder)!).Where(folder => folder != installed.Folder))
        {
            File.CreateSymbolicLink(Path.Combine(bin, "..", Path.GetFileName(beside)), beside);
        }

        await using var postgres = await StartAsync(Options with
        {
            Binaries = new BinarySearch { NodeModulesFrom = Path.Combine(Folder.Path, "project", "below") },
        });

        (await ScalarAsync(postgres, "select 'up'")).Should().Be("up");
        new FileInfo($"/proc/{postgres.ProcessId}/exe").LinkTarget.Should().Be(Path.Combine(bin, "postgres"));
    }

    [Test]
    public async Task Unprivileged_user_runs_it_as_himself_and_root_takes_it_over_after_a_kill()
    {
        await OtherUser.OwnAsync(Folder.Path);
        using var service = await ChildProcess.StartAsAsync(OtherUser.Name, ChildProgram.UsePostgres, Home);
        var server = PostmasterFile.Read(Path.Combine(Home, "data"))!;
        await service.KillAsync();

        (await UserAsync(server.ProcessId)).Should().NotBe("0").And.Be(await OwnerAsync(Path.Combine(Home, "password")));
        await using (var next = await StartAsync())
        {
            next.ProcessId.Should().Be(server.ProcessId);
        }

        using var again = await ChildProcess.StartAsAsync(OtherUser.Name, ChildProgram.UsePostgres, Home);
        await again.FinishAsync();
    }

    [Test]
    public async Task Disk_that_is_full_at_the_first_start_leaves_nothing_in_the_way_of_the_next()
    {
        var limited = Options with { Binaries = await LimitedAsync() };

        var failure = await FailureAsync(limited);
        Directory.EnumerateDirectories(Home, "data*").Should().BeEmpty("half a database is thrown away");
        Lift();
        await using var postgres = await StartAsync(limited);

        failure.Problem.Should().Be(EmbeddedPostgresProblem.DiskFull);
        failure.Message.Should().Contain(Home).And.Contain("Make room and start again").And.Contain("File too large");
        (await ScalarAsync(postgres, "select 'up'")).Should().Be("up");
    }

    /// <summary>
    /// The machine's programs, which may write no file larger than 1 MiB: it works for any user, as
    /// a small disk does not.
    /// </summary>
    private async Task<BinarySearch> LimitedAsync()
    {
        var installed = await InstalledAsync();
        var folder = Directory.CreateDirectory(Path.Combine(Folder.Path, "limited")).FullName;
        await File.WriteAllTextAsync(Limit, "");
        foreach (var name in (string[])["initdb", "pg_ctl", "postgres"])
        {
            Script.Write(
                Path.Combine(folder, name),
                $"""
                if [ -e '{Limit}' ] && [ "$1" != --version ]; then ulimit -f 2048; fi
                exec '{PostgresBinaries.Program(installed.Folder, name)}' "$@"
                """);
        }

        return new BinarySearch { Explicit = folder };
    }

    private string Limit => Path.Combine(Folder.Path, "limit");

    private void Lift() => File.Delete(Limit);

    private static async Task<string> UserAsync(int processId) =>
        (await File.ReadAllLinesAsync($"/proc/{processId}/status")).Single(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1];

    private static async Task<string> OwnerAsync(string path) =>
        (await ServerCommand.RunAsync("stat", ["-c", "%u", path], user: null, CancellationToken.None)).Output;
}
