using Npgsql;
using Orchestrator.Jobs.Locks;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Locks;

/// <summary>Who gets a lock, under which token, and for how long.</summary>
[TestFixture]
internal sealed class LockStoreTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private TestDatabase _test = null!;
    private Database _database = null!;
    private LockStore _locks = null!;

    [OneTimeSetUp]
    public async Task PrepareAsync()
    {
        _test = await TestDatabase.CreateAsync();
        _database = Database.Open(_test.ConnectionString);
        _locks = new LockStore(_database);
    }

    [OneTimeTearDown]
    public async Task LeaveAsync()
    {
        await _database.DisposeAsync();
        await _test.DisposeAsync();
    }

    [SetUp]
    public Task ForgetAsync() => _test.ExecuteAsync("delete from autonomous_execution_locks");

    [Test]
    public async Task It_is_taken_over_when_it_has_expired_and_not_before()
    {
        var first = await TakeAsync("a");
        (await TakeAsync("b")).Should().BeNull();
        await ExpireAsync();

        var second = await TakeAsync("b");

        second.Should().BeGreaterThan(first!.Value);
        (await TakeAsync("a")).Should().BeNull();
        (await ListAsync()).Should().ContainSingle().Which.LockedBy.Should().Be("b");
    }

    [Test]
    public async Task Who_holds_it_and_asks_again_keeps_its_token_and_gets_the_new_time()
    {
        var first = await TakeAsync("a", TimeSpan.FromMinutes(1));
        var before = (await ListAsync()).Single();

        (await TakeAsync("a", Hour)).Should().Be(first);

        var after = (await ListAsync()).Single();
        after.LockedAt.Should().Be(before.LockedAt);
        after.ExpiresAt.Should().BeAfter(before.ExpiresAt);
        await ExpireAsync();
        (await TakeAsync("a")).Should().BeGreaterThan(first!.Value, "others may have held it since");
    }

    [Test]
    public async Task Tokens_rise_whatever_becomes_of_the_row()
    {
        var tokens = new List<long> { (await TakeAsync("a"))!.Value };
        (await ReleaseAsync(tokens[^1])).Should().BeTrue();
        tokens.Add((await TakeAsync("a"))!.Value);
        await ExpireAsync();
        await using (var connection = await _database.Source.OpenConnectionAsync())
        await using (var cleanUp = new NpgsqlCommand(SqlText.Load("ForgetExpiredLocks").Replace("@age", "interval '1 minute'").Replace("@batch", "10"), connection))
        {
            (await cleanUp.ExecuteNonQueryAsync()).Should().Be(1);
        }

        tokens.Add((await TakeAsync("b"))!.Value);

        tokens.Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
    }

    /// <summary>The one that waits has asked before the other one was given its token, and follows it.</summary>
    [Test]
    public async Task Who_waits_for_the_row_gets_a_later_token_than_the_one_that_it_waited_for()
    {
        await TakeAsync("old");
        await ExpireAsync();
        await using var connection = await _database.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var rowLock = new NpgsqlCommand("select 1 from autonomous_execution_locks for update", connection, transaction))
        {
            await rowLock.ExecuteNonQueryAsync();
        }

        var waiting = TakeAsync("late");
        await Eventually.IsTrueAsync(
            () => _test.ScalarAsync<bool>("select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')"), "the wait");
        var first = await _locks.TryAcquireAsync("default", "k", "quick", TimeSpan.FromMicroseconds(1), null, transaction, default);
        await transaction.CommitAsync();

        (await waiting).Should().BeGreaterThan(first!.Value);
    }

    [Test]
    public async Task Only_the_holders_token_renews_and_releases()
    {
        var old = (await TakeAsync("a"))!.Value;
        await ExpireAsync();
        (await RenewAsync(old)).Should().BeFalse("its time is over");
        (await ReleaseAsync(old)).Should().BeFalse("its time is over");
        var token = (await TakeAsync("b"))!.Value;

        (await RenewAsync(old)).Should().BeFalse();
        (await ReleaseAsync(old)).Should().BeFalse();
        (await TakeAsync("a")).Should().BeNull("it is held still");
        (await RenewAsync(token)).Should().BeTrue();
        (await ReleaseAsync(token)).Should().BeTrue();
        (await RenewAsync(token)).Should().BeFalse();
        (await ReleaseAsync(token)).Should().BeFalse();
        (await ListAsync()).Should().BeEmpty();
    }

    [Test]
    public async Task In_a_transaction_it_is_taken_with_its_commit_alone()
    {
        await using var connection = await _database.Source.OpenConnectionAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            (await _locks.TryAcquireAsync("default", "k", "a", Hour, null, transaction, default)).Should().NotBeNull();
            await transaction.RollbackAsync();
        }

        (await TakeAsync("b")).Should().NotBeNull();
    }

    [Test]
    public async Task A_key_is_another_lock_in_another_tenant()
    {
        await TakeAsync("a");

        (await _locks.TryAcquireAsync("other", "k", "b", Hour, """{"why": "x"}""", null, default)).Should().NotBeNull();
        (await _locks.ListAsync("other", null, 10, default)).Should().ContainSingle().Which.Metadata.Should().Be("""{"why": "x"}""");
    }

    private Task<long?> TakeAsync(string owner, TimeSpan? ttl = null) => _locks.TryAcquireAsync("default", "k", owner, ttl ?? Hour, null, null, default);

    private Task<bool> RenewAsync(long token) => _locks.RenewAsync("default", "k", token, Hour, null, default);

    private Task<bool> ReleaseAsync(long token) => _locks.ReleaseAsync("default", "k", token, null, default);

    private Task<IReadOnlyList<HeldLock>> ListAsync() => _locks.ListAsync("default", null, 10, default);

    /// <summary>As if two minutes had gone by since its end.</summary>
    private Task ExpireAsync() => _test.ExecuteAsync("update autonomous_execution_locks set expires_at = now() - interval '2 minutes'");
}
