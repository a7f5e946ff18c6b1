using Orchestrator.Jobs.Locks;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Locks;

/// <summary>Locks between processes: many at once, one that is killed, one that is paused past its time.</summary>
[TestFixture]
[Platform(Include = "Linux,MacOsX")]
[Parallelizable(ParallelScope.Self)]
internal sealed class LockProcessTests
{
    private const int Processes = 4, CallersOfEach = 25;

    private TestDatabase _test = null!;
    private Database _database = null!;
    private LockStore _locks = null!;

    [SetUp]
    public async Task PrepareAsync()
    {
        _test = await TestDatabase.CreateAsync();
        await _test.ExecuteAsync(LockHolder.Schema);
        _database = Database.Open(_test.ConnectionString);
        _locks = new LockStore(_database);
    }

    [TearDown]
    public async Task LeaveAsync()
    {
        await _database.DisposeAsync();
        await _test.DisposeAsync();
    }

    [Test]
    public async Task Of_a_hundred_callers_in_four_processes_one_gets_it()
    {
        var children = await Task.WhenAll(Enumerable.Range(0, Processes).Select(_ =>
            ChildProcess.StartAsync(ChildProgram.TryLock, _test.ConnectionString, $"{CallersOfEach}")));

        await Task.WhenAll(children.Select(child => child.FinishAsync()));

        (await NotesAsync()).Should().Equal("taken");
        (await _test.ScalarAsync<bool>("select fencing_token = token from autonomous_execution_locks, public.notes")).Should().BeTrue("it is the holder");
        Array.ForEach(children, child => child.Dispose());
    }

    [Test]
    public async Task A_killed_holders_lock_is_free_when_its_time_is_over()
    {
        using var child = await ChildProcess.StartAsync(ChildProgram.HoldLock, _test.ConnectionString);
        var expiry = await ExpiryAsync();
        await child.KillAsync();

        var token = await TakeOverAsync();

        token.Should().BeGreaterThan(await _test.ScalarAsync<long>("select token from public.notes"));
        (await _test.ScalarAsync<DateTime>("select locked_at from autonomous_execution_locks")).Should().BeOnOrAfter(expiry, "not before");
    }

    [Test]
    public async Task A_holder_that_was_paused_past_its_time_is_refused_where_the_token_is_looked_at()
    {
        using var child = await ChildProcess.StartAsync(ChildProgram.HoldLock, _test.ConnectionString);
        await child.PauseAsync();
        var token = await TakeOverAsync();
        (await LockHolder.WriteAsync(_database, token, "successor")).Should().BeTrue();

        await child.ContinueAsync();
        await child.FinishAsync();

        (await NotesAsync()).Should().Equal("accepted", "not renewed", "refused", "not released");
        (await _test.ScalarAsync<string>("select written_by from public.resource")).Should().Be("successor");
        (await _locks.RenewAsync(LockHolder.Tenant, LockHolder.Key, token, TimeSpan.FromHours(1), null, default)).Should().BeTrue("it is the successor's still");
    }

    [Test]
    public async Task A_holder_that_was_paused_within_its_time_goes_on()
    {
        using var child = await ChildProcess.StartAsync(ChildProgram.HoldLock, _test.ConnectionString);
        await child.PauseAsync();
        await _test.ExecuteAsync("update autonomous_execution_locks set expires_at = now() + interval '1 hour'");
        (await TryAsync()).Should().BeNull();

        await child.ContinueAsync();
        await child.FinishAsync();

        (await NotesAsync()).Should().Equal("accepted", "renewed", "accepted", "released");
        (await TryAsync()).Should().NotBeNull("it was released");
    }

    [TestCase(1)]
    [TestCase(-1)]
    public async Task A_holders_own_clock_changes_nothing(int hours)
    {
        using var child = await ChildProcess.StartOffAsync(hours, ChildProgram.HoldLock, _test.ConnectionString);
        (await _test.ScalarAsync<double>("select round(extract(epoch from clock - now()) / 3600)::float8 from public.notes")).Should().Be(hours);
        (await _test.ScalarAsync<double>("select extract(epoch from expires_at - locked_at)::float8 from autonomous_execution_locks"))
            .Should().BeApproximately(LockHolder.Ttl.TotalSeconds, 0.5);
        var expiry = await ExpiryAsync();

        await TakeOverAsync();
        await child.FinishAsync();

        (await _test.ScalarAsync<DateTime>("select locked_at from autonomous_execution_locks")).Should().BeOnOrAfter(expiry, "not before");
        (await NotesAsync()).Should().Equal("accepted", "not renewed", "accepted", "not released");
    }

    /// <summary>Taken as soon as it can be.</summary>
    private async Task<long> TakeOverAsync() => (long)await Eventually.GetAsync(async () => (object?)await TryAsync(), "the lock");

    private Task<long?> TryAsync() => _locks.TryAcquireAsync(LockHolder.Tenant, LockHolder.Key, "successor", TimeSpan.FromHours(1), null, null, default);

    private Task<DateTime> ExpiryAsync() => _test.ScalarAsync<DateTime>("select expires_at from autonomous_execution_locks");

    private Task<string[]> NotesAsync() => _test.ScalarAsync<string[]>("select array_agg(word order by ctid) from public.notes");
}
