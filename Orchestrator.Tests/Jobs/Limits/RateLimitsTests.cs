using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Limits;
using Orchestrator.Jobs.Maintenance;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Limits;

/// <summary>Token buckets, by the database's clock: time passes by moving their last refill back.</summary>
[TestFixture]
internal sealed class RateLimitsTests
{
    private const string Tenant = DispatchRequest.DefaultTenant;
    private readonly RunId _run = RunId.New(DateTimeOffset.UnixEpoch);
    private TestDatabase _database = null!;
    private Database _pool = null!;
    private RateLimits _limits = null!;
    private int _step;

    [SetUp]
    public async Task StartAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _pool = Database.Open(_database.ConnectionString);
        _limits = new RateLimits(_pool, new NearTimers(new OrchestratorOptions(), TimeProvider.System));
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _pool.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task A_full_bucket_gives_its_capacity_and_the_next_waits_in_line()
    {
        var waits = await AskAsync(5, capacity: 3, refill: 0.01);

        waits.Select(wait => wait == TimeSpan.Zero).Should().Equal(true, true, true, false, false);
        waits[3].TotalSeconds.Should().BeInRange(99, 100);
        waits[4].TotalSeconds.Should().BeInRange(199, 200);
        (await FindAsync()).Should().Match<RateLimitRow>(row => row.Waiting == 2 && row.Capacity == 3 && row.Tokens < -1.5 && row.Tokens >= -2);
    }

    [Test]
    public async Task Who_comes_when_its_time_has_come_goes_and_who_comes_too_soon_is_sent_back()
    {
        await AskAsync(1, capacity: 1, refill: 0.01);
        var early = NewAsk(1, 0.01);
        var wait = await _limits.ReserveAsync(early, default);

        (await _limits.ReserveAsync(early, default)).Should().BeCloseTo(wait, TimeSpan.FromSeconds(1));
        (await FindAsync()).Waiting.Should().Be(1);

        await PassAsync(wait.TotalSeconds);
        (await _limits.ReserveAsync(early, default)).Should().Be(TimeSpan.Zero);
        (await FindAsync()).Should().Match<RateLimitRow>(row => row.Waiting == 0 && Math.Abs(row.Tokens) < 0.1);
    }

    [Test]
    public async Task Those_that_come_late_together_are_no_burst_and_lose_nothing()
    {
        var asks = Enumerable.Range(0, 23).Select(_ => NewAsk(3, 1)).ToArray();
        await AskAllAsync(asks);
        await PassAsync(600);

        var again = await AskAllAsync(asks[3..]);

        // Three of a full bucket, and one for the second that starts may be ahead.
        again.Count(wait => wait == TimeSpan.Zero).Should().Be(4);
        again.Where(wait => wait > TimeSpan.Zero).Order().Select(wait => Math.Ceiling(wait.TotalSeconds)).Should().Equal(Enumerable.Range(2, 16).Select(second => (double)second));
    }

    [Test]
    public async Task Late_comers_of_a_busy_service_go_at_the_buckets_rate()
    {
        var asks = Enumerable.Range(0, 50).Select(_ => NewAsk(1, 1)).ToArray();
        await AskAllAsync(asks);
        await PassAsync(5);
        var went = 0;

        // Each is found five seconds after its time, and there are always more behind it.
        foreach (var ask in asks[1..31])
        {
            await PassAsync(1);
            went += await _limits.ReserveAsync(ask, default) == TimeSpan.Zero ? 1 : 0;
            (await _limits.ReserveAsync(NewAsk(1, 1), default)).Should().BePositive();
        }

        went.Should().Be(30);
    }

    [Test]
    public async Task Another_size_holds_at_once_and_keeps_the_order()
    {
        var asks = Enumerable.Range(0, 5).Select(_ => NewAsk(1, 0.001)).ToArray();
        await AskAllAsync(asks);
        var before = await LineAsync();

        await _limits.SetAsync(Tenant, "k", 10, 1, default);

        (await LineAsync()).Should().Equal(before, "nobody overtakes");
        var dues = await DuesAsync();
        dues.Should().BeInAscendingOrder();
        dues.Last().Should().BeInRange(3, 4.1);
        (await FindAsync()).Should().Match<RateLimitRow>(row => row.Capacity == 10 && row.RefillRate == 1 && row.Waiting == 4);
        (await _limits.ReserveAsync(NewAsk(1, 0.001), default)).TotalSeconds.Should().BeInRange(4, 5.1, "the file asks as before: what was set holds");
        (await _limits.ReserveAsync(NewAsk(1, 0.002), default)).TotalSeconds.Should().BeGreaterThan(1000, "the file was changed");
        (await DuesAsync()).Last().Should().BeGreaterThan(1000);
    }

    [Test]
    public async Task Callers_get_all_that_they_want_or_nothing()
    {
        var wish = new TokenWish(Tenant, "k", 2, 5, 0.01);

        (await _limits.TakeAsync(wish, default)).Should().Match<TokenAnswer>(answer => answer.Allowed && answer.Tokens == 3 && answer.RetryAfter == TimeSpan.Zero);
        (await _limits.TakeAsync(wish with { Tokens = 3 }, default))!.Allowed.Should().BeTrue();
        var refused = (await _limits.TakeAsync(wish with { Capacity = null, RefillPerSecond = null }, default))!;
        refused.Allowed.Should().BeFalse();
        refused.RetryAfter.TotalSeconds.Should().BeInRange(199, 200);
        (await FindAsync()).Tokens.Should().BeInRange(0, 0.1);
        (await _limits.TakeAsync(wish with { Key = "unknown", Capacity = null, RefillPerSecond = null }, default)).Should().BeNull();
    }

    [Test]
    public async Task Tenants_have_buckets_of_their_own()
    {
        await _limits.TakeAsync(new TokenWish("a", "k", 1, 1, 0.01), default);

        (await _limits.TakeAsync(new TokenWish("b", "k", 1, 1, 0.01), default))!.Allowed.Should().BeTrue();
        (await _limits.TakeAsync(new TokenWish("a", "k", 1, 1, 0.01), default))!.Allowed.Should().BeFalse();
    }

    [Test]
    public async Task Never_more_than_the_capacity_and_what_has_come_since_however_many_ask()
    {
        const double capacity = 7, rate = 400;
        await _limits.TakeAsync(new TokenWish(Tenant, "k", 1, capacity, rate), default);
        var start = await NowAsync();
        using var time = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        var others = Enumerable.Range(0, 3).Select(_ => new RateLimits(_pool, new NearTimers(new OrchestratorOptions(), TimeProvider.System))).ToArray();

        var granted = await Task.WhenAll(Enumerable.Range(0, 30).Select(async caller =>
        {
            var count = 0;
            while (!time.IsCancellationRequested)
            {
                var isStep = caller % 2 == 0;
                count += isStep
                    ? await StartAsync(others[caller % 3], rate, capacity, time.Token)
                    : (await others[caller % 3].TakeAsync(new TokenWish(Tenant, "k", 1, capacity, rate), default))!.Allowed ? 1 : 0;
            }

            return count;
        }));

        var seconds = (await NowAsync() - start).TotalSeconds;
        granted.Sum().Should().BeLessThanOrEqualTo((int)(capacity - 1 + rate * seconds)).And.BeGreaterThan((int)(rate * 3 * 0.9));
    }

    /// <summary>Asks as a step does, until it may start; then 1.</summary>
    private async Task<int> StartAsync(RateLimits limits, double rate, double capacity, CancellationToken over)
    {
        var ask = NewAsk(capacity, rate);
        while (await limits.ReserveAsync(ask, default) is { Ticks: > 0 } wait)
        {
            await Task.Delay(wait, CancellationToken.None);
            if (over.IsCancellationRequested)
            {
                return 0;
            }
        }

        return 1;
    }

    private Task<TimeSpan[]> AskAsync(int count, double capacity, double refill) =>
        AskAllAsync([.. Enumerable.Range(0, count).Select(_ => NewAsk(capacity, refill))]);

    /// <summary>One after the other, so that the order is known.</summary>
    private async Task<TimeSpan[]> AskAllAsync(TokenAsk[] asks)
    {
        var waits = new List<TimeSpan>();
        foreach (var ask in asks)
        {
            waits.Add(await _limits.ReserveAsync(ask, default));
        }

        return [.. waits];
    }

    private TokenAsk NewAsk(double capacity, double refill) => new(Tenant, _run.Job(Interlocked.Increment(ref _step)), "k", capacity, refill);

    private Task PassAsync(double seconds) => _database.ExecuteAsync(FormattableString.Invariant($"""
        update orchestrator.rate_limits set last_refill = last_refill - {seconds} * interval '1 second';
        update orchestrator.step_waits set due_at = due_at - {seconds} * interval '1 second'
        """));

    private async Task<RateLimitRow> FindAsync() => (await _limits.FindAsync(Tenant, "k", default))!;

    private Task<DateTime> NowAsync() => _database.ScalarAsync<DateTime>("select clock_timestamp()");

    private Task<Guid[]> LineAsync() => _database.ScalarAsync<Guid[]>("select array_agg(job_id order by due_at, place) from orchestrator.step_waits");

    private Task<double[]> DuesAsync() => _database.ScalarAsync<double[]>(
        "select array_agg(extract(epoch from due_at - clock_timestamp())::double precision order by place) from orchestrator.step_waits");
}
