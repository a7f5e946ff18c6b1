using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Storage;

[TestFixture]
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class MigratorTests : IAsyncDisposable
{
    private static readonly Migration First = new(1, "first", "create table first (id int);\ninsert into first values (1);");
    private static readonly Migration Second = new(2, "second", "create table second (id int);");

    private TestDatabase _database = null!;

    [SetUp]
    public async Task Create() => _database = await TestDatabase.CreateEmptyAsync();

    public async ValueTask DisposeAsync()
    {
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    [Test]
    public async Task Empty_database_gets_all_in_order_and_the_schema_is_ours()
    {
        (await MigrateAsync([First, Second])).Should().Be(2);

        (await _database.ScalarAsync<string>(
            "select string_agg(version || ' ' || name, ', ' order by version) from orchestrator.schema_migrations"))
            .Should().Be("1 first, 2 second");
        (await _database.ScalarAsync<long>("select count(*) from orchestrator.first")).Should().Be(1);
    }

    [Test]
    public async Task Only_what_is_missing_is_applied()
    {
        await MigrateAsync([First]);

        (await MigrateAsync([First, Second])).Should().Be(1);
        (await MigrateAsync([First, Second])).Should().Be(0);
    }

    [Test]
    public async Task Nothing_to_do_takes_no_lock()
    {
        await MigrateAsync([First]);
        await using var holder = await _database.DataSource.OpenConnectionAsync();
        await using var take = new NpgsqlCommand($"select pg_advisory_lock({Migrator.LockKey})", holder);
        await take.ExecuteNonQueryAsync();

        (await MigrateAsync([First])).Should().Be(0);
    }

    [Test]
    public async Task Failed_migration_is_named_and_leaves_the_ones_before_it()
    {
        var broken = new Migration(2, "broken", "create table second (id int);\n\nselect 1\nfrom missing;");

        var attempt = () => MigrateAsync([First, broken]);

        (await attempt.Should().ThrowAsync<MigrationException>()).Which.Message.Should()
            .Contain("0002_broken").And.Contain("relation \"missing\" does not exist").And.Contain("42P01");
        (await _database.ScalarAsync<bool>("select to_regclass('orchestrator.second') is null")).Should().BeTrue();
        (await MigrateAsync([First, Second])).Should().Be(1);
    }

    [Test]
    public async Task Applied_migration_with_another_content_is_an_error()
    {
        await MigrateAsync([First]);

        var attempt = () => MigrateAsync([First with { Sql = "select 1" }]);

        (await attempt.Should().ThrowAsync<MigrationException>()).Which.Message.Should().Contain("0001_first").And.Contain("another content");
    }

    [Test]
    public async Task Database_newer_than_the_program_is_an_error()
    {
        await MigrateAsync([First, Second]);

        var attempt = () => MigrateAsync([First]);

        (await attempt.Should().ThrowAsync<MigrationException>()).Which.Message.Should().Contain("newer").And.Contain("0002_second");
    }

    [Test]
    public async Task Foreign_schema_is_installed_first_and_again_only_with_another_stamp()
    {
        List<string> installed = [];
        ForeignSchema Foreign(string stamp) => new(stamp, async (connection, cancellation) =>
        {
            await using var command = new NpgsqlCommand("create schema if not exists theirs", connection);
            await command.ExecuteNonQueryAsync(cancellation);
            installed.Add(stamp);
        });
        Migration needsIt = new(1, "needs", "create table theirs.ours (id int)");

        await MigrateAsync([needsIt], Foreign("1"));
        await MigrateAsync([needsIt], Foreign("1"));
        (await MigrateAsync([needsIt], Foreign("2"))).Should().Be(0);

        installed.Should().Equal("1", "2");
    }

    [Test]
    public async Task Ten_migrators_at_once_make_one_schema_and_no_error()
    {
        var foreign = 0;
        ForeignSchema once = new("1", (_, _) =>
        {
            Interlocked.Increment(ref foreign);
            return Task.CompletedTask;
        });

        var applied = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => MigrateAsync(ExampleMigrations.Slow, once)));

        applied.Order().Should().Equal(0, 0, 0, 0, 0, 0, 0, 0, 0, 2);
        foreign.Should().Be(1);
    }

    [Test]
    public async Task Ten_processes_at_once_make_one_schema_and_no_error()
    {
        var children = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(_ => ChildProcess.StartAsync(ChildProgram.Migrate, _database.ConnectionString)));
        try
        {
            await Task.WhenAll(children.Select(child => child.FinishAsync()));
        }
        finally
        {
            Array.ForEach(children, child => child.Dispose());
        }

        (await _database.ScalarAsync<long>("select count(*) from orchestrator.schema_migrations")).Should().Be(2);
        (await _database.ScalarAsync<long>("select count(*) from orchestrator.things")).Should().Be(1);
    }

    private Task<int> MigrateAsync(IReadOnlyList<Migration> migrations, ForeignSchema? foreign = null) =>
        new Migrator(_database.DataSource, migrations, foreign, NullLogger.Instance).MigrateAsync(CancellationToken.None);
}
