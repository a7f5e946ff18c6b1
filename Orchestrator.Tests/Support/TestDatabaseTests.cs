using Npgsql;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Tests.Support;

[TestFixture]
internal sealed class TestDatabaseTests
{
    [Test]
    public async Task Each_test_has_its_own_with_our_search_path()
    {
        await using var one = await TestDatabase.CreateAsync();
        await using var two = await TestDatabase.CreateAsync();
        await one.ExecuteAsync("create table public.mine (id int)");

        (await two.ScalarAsync<bool>("select to_regclass('public.mine') is null")).Should().BeTrue();
        (await two.ScalarAsync<string>("show search_path")).Should().Be("orchestrator, public");
        (await two.ScalarAsync<bool>("select to_regclass('orchestrator.schema_migrations') is not null"))
            .Should().Be(Migration.Embedded.Count > 0);
    }

    [Test]
    public async Task Many_at_once_do_not_disturb_each_other()
    {
        var databases = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => TestDatabase.CreateAsync()));

        databases.Select(one => one.Name).Should().OnlyHaveUniqueItems();
        await Task.WhenAll(databases.Select(one => one.DisposeAsync().AsTask()));
    }

    [Test]
    public async Task Is_gone_afterwards_even_with_a_connection_open()
    {
        var database = await TestDatabase.CreateAsync();
        await using var forgotten = new NpgsqlConnection(database.ConnectionString);
        await forgotten.OpenAsync();

        await database.DisposeAsync();

        await using var other = await TestDatabase.CreateEmptyAsync();
        (await other.ScalarAsync<bool>($"select exists (select from pg_database where datname = '{database.Name}')")).Should().BeFalse();
    }
}
